package org.betavae.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.export.Tensor;

/**
 * How far one output is from what it should be.
 *
 * @param scaled largest |a - b| / max(1, |a|), where a is what it should be: absolute for values up
 *     to 1, relative above, since float32 has seven digits wherever the point is
 * @param absolute largest |a - b|
 * @param largestValue largest |a|
 */
record Difference(double scaled, double absolute, double largestValue) {
  static final Difference NONE = new Difference(0, 0, 0);

  /**
   * Compares two tensors of one size.
   *
   * @param wanted what the values should be
   * @return infinite where one of both, or both, are not a number
   */
  static Difference of(Tensor wanted, Tensor found) {
    double scaled = 0;
    double absolute = 0;
    double largestValue = 0;
    for (int i = 0; i < wanted.size(); i++) {
      double w = wanted.doubleAt(i);
      double f = found.doubleAt(i);
      // The same infinity on both sides is no difference; NaN is an infinite one to anything.
      double d = w == f ? 0 : Math.abs(w - f);
      d = Double.isNaN(d) ? Double.POSITIVE_INFINITY : d;
      double size = Math.abs(w);
      absolute = Math.max(absolute, d);
      scaled = Math.max(scaled, size > 1 && d < Double.POSITIVE_INFINITY ? d / size : d);
      largestValue = Math.max(largestValue, Double.isNaN(size) ? 0 : size);
    }
    return new Difference(scaled, absolute, largestValue);
  }

  /** Compares each output with the one of its name. */
  static Map<String, Difference> ofAll(Map<String, Tensor> wanted, Map<String, Tensor> found) {
    Map<String, Difference> differences = new LinkedHashMap<>();
    wanted.forEach((name, w) -> differences.put(name, of(w, found.get(name))));
    return differences;
  }

  /** The larger of each. */
  Difference max(Difference other) {
    return new Difference(
        Math.max(scaled, other.scaled),
        Math.max(absolute, other.absolute),
        Math.max(largestValue, other.largestValue));
  }
}
