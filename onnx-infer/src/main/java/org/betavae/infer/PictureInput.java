package org.betavae.infer;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;

/**
 * Turns pictures into what a model takes, as the project's own readers do for training: resized to
 * the model's height and width (the aspect is not kept) by a triangle filter, a weighted mean of
 * all pixels when shrinking; gray by ITU-R BT.601 luma for models of one channel; transparent parts
 * over black; levels 0 to 255 as 0 to 1.
 *
 * <pre>{@code
 * float[] image = PictureInput.floats(ImageIO.read(file), model.info());
 * float[] mean = model.embed(image).mean();
 * }</pre>
 *
 * <p>Needs the module {@code java.desktop}, which nothing else in this library does.
 */
public final class PictureInput {
  private static final int RED = 299;
  private static final int GREEN = 587;
  private static final int BLUE = 114;

  private PictureInput() {}

  /**
   * One picture for a model.
   *
   * @return shape {@code [C, H, W]}, values in [0,1]
   * @throws IllegalArgumentException if the model takes no images of 1 or 3 channels
   */
  public static float[] floats(BufferedImage picture, ModelInfo info) {
    if (picture == null) {
      throw new IllegalArgumentException(
          "picture is null, expected one. ImageIO.read gives null for a file of an unknown kind.");
    }
    boolean fits =
        !info.isVector() && (info.inputShape().get(0) == 1 || info.inputShape().get(0) == 3);
    if (!fits) {
      throw new IllegalArgumentException(
          "The model takes "
              + info.inputShape()
              + ", expected images [1, H, W] or [3, H, W]. Make the values of such a model"
              + " yourself, and pass them as float[].");
    }
    int channels = info.inputShape().get(0);
    int height = info.inputShape().get(1);
    int width = info.inputShape().get(2);
    float[] planes = planes(picture, channels);
    if (picture.getWidth() != width || picture.getHeight() != height) {
      planes =
          TriangleFilter.resize(
              planes, channels, picture.getHeight(), picture.getWidth(), height, width);
    }
    for (int i = 0; i < planes.length; i++) {
      planes[i] = Math.min(255, Math.max(0, Math.round(planes[i]))) / 255f;
    }
    return planes;
  }

  /** Levels 0 to 255, shape {@code [channels, height, width]}. */
  private static float[] planes(BufferedImage picture, int channels) {
    return picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
        ? grayPlanes(picture, channels)
        : colourPlanes(picture, channels);
  }

  private static float[] colourPlanes(BufferedImage picture, int channels) {
    int width = picture.getWidth();
    int plane = width * picture.getHeight();
    float[] planes = new float[channels * plane];
    int[] line = new int[width];
    for (int y = 0; y < picture.getHeight(); y++) {
      picture.getRGB(0, y, width, 1, line, 0, width);
      for (int x = 0; x < width; x++) {
        int alpha = line[x] >>> 24;
        int red = (line[x] >> 16 & 0xff) * alpha / 255;
        int green = (line[x] >> 8 & 0xff) * alpha / 255;
        int blue = (line[x] & 0xff) * alpha / 255;
        int at = y * width + x;
        if (channels == 1) {
          int luma = (RED * red + GREEN * green + BLUE * blue + 500) / 1000;
          planes[at] = luma;
        } else {
          planes[at] = red;
          planes[plane + at] = green;
          planes[2 * plane + at] = blue;
        }
      }
    }
    return planes;
  }

  /** Straight from the samples: getRGB would bend gray levels by a change of colour space. */
  private static float[] grayPlanes(BufferedImage picture, int channels) {
    int width = picture.getWidth();
    int plane = width * picture.getHeight();
    Raster raster = picture.getRaster();
    boolean alpha = picture.getColorModel().hasAlpha();
    double most = (1L << picture.getSampleModel().getSampleSize(0)) - 1;
    double mostAlpha = alpha ? (1L << picture.getSampleModel().getSampleSize(1)) - 1 : 1;
    float[] planes = new float[channels * plane];
    for (int at = 0; at < plane; at++) {
      double level = raster.getSample(at % width, at / width, 0) / most * 255;
      if (alpha) {
        level *= raster.getSample(at % width, at / width, 1) / mostAlpha;
      }
      for (int c = 0; c < channels; c++) {
        planes[c * plane + at] = Math.round(level);
      }
    }
    return planes;
  }
}
