package org.betavae.data;

/**
 * Resizes 8-bit images by a triangle filter, widened when shrinking so that every pixel counts:
 * linear interpolation when enlarging, a weighted mean when shrinking.
 *
 * <p>Source: Turkowski 1990, "Filters for common resampling tasks", Graphics Gems.
 */
final class Resampler {
  private final int[] first;
  private final float[][] weights;

  /** Weights for a line of {@code from} pixels that becomes one of {@code to}. */
  private Resampler(int from, int to) {
    first = new int[to];
    weights = new float[to][];
    double ratio = (double) from / to;
    double reach = Math.max(1, ratio);
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * ratio;
      int begin = (int) Math.max(0, Math.floor(centre - reach + 0.5));
      int end = (int) Math.min(from, Math.ceil(centre + reach - 0.5));
      float[] line = new float[Math.max(1, end - begin)];
      double sum = 0;
      for (int k = 0; k < line.length; k++) {
        double weight = Math.max(0, 1 - Math.abs(begin + k + 0.5 - centre) / reach);
        line[k] = (float) weight;
        sum += weight;
      }
      for (int k = 0; k < line.length; k++) {
        line[k] = (float) (line[k] / sum);
      }
      first[i] = begin;
      weights[i] = line;
    }
  }

  /**
   * Resizes both axes; the aspect is not kept.
   *
   * @param levels shape {@code [from.height, from.width, channels]}
   * @return shape {@code [to.height, to.width, channels]}
   */
  static byte[] resize(byte[] levels, ItemShape from, ItemShape to) {
    int channels = from.channels();
    float[] wide = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      wide[i] = levels[i] & 0xff;
    }
    float[] narrow =
        new Resampler(from.width(), to.width()).apply(wide, from.height(), from.width(), channels);
    float[] small =
        new Resampler(from.height(), to.height())
            .apply(narrow, 1, from.height(), to.width() * channels);
    byte[] result = new byte[small.length];
    for (int i = 0; i < small.length; i++) {
      result[i] = (byte) Math.round(Math.min(255f, Math.max(0f, small[i])));
    }
    return result;
  }

  /** Filters the middle axis of {@code [outer, length, inner]}. */
  private float[] apply(float[] values, int outer, int length, int inner) {
    float[] result = new float[outer * first.length * inner];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < first.length; i++) {
        int target = (o * first.length + i) * inner;
        for (int k = 0; k < weights[i].length; k++) {
          int source = (o * length + first[i] + k) * inner;
          float weight = weights[i][k];
          for (int j = 0; j < inner; j++) {
            result[target + j] += weight * values[source + j];
          }
        }
      }
    }
    return result;
  }
}
