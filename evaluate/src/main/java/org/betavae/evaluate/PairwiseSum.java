package org.betavae.evaluate;

/** Sums that are rounded as NumPy rounds them: halves of long arrays, eight strands in each. */
final class PairwiseSum {
  private static final int STRANDS = 8;
  private static final int BLOCK = 128;

  private PairwiseSum() {}

  /** The sum of {@code count} values, the first of them at {@code from}. */
  static double of(double[] values, int from, int count) {
    if (count > BLOCK) {
      int half = count / 2 - count / 2 % STRANDS;
      return of(values, from, half) + of(values, from + half, count - half);
    }
    double sum = 0;
    int done = 0;
    if (count >= STRANDS) {
      double[] r = new double[STRANDS];
      for (; done < count - count % STRANDS; done++) {
        r[done % STRANDS] += values[from + done];
      }
      sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    }
    for (; done < count; done++) {
      sum += values[from + done];
    }
    return sum;
  }
}
