package org.betavae.export.toonnx;

/**
 * One axis of an {@link UpConv} seen on a coarse grid: block q of the output holds the {@code
 * block} pixels {@code o = block q + R - shift}, R from 0 on, its phases. The input too may come in
 * {@code step} phases a, one image each, with pixels {@code f = step m + a}; with a step of 1 it is
 * as it was.
 *
 * <p>With m = q + d, the formula of {@link UpConv} becomes {@code y_R[q] = sum over a and d of
 * x_a[q + d] w[tap]} with {@code tap = R - shift + pad - stride a - block d}: for each pair of
 * phases a plain convolution over d, whose window depends on R and a alone.
 *
 * @param axis sizes of the transposed convolution
 * @param step phases of the input
 * @param shift pixels by which the first block begins before the output, 0 to {@code block - 1}
 */
record PhaseAxis(UpConv.Axis axis, int step, int shift) {
  /**
   * The positions that a convolution looks at, and the zeros it needs around its input; never
   * negative.
   */
  record Window(int first, int size, int padBegin, int padEnd) {}

  /** With the shift that takes the fewest products when all phases of the output share a window. */
  static PhaseAxis best(UpConv.Axis axis, int step) {
    PhaseAxis best = null;
    for (int shift = 0; shift < step * axis.stride(); shift++) {
      PhaseAxis p = new PhaseAxis(axis, step, shift);
      if (best == null || p.products() < best.products()) {
        best = p;
      }
    }
    return best;
  }

  /** Pixels of the output in one block. */
  int block() {
    return step * axis.stride();
  }

  /** Blocks that cover the output. */
  int blocks() {
    return ceil(axis.out() + shift, block());
  }

  /** Blocks of which a phase's pixel lies in the output, when nothing is shifted. */
  int blocksOf(int phase) {
    return ceil(axis.out() - phase, block());
  }

  /** Pixels of the input in one of its phases. */
  int inputSize(int a) {
    return ceil(axis.in() - a, step);
  }

  private static int ceil(int n, int by) {
    return -Math.floorDiv(-n, by);
  }

  /** The place in the kernel that joins input position q + d to output block q; may be outside. */
  int tap(int phase, int a, int d) {
    return phase - shift + axis.pad() - axis.stride() * a - block() * d;
  }

  /** Positions times window, summed over the phases of the input. */
  long products() {
    long sum = 0;
    for (int a = 0; a < step; a++) {
      sum += (long) blocks() * window(a, 0, block(), blocks()).size();
    }
    return sum;
  }

  /** Positions times window, summed over the phases of the output, each for itself. */
  long productsApart() {
    long sum = 0;
    for (int r = 0; r < block(); r++) {
      sum += (long) blocks() * window(0, r, r + 1, blocks()).size();
    }
    return sum;
  }

  /**
   * What a convolution has to see for some phases of the output.
   *
   * @param a phase of the input
   * @param from first phase of the output
   * @param to the phase behind the last
   * @param count number of positions that come out
   */
  Window window(int a, int from, int to, int count) {
    // Taps fall with d: the last phase reaches furthest up, the first furthest down.
    int highest = Math.floorDiv(tap(to - 1, a, 0), block());
    int lowest = ceil(tap(from, a, 0) - axis.kernel() + 1, block());
    if (lowest > highest) {
      lowest = 0;
      highest = 0;
    }
    int first = Math.min(lowest, 0);
    int last = Math.max(highest, inputSize(a) - count);
    return new Window(first, last - first + 1, -first, count - inputSize(a) + last);
  }
}
