package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Gradient boosting of trees on the multinomial log-loss, one tree a class and round, or on the
 * logistic loss for two classes, one tree a round.
 *
 * <p>Where codes tie but for rounding, the last bits of the residuals decide which one is split.
 * Everything is therefore calculated by the steps of scikit-learn, in its order.
 *
 * <p>Source: Friedman 2001, "Greedy Function Approximation: A Gradient Boosting Machine",
 * algorithms 5 and 6.
 */
final class BoostedTrees {
  private static final double SMALLEST_DENOMINATOR = 1e-150;

  /** Below this score the probability is its exponential to the last bit. */
  private static final double CERTAIN = -37;

  private final List<List<RegressionTree>> rounds;
  private final double[] start;
  private final double[] importances;
  private final int[] trained;

  private BoostedTrees(
      List<List<RegressionTree>> rounds, double[] start, double[] importances, int[] trained) {
    this.rounds = rounds;
    this.start = start;
    this.importances = importances;
    this.trained = trained;
  }

  /** Share of each code in the decrease of squared error; all 0 where nothing was split. */
  double[] importances() {
    return importances.clone();
  }

  /**
   * Fits.
   *
   * @param classes at least 2
   */
  static BoostedTrees fit(
      TreeGrower.Presorted points, Partition classes, Dci settings, Random random) {
    return new Fit(points, classes, settings, random).run();
  }

  /** What is predicted for the points of the fit. */
  int[] trained() {
    return trained.clone();
  }

  /** Class with the largest score, the first of equal ones, shape {@code [points]}. */
  int[] predict(float[][] columns) {
    int[] predicted = new int[columns[0].length];
    for (int i = 0; i < predicted.length; i++) {
      double[] scores = start.clone();
      for (List<RegressionTree> round : rounds) {
        for (int k = 0; k < scores.length; k++) {
          scores[k] += round.get(k).predict(columns, i);
        }
      }
      predicted[i] = best(scores);
    }
    return predicted;
  }

  private static int best(double[] scores) {
    if (scores.length == 1) {
      return scores[0] >= 0 ? 1 : 0;
    }
    int best = 0;
    for (int k = 1; k < scores.length; k++) {
      best = scores[k] > scores[best] ? k : best;
    }
    return best;
  }

  /** One fit under way. */
  private static final class Fit {
    private final Partition classes;
    private final Dci settings;
    private final Random random;
    private final TreeGrower grower;
    private final int points;

    /** Trees of a round: one for two classes, else one for each. */
    private final int trees;

    /** Shape {@code [trees][points]}. */
    private final double[][] scores;

    private final double[][] probabilities;
    private final double[] decreases;

    Fit(TreeGrower.Presorted sorted, Partition classes, Dci settings, Random random) {
      this.classes = classes;
      this.settings = settings;
      this.random = random;
      grower = new TreeGrower(sorted, settings.depth());
      points = sorted.points();
      trees = classes.classes() == 2 ? 1 : classes.classes();
      scores = new double[trees][points];
      probabilities = new double[trees == 1 ? 0 : trees][points];
      decreases = new double[sorted.columns().length];
    }

    BoostedTrees run() {
      double[] start = start();
      for (int k = 0; k < trees; k++) {
        Arrays.fill(scores[k], start[k]);
      }
      List<List<RegressionTree>> rounds = new ArrayList<>();
      for (int round = 0; round < settings.rounds(); round++) {
        updateProbabilities();
        List<RegressionTree> grown = new ArrayList<>();
        for (int k = 0; k < trees; k++) {
          grown.add(boost(k));
        }
        rounds.add(grown);
      }
      double total = Arrays.stream(decreases).sum();
      double[] shares = Arrays.stream(decreases).map(d -> total > 0 ? d / total : 0).toArray();
      return new BoostedTrees(rounds, start, shares, predicted());
    }

    private int[] predicted() {
      int[] predicted = new int[points];
      double[] ofPoint = new double[trees];
      for (int i = 0; i < points; i++) {
        for (int k = 0; k < trees; k++) {
          ofPoint[k] = scores[k][i];
        }
        predicted[i] = best(ofPoint);
      }
      return predicted;
    }

    /**
     * Logarithms of the class frequencies by their geometric mean, or of the odds of the second
     * class.
     */
    private double[] start() {
      double[] p = new double[classes.classes()];
      Arrays.setAll(p, k -> (double) classes.count(k) / points);
      if (trees == 1) {
        return new double[] {logOdds(p[1])};
      }
      double geometricMean = Math.exp(Arrays.stream(p).map(Math::log).sum() / trees);
      return Arrays.stream(p).map(share -> Math.log(share / geometricMean)).toArray();
    }

    /** As SciPy's logit, which is more exact about a half. */
    private static double logOdds(double p) {
      double s = 2 * (p - 0.5);
      return p < 0.3 || p > 0.65 ? Math.log(p / (1 - p)) : Math.log1p(s) - Math.log1p(-s);
    }

    /** All trees of a round start from the same ones. */
    private void updateProbabilities() {
      if (trees == 1) {
        return;
      }
      for (int i = 0; i < points; i++) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < trees; k++) {
          largest = Math.max(largest, scores[k][i]);
        }
        double sum = 0;
        for (int k = 0; k < trees; k++) {
          probabilities[k][i] = Math.exp(scores[k][i] - largest);
          sum += probabilities[k][i];
        }
        for (int k = 0; k < trees; k++) {
          probabilities[k][i] /= sum;
        }
      }
    }

    /** Class less probability. */
    private double residual(int k, int i) {
      if (trees > 1) {
        return (classes.label(i) == k ? 1 : 0) - probabilities[k][i];
      }
      double score = scores[0][i];
      if (score <= CERTAIN) {
        return classes.label(i) - Math.exp(score);
      }
      double against = Math.exp(-score);
      return (classes.label(i) == 1 ? against : -1) / (1 + against);
    }

    private RegressionTree boost(int k) {
      double[] residuals = new double[points];
      Arrays.setAll(residuals, i -> residual(k, i));
      grower.grow(residuals, random);
      double[] values = leafValues(residuals, k);
      byte[] leaves = grower.leaves();
      for (int i = 0; i < points; i++) {
        scores[k][i] += values[leaves[i]];
      }
      for (int code = 0; code < decreases.length; code++) {
        decreases[code] += grower.decreases()[code];
      }
      return grower.tree(values);
    }

    /** One Newton step of the loss in each leaf, scaled by the learning rate. */
    private double[] leafValues(double[] residuals, int k) {
      byte[] leaves = grower.leaves();
      int[] ends = new int[grower.mostNodes()]; // of each leaf's points, put side by side
      for (byte leaf : leaves) {
        ends[leaf]++;
      }
      int[] counts = ends.clone();
      for (int leaf = 1; leaf < ends.length; leaf++) {
        ends[leaf] += ends[leaf - 1];
      }
      double[] slopes = new double[points];
      double[] bends = new double[points];
      int positive = trees == 1 ? 1 : k;
      for (int i = points - 1; i >= 0; i--) {
        int place = --ends[leaves[i]];
        double p = (classes.label(i) == positive ? 1 : 0) - residuals[i];
        slopes[place] = residuals[i];
        bends[place] = p * (1 - p);
      }
      double scale = trees == 1 ? 1 : (trees - 1.0) / trees;
      double[] values = new double[counts.length];
      for (int leaf = 0; leaf < values.length; leaf++) {
        double slope = PairwiseSum.of(slopes, ends[leaf], counts[leaf]) / counts[leaf] * scale;
        double bend = PairwiseSum.of(bends, ends[leaf], counts[leaf]) / counts[leaf];
        if (Math.abs(bend) >= SMALLEST_DENOMINATOR) { // which NaN, of no points, is not
          values[leaf] = settings.learningRate() * (slope / bend);
        }
      }
      return values;
    }
  }
}
