package org.betavae.train.network;

import java.util.Locale;

/** What a convolution or a pool does at the border. */
public enum Padding {
  /** Zeros around the image, so that only the stride changes its size. */
  SAME,
  /** Nothing: the kernel stays inside the image. */
  VALID;

  /**
   * Length of one side after a window has gone over it.
   *
   * @throws IllegalArgumentException if the window is larger than the side
   */
  long after(int side, int window, int stride) {
    if (this == SAME) {
      return (side + (long) stride - 1) / stride;
    }
    if (window > side) {
      throw new IllegalArgumentException(
          "got "
              + side
              + " pixels for a window of "
              + window
              + ", expected at least as many. Use padding: same, or a smaller window.");
    }
    return (side - window) / stride + 1L;
  }

  String setting() {
    return name().toLowerCase(Locale.ROOT);
  }
}
