package org.betavae.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Pictures in colour and of two sizes, in a folder with a sub-folder for each class. */
final class Pictures {
  private Pictures() {}

  /** Writes squares, in the left half of the picture or in the right one. */
  static Path write(Path folder, int ofEachClass) {
    for (String side : List.of("left", "right")) {
      try {
        Path target = Files.createDirectories(folder.resolve(side));
        for (int i = 0; i < ofEachClass; i++) {
          int width = i % 2 == 0 ? 20 : 40;
          BufferedImage picture = new BufferedImage(width, 30, BufferedImage.TYPE_INT_RGB);
          int left = side.equals("left") ? 1 + i % 4 : width / 2 + 1 + i % 4;
          for (int y = i % 17; y < i % 17 + 8; y++) {
            for (int x = left; x < left + width / 4; x++) {
              picture.setRGB(x, y, 0xF0E0D0);
            }
          }
          ImageIO.write(picture, "png", target.resolve(i + ".png").toFile());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder;
  }
}
