package org.betavae.evaluate;

/**
 * A linear support vector machine on one number x: the exact minimiser of (a² + b²)/2 + C Σ wᵢ
 * max(0, 1 − tᵢ (a xᵢ + b))². The offset b is penalised too, as in LIBLINEAR.
 *
 * <p>The objective is strictly convex and quadratic between the points where a margin is reached,
 * so Newton's method with a line search ends at its minimum after a few steps.
 *
 * @param a slope
 * @param b offset
 */
record LinearSvm(double a, double b) {
  private static final int MOST_STEPS = 200;
  private static final double GRADIENT_TOLERANCE = 1e-12;
  private static final double SUFFICIENT_DECREASE = 1e-4;

  double decision(double x) {
    return a * x + b;
  }

  /**
   * Fits.
   *
   * @param positive whether t is +1
   * @param positiveWeight w of the points with t = +1
   * @param negativeWeight w of the others
   */
  static LinearSvm fit(
      double[] x, boolean[] positive, double positiveWeight, double negativeWeight, double c) {
    Problem problem = new Problem(x, positive, positiveWeight, negativeWeight, c);
    LinearSvm at = new LinearSvm(0, 0);
    Derivatives here = problem.at(at);
    double tolerance = GRADIENT_TOLERANCE * Math.max(1, here.gradientSize());
    for (int step = 0; step < MOST_STEPS && here.gradientSize() > tolerance; step++) {
      double determinant = here.haa * here.hbb - here.hab * here.hab;
      double da = -(here.hbb * here.ga - here.hab * here.gb) / determinant;
      double db = -(here.haa * here.gb - here.hab * here.ga) / determinant;
      double slope = here.ga * da + here.gb * db;
      double length = 1;
      LinearSvm next = new LinearSvm(at.a + da, at.b + db);
      Derivatives there = problem.at(next);
      while (there.value > here.value + SUFFICIENT_DECREASE * length * slope && length > 1e-10) {
        length /= 2;
        next = new LinearSvm(at.a + length * da, at.b + length * db);
        there = problem.at(next);
      }
      if (!(there.value < here.value)) {
        return at; // as near as rounding allows
      }
      at = next;
      here = there;
    }
    return at;
  }

  private record Derivatives(
      double value, double ga, double gb, double haa, double hab, double hbb) {
    double gradientSize() {
      return Math.max(Math.abs(ga), Math.abs(gb));
    }
  }

  /** The objective. */
  private static final class Problem {
    private final double[] x;
    private final boolean[] positive;
    private final double positiveWeight;
    private final double negativeWeight;
    private final double c;

    Problem(
        double[] x, boolean[] positive, double positiveWeight, double negativeWeight, double c) {
      this.x = x;
      this.positive = positive;
      this.positiveWeight = positiveWeight;
      this.negativeWeight = negativeWeight;
      this.c = c;
    }

    Derivatives at(LinearSvm w) {
      double loss = 0;
      double sumA = 0;
      double sumB = 0;
      double saa = 0;
      double sab = 0;
      double sbb = 0;
      for (int i = 0; i < x.length; i++) {
        double t = positive[i] ? 1 : -1;
        double margin = 1 - t * w.decision(x[i]);
        if (margin > 0) {
          double weight = positive[i] ? positiveWeight : negativeWeight;
          loss += weight * margin * margin;
          sumA += weight * t * margin * x[i];
          sumB += weight * t * margin;
          saa += weight * x[i] * x[i];
          sab += weight * x[i];
          sbb += weight;
        }
      }
      return new Derivatives(
          (w.a * w.a + w.b * w.b) / 2 + c * loss,
          w.a - 2 * c * sumA,
          w.b - 2 * c * sumB,
          1 + 2 * c * saa,
          2 * c * sab,
          1 + 2 * c * sbb);
    }
  }
}
