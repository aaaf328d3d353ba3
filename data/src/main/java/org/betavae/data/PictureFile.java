package org.betavae.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;

/**
 * One picture file.
 *
 * @param file where it lies
 * @param width columns
 * @param height rows
 * @param gray whether it holds no colour by its type
 */
record PictureFile(Path file, int width, int height, boolean gray) {
  /** A picture of this size takes 400 MB while it is read. */
  private static final long MOST_PIXELS = 100_000_000;

  /** ITU-R BT.601 luma in thousandths. */
  private static final int RED = 299;

  private static final int GREEN = 587;
  private static final int BLUE = 114;

  /** What is done with an open reader. */
  private interface Use<T> {
    T with(ImageReader reader) throws IOException;
  }

  /**
   * Reads size and type without the pixels.
   *
   * @throws DataException if it is no picture that this Java can read
   */
  static PictureFile of(Path file) {
    return use(
        file,
        reader -> {
          int width = reader.getWidth(0);
          int height = reader.getHeight(0);
          if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
            throw new DataException(
                "%s: picture is %dx%d, expected 1 to %d pixels. Shrink or replace it."
                    .formatted(file, width, height, MOST_PIXELS));
          }
          return new PictureFile(file, width, height, isGray(reader));
        });
  }

  private static <T> T use(Path file, Use<T> use) {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = in == null ? null : ImageIO.getImageReaders(in);
      if (readers == null || !readers.hasNext()) {
        throw new DataException(
            "%s: is no picture that Java can read, expected one of %s. Convert it to PNG, or remove it."
                .formatted(file, PictureFolderSource.readable()));
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return use.with(reader);
      } finally {
        reader.dispose();
      }
    } catch (DataException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      // A damaged header may ask for any amount; the array that was refused never existed.
      throw new DataException(
          "%s: picture needs more memory than the %d MB that Java may use, expected a smaller or undamaged one. Shrink or replace it."
              .formatted(file, Runtime.getRuntime().maxMemory() >> 20),
          e);
    } catch (IOException | RuntimeException e) {
      // ImageIO's readers throw unchecked exceptions of many kinds for damaged files.
      throw new DataException(
          "%s: picture cannot be read (%s), expected a whole %s picture. Convert it to PNG again, or remove it."
              .formatted(file, Sources.reason(e), ending(file)),
          e);
    }
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
  }

  private static boolean isGray(ImageReader reader) throws IOException {
    Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
    return types.hasNext() && isGray(types.next().getColorModel());
  }

  private static boolean isGray(ColorModel model) {
    if (model instanceof IndexColorModel index) {
      for (int i = 0; i < index.getMapSize(); i++) {
        if (index.getRed(i) != index.getGreen(i) || index.getRed(i) != index.getBlue(i)) {
          return false;
        }
      }
      return true;
    }
    return model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
  }

  /**
   * Reads the first image of the file.
   *
   * @param channels 1 for gray (by ITU-R BT.601 luma), 3 for RGB
   * @return 8-bit levels, shape {@code [height, width, channels]}; transparent parts over black
   */
  byte[] read(int channels) {
    return use(
        file,
        reader -> {
          Truncation truncation = new Truncation();
          reader.addIIOReadWarningListener(truncation);
          BufferedImage image = reader.read(0);
          if (truncation.warning() != null) {
            throw new IIOException(truncation.warning());
          }
          if (image.getWidth() != width || image.getHeight() != height) {
            throw new IIOException(
                "it is %dx%d and not %dx%d as its header says"
                    .formatted(image.getWidth(), image.getHeight(), width, height));
          }
          return levels(image, channels);
        });
  }

  private byte[] levels(BufferedImage image, int channels) {
    if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
      return grayLevels(image, channels);
    }
    byte[] levels = new byte[width * height * channels];
    int[] line = new int[width];
    int place = 0;
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, line, 0, width);
      for (int argb : line) {
        int alpha = argb >>> 24;
        int red = (argb >> 16 & 0xff) * alpha / 255;
        int green = (argb >> 8 & 0xff) * alpha / 255;
        int blue = (argb & 0xff) * alpha / 255;
        if (channels == 1) {
          levels[place++] = (byte) ((RED * red + GREEN * green + BLUE * blue + 500) / 1000);
        } else {
          levels[place++] = (byte) red;
          levels[place++] = (byte) green;
          levels[place++] = (byte) blue;
        }
      }
    }
    return levels;
  }

  /** Straight from the samples: getRGB would bend gray levels by a change of colour space. */
  private byte[] grayLevels(BufferedImage image, int channels) {
    Raster raster = image.getRaster();
    boolean alpha = image.getColorModel().hasAlpha();
    double most = (1L << image.getSampleModel().getSampleSize(0)) - 1;
    double mostAlpha = alpha ? (1L << image.getSampleModel().getSampleSize(1)) - 1 : 1;
    byte[] levels = new byte[width * height * channels];
    int place = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double level = raster.getSample(x, y, 0) / most * 255;
        if (alpha) {
          level *= raster.getSample(x, y, 1) / mostAlpha;
        }
        for (int c = 0; c < channels; c++) {
          levels[place++] = (byte) Math.round(level);
        }
      }
    }
    return levels;
  }

  /** The shape of its levels. */
  ItemShape shape(int channels) {
    return ItemShape.image(height, width, channels);
  }
}
