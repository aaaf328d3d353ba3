package org.betavae.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads one picture by ImageIO: its header first, its pixels when they are asked for.
 *
 * @param name how messages call it
 * @param kind its format, such as PNG, for messages
 * @param source opens it
 */
record PictureReader(String name, String kind, Source source) {
  /** ITU-R BT.601 luma in thousandths. */
  private static final int RED = 299;

  private static final int GREEN = 587;
  private static final int BLUE = 114;

  /** Opens what is read. */
  interface Source {
    ImageInputStream open() throws IOException;
  }

  /** What is done with an open reader. */
  private interface Use<T> {
    T with(ImageReader reader) throws IOException;
  }

  /**
   * What the header says.
   *
   * @param gray whether it holds no colour by its type
   */
  record Header(int width, int height, boolean gray) {}

  /**
   * Reads size and type without the pixels.
   *
   * @throws DataException if it is no picture that this Java can read, or has more pixels
   */
  Header header(long mostPixels) {
    return use(
        reader -> {
          int width = reader.getWidth(0);
          int height = reader.getHeight(0);
          if (width < 1 || height < 1 || (long) width * height > mostPixels) {
            throw new DataException(
                "%s: picture is %dx%d, expected 1 to %d pixels. Shrink or replace it."
                    .formatted(name, width, height, mostPixels));
          }
          return new Header(width, height, isGray(reader));
        });
  }

  private <T> T use(Use<T> use) {
    try (ImageInputStream in = source.open()) {
      Iterator<ImageReader> readers = in == null ? null : ImageIO.getImageReaders(in);
      if (readers == null || !readers.hasNext()) {
        throw new DataException(
            "%s: is no picture that Java can read, expected one of %s. Convert it to PNG, or remove it."
                .formatted(name, PictureFolderSource.readable()));
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
              .formatted(name, Runtime.getRuntime().maxMemory() >> 20),
          e);
    } catch (IOException | RuntimeException e) {
      // ImageIO's readers throw unchecked exceptions of many kinds for damaged files.
      throw new DataException(
          "%s: picture cannot be read (%s), expected a whole %s picture. Convert it to PNG again, or remove it."
              .formatted(name, Sources.reason(e), kind),
          e);
    }
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
   * Reads the first image.
   *
   * @param header what it began with
   * @param channels 1 for gray (by ITU-R BT.601 luma), 3 for RGB
   * @return 8-bit levels, shape {@code [height, width, channels]}; transparent parts over black
   */
  byte[] read(Header header, int channels) {
    return use(
        reader -> {
          Truncation truncation = new Truncation();
          reader.addIIOReadWarningListener(truncation);
          BufferedImage image = reader.read(0);
          if (truncation.warning() != null) {
            throw new IIOException(truncation.warning());
          }
          if (image.getWidth() != header.width() || image.getHeight() != header.height()) {
            throw new IIOException(
                "it is %dx%d and not %dx%d as its header says"
                    .formatted(
                        image.getWidth(), image.getHeight(), header.width(), header.height()));
          }
          return levels(image, channels);
        });
  }

  private static byte[] levels(BufferedImage image, int channels) {
    int width = image.getWidth();
    int height = image.getHeight();
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
        int red = overBlack(argb >> 16 & 0xff, alpha);
        int green = overBlack(argb >> 8 & 0xff, alpha);
        int blue = overBlack(argb & 0xff, alpha);
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

  /** The nearest level, as {@link #grayLevels} takes it. */
  private static int overBlack(int level, int alpha) {
    return (level * alpha + 127) / 255;
  }

  /** Straight from the samples: getRGB would bend gray levels by a change of colour space. */
  private static byte[] grayLevels(BufferedImage image, int channels) {
    int width = image.getWidth();
    int height = image.getHeight();
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
}
