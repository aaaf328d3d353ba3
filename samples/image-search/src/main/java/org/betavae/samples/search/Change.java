package org.betavae.samples.search;

import java.util.Random;
import org.betavae.data.ItemShape;

/**
 * How a near-duplicate differs from its original.
 *
 * @param shift pixels that the image moves by, down or up and right or left; what comes in is black
 * @param noise standard deviation of the Gaussian noise on every value
 */
record Change(int shift, double noise) {

  /** A changed copy of an image {@code [H, W, C]}, within [0,1]. */
  float[] copyOf(float[] image, ItemShape shape, Random random) {
    int down = random.nextBoolean() ? shift : -shift;
    int right = random.nextBoolean() ? shift : -shift;
    float[] copy = new float[image.length];
    int i = 0;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        for (int c = 0; c < shape.channels(); c++) {
          double value = valueAt(image, shape, y - down, x - right, c);
          value += noise * random.nextGaussian();
          copy[i++] = (float) Math.min(1, Math.max(0, value));
        }
      }
    }
    return copy;
  }

  private static float valueAt(float[] image, ItemShape shape, int y, int x, int channel) {
    if (y < 0 || y >= shape.height() || x < 0 || x >= shape.width()) {
      return 0;
    }
    return image[(y * shape.width() + x) * shape.channels() + channel];
  }

  @Override
  public String toString() {
    return "shift %d, noise %.2f".formatted(shift, noise);
  }
}
