package org.betavae.browser;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;

/** Pictures to be dropped onto the page. */
final class Pictures {
  private Pictures() {}

  /** A bright disc on a ground of some levels, gray or in colours. */
  static byte[] disc(int width, int height, boolean colour) {
    return png(
        width,
        height,
        (x, y) -> {
          boolean inside =
              Math.hypot(x - width * 0.6, y - height * 0.4) < 0.3 * Math.min(width, height);
          int level = inside ? 230 : 3 * x + y;
          return colour ? level << 16 | (level / 2) << 8 | (255 - level) : level * 0x010101;
        });
  }

  /** A white ellipse, tilted, on black: much like one of dSprites. */
  static byte[] ellipse(int side) {
    return png(
        side,
        side,
        (x, y) -> {
          double right = (x + 0.5) / side - 0.58;
          double down = (y + 0.5) / side - 0.4;
          double along = (right + down) * Math.sqrt(0.5) / 0.2;
          double across = (right - down) * Math.sqrt(0.5) / 0.1125;
          return along * along + across * across < 1 ? 0xffffff : 0;
        });
  }

  private static byte[] png(int width, int height, IntBinaryOperator rgb) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, rgb.applyAsInt(x, y));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
