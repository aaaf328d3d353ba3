package org.betavae.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures; each file appears whole or not at all. */
public final class Pictures {
  private Pictures() {}

  /**
   * Writes a PNG file.
   *
   * @throws java.io.UncheckedIOException if writing fails
   */
  public static void writePng(BufferedImage picture, Path target) {
    AtomicOutput.write(
        target,
        out -> {
          try (ImageOutputStream image = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(picture, "png", image)) {
              throw new IOException("this Java has no PNG writer");
            }
          }
        });
  }

  /**
   * Writes an animated GIF file.
   *
   * @param frames pictures of one size, at least one; each is asked for when it is written
   * @param delayMillis time for each frame, in milliseconds, rounded to hundredths of a second
   * @param loop whether it starts again at the end
   * @throws IllegalArgumentException if there are no frames, they differ in size, or the time is
   *     negative or above 655,350
   * @throws java.io.UncheckedIOException if writing fails
   */
  public static void writeGif(
      Iterable<BufferedImage> frames, int delayMillis, boolean loop, Path target) {
    GifAnimation.check(delayMillis);
    AtomicOutput.write(target, out -> GifAnimation.write(frames, delayMillis, loop, out));
  }
}
