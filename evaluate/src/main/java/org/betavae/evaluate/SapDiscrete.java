package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Separated attribute predictability for factors whose values are classes: how much better a linear
 * classifier on the best code tells the factor than one on the second best.
 *
 * <p>The score of a code for a factor is the test accuracy of linear support vector machines that
 * see this code alone, one class against the rest, the classes balanced by weights on the positive
 * points; the largest decision wins, the first of equal ones. Each machine is the exact minimum of
 * its objective, where disentanglement_lib stops early: single entries differ by a few thousandths.
 * Per factor the gap between the two best codes is taken, and the mean over factors. 1 is best, 0
 * worst.
 *
 * <p>Source: Kumar, Sattigeri and Balakrishnan 2018, "Variational Inference of Disentangled Latent
 * Concepts from Unlabeled Observations", arXiv:1711.00848, section 3.
 *
 * @param c weight of the loss against the penalty, above 0
 */
public record SapDiscrete(double c) {
  /** As published by Locatello et al.: C = 0.01. */
  public static final SapDiscrete PUBLISHED = new SapDiscrete(0.01);

  /**
   * @throws IllegalArgumentException if C is not above 0
   */
  public SapDiscrete {
    Shapes.positive("C", c);
  }

  /**
   * The gap and what it is made of.
   *
   * @param score mean gap over factors, in [0, 1]
   * @param scores test accuracy, codes by factors
   */
  public record Result(double score, Matrix scores) {}

  /**
   * Fits on training rows and measures on test rows.
   *
   * @throws IllegalArgumentException if there is one code only, a factor has one training value, or
   *     the parts differ in their numbers of codes or factors
   */
  public Result measure(LabelledCodes train, LabelledCodes test) {
    train.requireLike(test);
    train.requireTwoCodes("SAP");
    train.factors().requireVarying();
    int codes = train.codes().size();
    int factors = train.factors().size();
    double[] accuracies =
        IntStream.range(0, codes * factors)
            .parallel()
            .mapToDouble(i -> accuracy(train, test, i / factors, i % factors))
            .toArray();
    Matrix scores = Matrix.of(accuracies, codes, factors);
    return new Result(Gap.mean(Gap.perFactor(scores)), scores);
  }

  private double accuracy(LabelledCodes train, LabelledCodes test, int code, int factor) {
    Partition classes = train.factors().partition(factor);
    List<LinearSvm> machines = machines(train.codes().doubles(code), classes);
    double[] x = test.codes().doubles(code);
    int right = 0;
    for (int i = 0; i < x.length; i++) {
      if (classes.value(winner(machines, x[i])) == test.factors().value(i, factor)) {
        right++;
      }
    }
    return (double) right / x.length;
  }

  /** One machine for each class, or the only one that two classes need. */
  private List<LinearSvm> machines(double[] x, Partition classes) {
    boolean two = classes.classes() == 2;
    List<LinearSvm> machines = new ArrayList<>();
    for (int label = two ? 1 : 0; label < classes.classes(); label++) {
      boolean[] positive = new boolean[x.length];
      for (int i = 0; i < x.length; i++) {
        positive[i] = classes.label(i) == label;
      }
      double negativeWeight = two ? balanced(classes, 0) : 1;
      machines.add(LinearSvm.fit(x, positive, balanced(classes, label), negativeWeight, c));
    }
    return machines;
  }

  private static double balanced(Partition classes, int label) {
    return (double) classes.points() / (classes.classes() * classes.count(label));
  }

  private static int winner(List<LinearSvm> machines, double x) {
    if (machines.size() == 1) {
      return machines.get(0).decision(x) > 0 ? 1 : 0;
    }
    int best = 0;
    for (int label = 1; label < machines.size(); label++) {
      best = machines.get(label).decision(x) > machines.get(best).decision(x) ? label : best;
    }
    return best;
  }
}
