package org.betavae.evaluate;

import java.util.Arrays;

/**
 * Softmax regression with penalised weights and free offsets: the minimum of Σ −log p(yᵢ|xᵢ) + Σ w²
 * / (2 C), in double precision. Two classes are one logistic weight vector w with the same penalty,
 * which is the softmax of w/2 and −w/2 with twice the penalty.
 *
 * <p>Newton's method with directions by conjugate gradients, which need only products with the
 * Hessian, and a line search: Nocedal and Wright 2006, "Numerical Optimization", algorithm 7.1.
 */
final class SoftmaxRegression {
  private static final int MOST_STEPS = 200;
  private static final int MOST_INNER_STEPS = 500;

  /** Largest derivative at the end, as a share of the number of points. */
  private static final double GRADIENT_TOLERANCE = 1e-11;

  private static final double SUFFICIENT_DECREASE = 1e-4;

  private final Rows x;
  private final int[] y;
  private final int classes;
  private final double penalty;

  /** Probabilities at the current weights, shape {@code [points, classes]}. */
  private double[] probabilities;

  private SoftmaxRegression(Rows x, int[] y, int classes, double c) {
    this.x = x;
    this.y = y;
    this.classes = classes;
    penalty = (classes == 2 ? 2 : 1) / c;
  }

  /** Rows of numbers, followed by a 1 for the offset. */
  static final class Rows {
    private final double[] values;
    private final int points;
    private final int width;

    /**
     * Rows from a flat array, which is not copied.
     *
     * @param values shape {@code [points, width - 1]}
     */
    Rows(double[] values, int points) {
      this.points = points;
      int size = values.length / points;
      width = size + 1;
      this.values = new double[points * width];
      for (int i = 0; i < points; i++) {
        System.arraycopy(values, i * size, this.values, i * width, size);
        this.values[i * width + size] = 1;
      }
    }

    int points() {
      return points;
    }
  }

  /** What was learned: weights and offset of each class, shape {@code [width, classes]}. */
  static final class Model {
    private final double[] weights;
    private final int classes;

    private Model(double[] weights, int classes) {
      this.weights = weights;
      this.classes = classes;
    }

    /** Probabilities of the classes, shape {@code [points, classes]}. */
    double[] probabilities(Rows rows) {
      double[] scores = scores(rows, weights, classes);
      for (int i = 0; i < rows.points; i++) {
        softmax(scores, i * classes, classes);
      }
      return scores;
    }

    /** Share of the points whose class has the largest probability, the first of equal ones. */
    double accuracy(Rows rows, int[] y) {
      double[] scores = scores(rows, weights, classes);
      int right = 0;
      for (int i = 0; i < rows.points; i++) {
        int best = 0;
        for (int k = 1; k < classes; k++) {
          best = scores[i * classes + k] > scores[i * classes + best] ? k : best;
        }
        right += best == y[i] ? 1 : 0;
      }
      return (double) right / rows.points;
    }
  }

  /**
   * Fits.
   *
   * @param y class of each row, {@code 0 .. classes - 1}
   * @param classes at least 2
   * @param c weight of the loss against the penalty
   */
  static Model fit(Rows x, int[] y, int classes, double c) {
    return new Model(new SoftmaxRegression(x, y, classes, c).minimise(), classes);
  }

  private double[] minimise() {
    double[] weights = new double[x.width * classes];
    double value = evaluate(weights);
    double[] gradient = gradient(weights);
    for (int step = 0; step < MOST_STEPS && !isFlat(gradient); step++) {
      double[] direction = direction(gradient);
      double slope = dot(gradient, direction);
      double length = 1;
      double[] next = along(weights, direction, length);
      double nextValue = evaluate(next);
      while (nextValue > value + SUFFICIENT_DECREASE * length * slope && length > 1e-10) {
        length /= 2;
        next = along(weights, direction, length);
        nextValue = evaluate(next);
      }
      boolean done = !(nextValue < value); // as near as rounding allows
      weights = next;
      value = nextValue;
      gradient = gradient(weights);
      if (done) {
        break;
      }
    }
    return weights;
  }

  private boolean isFlat(double[] gradient) {
    double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
    return largest <= GRADIENT_TOLERANCE * x.points;
  }

  /** The objective; the probabilities are kept for the derivatives. */
  private double evaluate(double[] weights) {
    double[] p = scores(x, weights, classes);
    double loss = 0;
    for (int i = 0; i < x.points; i++) {
      double score = p[i * classes + y[i]];
      loss += softmax(p, i * classes, classes) - score;
    }
    probabilities = p;
    double squares = 0;
    for (int j = 0; j < weights.length - classes; j++) {
      squares += weights[j] * weights[j];
    }
    return loss + penalty * squares / 2;
  }

  private double[] gradient(double[] weights) {
    double[] residual = probabilities.clone();
    for (int i = 0; i < x.points; i++) {
      residual[i * classes + y[i]] -= 1;
    }
    return sums(residual, weights);
  }

  /** Hessian times a direction. */
  private double[] curvature(double[] direction) {
    double[] t = scores(x, direction, classes);
    for (int start = 0; start < t.length; start += classes) {
      double mean = 0;
      for (int k = 0; k < classes; k++) {
        mean += probabilities[start + k] * t[start + k];
      }
      for (int k = 0; k < classes; k++) {
        t[start + k] = probabilities[start + k] * (t[start + k] - mean);
      }
    }
    return sums(t, direction);
  }

  /** Σ over points of x times a value for each class, and the penalty's part. */
  private double[] sums(double[] perClass, double[] weights) {
    double[] sums = new double[x.width * classes];
    for (int i = 0; i < x.points; i++) {
      for (int j = 0; j < x.width; j++) {
        double value = x.values[i * x.width + j];
        for (int k = 0; k < classes; k++) {
          sums[j * classes + k] += value * perClass[i * classes + k];
        }
      }
    }
    for (int j = 0; j < sums.length - classes; j++) {
      sums[j] += penalty * weights[j];
    }
    return sums;
  }

  /** Diagonal of the Hessian, by which the conjugate gradients are scaled. */
  private double[] diagonal() {
    double[] sums = new double[x.width * classes];
    for (int i = 0; i < x.points; i++) {
      for (int j = 0; j < x.width; j++) {
        double value = x.values[i * x.width + j];
        for (int k = 0; k < classes; k++) {
          double p = probabilities[i * classes + k];
          sums[j * classes + k] += value * value * p * (1 - p);
        }
      }
    }
    for (int j = 0; j < sums.length; j++) {
      sums[j] += j < sums.length - classes ? penalty : 1e-12;
    }
    return sums;
  }

  /** Newton's direction, as nearly as the gradient's size asks for. */
  private double[] direction(double[] gradient) {
    double[] scale = diagonal();
    double[] direction = new double[gradient.length];
    double[] residual = Arrays.stream(gradient).map(g -> -g).toArray();
    double[] scaled = divided(residual, scale);
    double[] conjugate = scaled.clone();
    double energy = dot(residual, scaled);
    double size = Math.sqrt(dot(gradient, gradient));
    double enough = Math.min(0.1, Math.sqrt(size / x.points)) * size;
    for (int i = 0; i < MOST_INNER_STEPS && Math.sqrt(dot(residual, residual)) > enough; i++) {
      double[] product = curvature(conjugate);
      double bend = dot(conjugate, product);
      if (!(bend > 0)) {
        break;
      }
      double length = energy / bend;
      direction = along(direction, conjugate, length);
      residual = along(residual, product, -length);
      scaled = divided(residual, scale);
      double next = dot(residual, scaled);
      conjugate = along(scaled, conjugate, next / energy);
      energy = next;
    }
    return direction;
  }

  private static double[] scores(Rows x, double[] weights, int classes) {
    double[] scores = new double[x.points * classes];
    for (int i = 0; i < x.points; i++) {
      for (int j = 0; j < x.width; j++) {
        double value = x.values[i * x.width + j];
        for (int k = 0; k < classes; k++) {
          scores[i * classes + k] += value * weights[j * classes + k];
        }
      }
    }
    return scores;
  }

  /**
   * Turns scores into probabilities.
   *
   * @return log Σ exp(score)
   */
  private static double softmax(double[] scores, int start, int classes) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      largest = Math.max(largest, scores[start + k]);
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      scores[start + k] = Math.exp(scores[start + k] - largest);
      sum += scores[start + k];
    }
    for (int k = 0; k < classes; k++) {
      scores[start + k] /= sum;
    }
    return largest + Math.log(sum);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] along(double[] from, double[] direction, double length) {
    double[] result = new double[from.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = from[i] + length * direction[i];
    }
    return result;
  }

  private static double[] divided(double[] a, double[] b) {
    double[] result = new double[a.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = a[i] / b[i];
    }
    return result;
  }
}
