package org.betavae.evaluate;

/**
 * A grown tree of at most 2^(depth+1) − 1 nodes: node i has the children 2 i + 1 and 2 i + 2. It
 * holds the value that its leaves add to a score.
 */
final class RegressionTree {
  /** Code that a node is split on, −1 for a leaf. */
  private final int[] codes;

  private final double[] thresholds;
  private final double[] values;

  RegressionTree(int[] codes, double[] thresholds, double[] values) {
    this.codes = codes;
    this.thresholds = thresholds;
    this.values = values;
  }

  /** What the tree adds for one point of the columns, shape {@code [codes][points]}. */
  double predict(float[][] columns, int point) {
    int node = 0;
    while (codes[node] >= 0) {
      node = 2 * node + (columns[codes[node]][point] <= thresholds[node] ? 1 : 2);
    }
    return values[node];
  }
}
