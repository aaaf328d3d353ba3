package org.betavae.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Grows regression trees by the largest decrease of squared error, with exact search over every
 * threshold of every code. The order of the points by each code is found once for all trees.
 *
 * <p>Where several codes split a node equally well, as often happens in small, nearly pure nodes,
 * the codes are visited in a fresh random order, and only a strictly better split replaces an
 * earlier one. Gains that are equal but for rounding are told apart by it: so that the same code
 * wins as in scikit-learn, sums and gains are calculated by its steps, in its order. Values less
 * than 1e-7 apart are not separated; thresholds lie midway between neighbours.
 *
 * <p>For one thread.
 */
final class TreeGrower {
  /** In single precision, as the codes are. */
  private static final float SMALLEST_STEP = 1e-7f;

  /** Nodes whose variance is no larger are not split. */
  private static final double PURE = Math.ulp(1.0);

  private final float[][] columns;
  private final Presorted sorted;
  private final int depth;

  /** Points by node and, within a node, by each code: of the level at hand, and of the next. */
  private int[][] orders;

  private final int[][][] buffers;
  private final int[] spare;

  /** Where each node's points begin in the orders, and how many they are. */
  private final int[] begins;

  private final int[] counts;
  private final int[] splitCodes;
  private final double[] thresholds;
  private final byte[] leaves;
  private final boolean[] goesLeft;

  /** Best split of the node at hand on each code, and the number of points left of it. */
  private final double[] gains;

  private final int[] lefts;
  private final double[] decreases;

  /** The points in the order of each code. */
  static final class Presorted {
    private final float[][] columns;
    private final int[][] orders;

    Presorted(Codes codes) {
      columns = new float[codes.size()][];
      orders = new int[codes.size()][];
      for (int code = 0; code < codes.size(); code++) {
        float[] column = codes.column(code);
        int[] order =
            IntStream.range(0, column.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> column[i]))
                .mapToInt(i -> i)
                .toArray();
        columns[code] = column;
        orders[code] = order;
      }
    }

    int points() {
      return columns[0].length;
    }

    /** Shape {@code [codes][points]}; not a copy. */
    float[][] columns() {
      return columns;
    }
  }

  /**
   * Prepares memory for trees on some points.
   *
   * @param depth most splits from root to leaf, 1 to 6
   */
  TreeGrower(Presorted sorted, int depth) {
    this.sorted = sorted;
    this.depth = depth;
    columns = sorted.columns();
    int points = sorted.points();
    int most = (1 << (depth + 1)) - 1;
    buffers = new int[2][columns.length][points];
    spare = new int[points];
    begins = new int[most];
    counts = new int[most];
    splitCodes = new int[most];
    thresholds = new double[most];
    leaves = new byte[points];
    goesLeft = new boolean[points];
    gains = new double[columns.length];
    lefts = new int[columns.length];
    decreases = new double[columns.length];
  }

  /** Decrease of squared error by the splits of the last tree, for each code; not a copy. */
  double[] decreases() {
    return decreases;
  }

  /** Leaf of each point in the last tree, by the node's number; not a copy. */
  byte[] leaves() {
    return leaves;
  }

  /** Number of the highest node and one more. */
  int mostNodes() {
    return counts.length;
  }

  /** The last tree, with a value for each leaf. */
  RegressionTree tree(double[] leafValues) {
    return new RegressionTree(splitCodes.clone(), thresholds.clone(), leafValues);
  }

  /**
   * Grows a tree.
   *
   * @param targets what the tree is to tell, shape {@code [points]}
   */
  void grow(double[] targets, Random random) {
    Arrays.fill(leaves, (byte) 0);
    Arrays.fill(splitCodes, -1);
    Arrays.fill(decreases, 0);
    Arrays.fill(counts, 0);
    counts[0] = targets.length;
    begins[0] = 0;
    orders = sorted.orders;
    for (int level = 0; level < depth; level++) {
      int first = (1 << level) - 1;
      for (int node = first; node <= 2 * first; node++) {
        if (counts[node] >= 2 && split(node, targets, random)) {
          divide(node);
        }
      }
      if (level + 1 < depth) {
        moveOn(first, level);
      }
    }
  }

  /** Splits a node in the best way, if it is worth it. */
  private boolean split(int node, double[] targets, Random random) {
    double sum = 0;
    double squares = 0;
    for (int s = begins[node]; s < begins[node] + counts[node]; s++) {
      double target = targets[node == 0 ? s : orders[0][s]];
      sum += target;
      squares += target * target;
    }
    double mean = sum / counts[node];
    if (!(squares / counts[node] - mean * mean > PURE)) {
      return false;
    }
    for (int code = 0; code < columns.length; code++) {
      scan(code, begins[node], counts[node], targets, sum);
    }
    int best = best(random);
    if (gains[best] == Double.NEGATIVE_INFINITY) {
      return false;
    }
    splitCodes[node] = best;
    int left = begins[node] + lefts[best];
    thresholds[node] =
        midway(columns[best][orders[best][left - 1]], columns[best][orders[best][left]]);
    decreases[best] += gains[best] - sum * mean;
    return true;
  }

  /** Finds the best threshold on one code. */
  private void scan(int code, int begin, int count, double[] targets, double sum) {
    int[] order = orders[code];
    float[] column = columns[code];
    double best = Double.NEGATIVE_INFINITY;
    int bestLeft = 0;
    int point = order[begin];
    float last = column[point];
    double left = targets[point];
    int passed = 0;
    for (int n = 1; n < count; n++) {
      point = order[begin + n];
      float value = column[point];
      if (value > last + SMALLEST_STEP) {
        if (n - passed > count - n) { // fewer points are right of it than were equal before it
          left = leftOf(order, begin + n, begin + count, targets, sum);
        }
        passed = n;
        double right = sum - left;
        double gain = left * left / n + right * right / (count - n);
        if (gain > best) {
          best = gain;
          bestLeft = n;
        }
      }
      left += targets[point];
      last = value;
    }
    gains[code] = best;
    lefts[code] = bestLeft;
  }

  /** What is left of the sum without the points from one place to another, the last one first. */
  private static double leftOf(int[] order, int from, int to, double[] targets, double sum) {
    double left = sum;
    for (int s = to - 1; s >= from; s--) {
      left -= targets[order[s]];
    }
    return left;
  }

  /** The code with the largest gain; of equal ones the first in a random order. */
  private int best(Random random) {
    int[] visit = IntStream.range(0, columns.length).toArray();
    int best = -1;
    for (int i = 0; i < visit.length; i++) {
      int other = i + random.nextInt(visit.length - i);
      int code = visit[other];
      visit[other] = visit[i];
      if (best < 0 || gains[code] > gains[best]) {
        best = code;
      }
    }
    return best;
  }

  private static double midway(float low, float high) {
    double middle = low / 2.0 + high / 2.0;
    return middle == high ? low : middle;
  }

  /** Gives a node's points to its children. */
  private void divide(int node) {
    int code = splitCodes[node];
    int child = 2 * node + 1;
    counts[child] = lefts[code];
    counts[child + 1] = counts[node] - lefts[code];
    begins[child] = begins[node];
    begins[child + 1] = begins[node] + lefts[code];
    for (int n = 0; n < counts[node]; n++) {
      int point = orders[code][begins[node] + n];
      goesLeft[point] = n < lefts[code];
      leaves[point] = (byte) (n < lefts[code] ? child : child + 1);
    }
  }

  /** Brings the points of a level's split nodes into the order of their children. */
  private void moveOn(int first, int level) {
    int[][] next = buffers[level % 2];
    for (int node = first; node <= 2 * first; node++) {
      if (splitCodes[node] >= 0) {
        for (int code = 0; code < columns.length; code++) {
          separate(orders[code], next[code], begins[node], counts[node]);
        }
      }
    }
    orders = next;
  }

  private void separate(int[] from, int[] to, int begin, int count) {
    int left = begin;
    int right = 0;
    for (int s = begin; s < begin + count; s++) {
      int point = from[s];
      // Both are written and one is kept: quicker than a branch that no processor can foresee.
      to[left] = point;
      spare[right] = point;
      int isLeft = goesLeft[point] ? 1 : 0;
      left += isLeft;
      right += 1 - isLeft;
    }
    System.arraycopy(spare, 0, to, left, right);
  }
}
