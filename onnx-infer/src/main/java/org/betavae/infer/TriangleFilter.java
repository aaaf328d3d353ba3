package org.betavae.infer;

/**
 * Resizes planes by a triangle filter, widened when shrinking so that every pixel counts: linear
 * interpolation when enlarging, a weighted mean when shrinking.
 *
 * <p>Source: Turkowski 1990, "Filters for common resampling tasks", Graphics Gems.
 */
final class TriangleFilter {
  private final int[] first;
  private final float[][] weights;

  /** Weights for a line of {@code from} pixels that becomes one of {@code to}. */
  private TriangleFilter(int from, int to) {
    first = new int[to];
    weights = new float[to][];
    double ratio = (double) from / to;
    double reach = Math.max(1, ratio);
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * ratio;
      int begin = (int) Math.max(0, Math.floor(centre - reach + 0.5));
      int end = (int) Math.min(from, Math.ceil(centre + reach - 0.5));
      double[] line = new double[Math.max(1, end - begin)];
      double sum = 0;
      for (int k = 0; k < line.length; k++) {
        line[k] = Math.max(0, 1 - Math.abs(begin + k + 0.5 - centre) / reach);
        sum += line[k];
      }
      first[i] = begin;
      weights[i] = new float[line.length];
      for (int k = 0; k < line.length; k++) {
        weights[i][k] = (float) (line[k] / sum);
      }
    }
  }

  /** From {@code [channels, fromHeight, fromWidth]} to {@code [channels, height, width]}. */
  static float[] resize(
      float[] planes, int channels, int fromHeight, int fromWidth, int height, int width) {
    float[] narrow = new TriangleFilter(fromWidth, width).apply(planes, channels * fromHeight, 1);
    return new TriangleFilter(fromHeight, height).apply(narrow, channels, width);
  }

  /** Filters the middle axis of {@code [outer, length, inner]}. */
  private float[] apply(float[] values, int outer, int inner) {
    int length = values.length / outer / inner;
    float[] result = new float[outer * first.length * inner];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < first.length; i++) {
        int target = (o * first.length + i) * inner;
        for (int k = 0; k < weights[i].length; k++) {
          int source = (o * length + first[i] + k) * inner;
          for (int j = 0; j < inner; j++) {
            result[target + j] += weights[i][k] * values[source + j];
          }
        }
      }
    }
    return result;
  }
}
