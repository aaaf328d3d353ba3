package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Gradient boosting of trees on the multinomial log-loss, one tree a class and round, or on the
 * logistic loss for two classes, one tree a round.
 *
 * <p>Source: Friedman 2001, "Greedy Function Approximation: A Gradient Boosting Machine",
 * algorithms 5 and 6.
 */
final class BoostedTrees {
  private static final double SMALLEST_DENOMINATOR = 1e-150;

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
      probabilities = new double[trees][points];
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

    /** Logarithms of the class frequencies, or of the odds of the second class. */
    private double[] start() {
      double[] start = new double[trees];
      for (int k = 0; k < trees; k++) {
        double p = (double) classes.count(trees == 1 ? 1 : k) / points;
        start[k] = trees == 1 ? Math.log(p / (1 - p)) : Math.log(p);
      }
      return start;
    }

    /** All trees of a round start from the same ones. */
    private void updateProbabilities() {
      for (int i = 0; i < points; i++) {
        if (trees == 1) {
          probabilities[0][i] = 1 / (1 + Math.exp(-scores[0][i]));
          continue;
        }
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

    private RegressionTree boost(int k) {
      int positive = trees == 1 ? 1 : k;
      double[] residuals = new double[points];
      for (int i = 0; i < points; i++) {
        residuals[i] = (classes.label(i) == positive ? 1 : 0) - probabilities[k][i];
      }
      grower.grow(residuals, random);
      double[] values = leafValues(residuals, probabilities[k]);
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
    private double[] leafValues(double[] residuals, double[] p) {
      double[] numerators = new double[grower.mostNodes()];
      double[] denominators = new double[numerators.length];
      byte[] leaves = grower.leaves();
      for (int i = 0; i < points; i++) {
        numerators[leaves[i]] += residuals[i];
        denominators[leaves[i]] += p[i] * (1 - p[i]);
      }
      double scale = settings.learningRate() * (trees == 1 ? 1 : (trees - 1.0) / trees);
      double[] values = new double[numerators.length];
      for (int leaf = 0; leaf < values.length; leaf++) {
        if (Math.abs(denominators[leaf]) >= SMALLEST_DENOMINATOR) {
          values[leaf] = scale * numerators[leaf] / denominators[leaf];
        }
      }
      return values;
    }
  }
}
