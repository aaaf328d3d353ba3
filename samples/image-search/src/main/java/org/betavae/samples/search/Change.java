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
    float[] copy = new Shift(down, right).of(image, shape);
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (float) Math.min(1, Math.max(0, copy[i] + noise * random.nextGaussian()));
    }
    return copy;
  }

  @Override
  public String toString() {
    return "shift %d, noise %.2f".formatted(shift, noise);
  }
}
