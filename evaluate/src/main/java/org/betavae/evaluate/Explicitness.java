package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.moment.Mean;
import org.hipparchus.stat.descriptive.moment.Variance;

/**
 * Explicitness: how well all codes together tell each factor linearly.
 *
 * <p>Codes are standardised with the training mean and standard deviation (n). For each factor a
 * softmax regression is fitted; the area under the ROC of each class's probability against the rest
 * is averaged over classes, then over factors. 0.5 is chance, 1 best. The regression is solved to
 * its optimum in double precision, where disentanglement_lib stops early: scores differ by less
 * than 1e-4.
 *
 * <p>Source: Ridgeway and Mozer 2018, "Learning Deep Disentangled Embeddings with the F-Statistic
 * Loss", arXiv:1802.05312, section 3, as disentanglement_lib has it.
 *
 * @param c weight of the loss against the penalty on weights, above 0
 */
public record Explicitness(double c) {
  /** Values in an error. */
  private static final int MOST_NAMED = 5;

  /** As published by Locatello et al.: C = 1. */
  public static final Explicitness PUBLISHED = new Explicitness(1);

  /**
   * @throws IllegalArgumentException if C is not above 0
   */
  public Explicitness {
    Shapes.positive("C", c);
  }

  /**
   * Mean areas; all NaN where a code has the same value in all training rows, since it has no
   * standard form.
   *
   * @param train mean over factors, in [0, 1]
   * @param test the same on test rows
   * @param trainPerFactor of each factor
   * @param testPerFactor the same on test rows
   */
  public record Result(
      double train, double test, List<Double> trainPerFactor, List<Double> testPerFactor) {
    /** Takes a copy of the lists. */
    public Result {
      trainPerFactor = List.copyOf(trainPerFactor);
      testPerFactor = List.copyOf(testPerFactor);
    }
  }

  /**
   * Fits on training rows and measures on both.
   *
   * @throws IllegalArgumentException if a factor has one value or far too many, the test rows lack
   *     one of its values or have another, or the parts differ in their numbers of codes or factors
   */
  public Result measure(LabelledCodes train, LabelledCodes test) {
    train.requireLike(test);
    train.factors().requireVarying();
    train.factors().requireFewValues();
    requireSameValues(train.factors(), test.factors());
    int factors = train.factors().size();
    if (!train.codes().constant().isEmpty()) {
      List<Double> none = Collections.nCopies(factors, Double.NaN);
      return new Result(Double.NaN, Double.NaN, none, none);
    }
    Standard standard = Standard.of(train.codes());
    SoftmaxRegression.Rows trainRows = standard.rows(train.codes());
    SoftmaxRegression.Rows testRows = standard.rows(test.codes());
    List<Areas> areas =
        IntStream.range(0, factors)
            .parallel()
            .mapToObj(
                k ->
                    areas(
                        trainRows,
                        train.factors().partition(k),
                        testRows,
                        test.factors().partition(k)))
            .toList();
    List<Double> onTrain = areas.stream().map(Areas::train).toList();
    List<Double> onTest = areas.stream().map(Areas::test).toList();
    return new Result(Gap.mean(onTrain), Gap.mean(onTest), onTrain, onTest);
  }

  private static void requireSameValues(FactorClasses train, FactorClasses test) {
    List<String> problems = new ArrayList<>();
    for (int k = 0; k < train.size(); k++) {
      describeMissing(k, train.valuesOf(k), test.valuesOf(k), "training").ifPresent(problems::add);
      describeMissing(k, test.valuesOf(k), train.valuesOf(k), "test").ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "explicitness: %s, expected every value in both parts. Draw more rows, or draw them at random."
              .formatted(String.join("; ", problems)));
    }
  }

  /** Names values that one part has and the other has not, the first of many. */
  private static Optional<String> describeMissing(
      int factor, List<Integer> values, List<Integer> others, String part) {
    List<Integer> alone = values.stream().filter(v -> !others.contains(v)).toList();
    if (alone.isEmpty()) {
      return Optional.empty();
    }
    boolean many = alone.size() > MOST_NAMED;
    return Optional.of(
        "only %s rows have the values %s%s of factor %d"
            .formatted(
                part,
                many ? alone.subList(0, MOST_NAMED) : alone,
                many ? " and %d more".formatted(alone.size() - MOST_NAMED) : "",
                factor));
  }

  private record Areas(double train, double test) {}

  private Areas areas(
      SoftmaxRegression.Rows trainRows,
      Partition train,
      SoftmaxRegression.Rows testRows,
      Partition test) {
    SoftmaxRegression.Model model =
        SoftmaxRegression.fit(trainRows, train.labels(), train.classes(), c);
    return new Areas(
        area(model.probabilities(trainRows), train), area(model.probabilities(testRows), test));
  }

  private static double area(double[] probabilities, Partition classes) {
    double sum = 0;
    for (int label = 0; label < classes.classes(); label++) {
      double[] scores = new double[classes.points()];
      boolean[] positive = new boolean[classes.points()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = probabilities[i * classes.classes() + label];
        positive[i] = classes.label(i) == label;
      }
      sum += RocArea.of(scores, positive);
    }
    return sum / classes.classes();
  }

  /** Training mean and population standard deviation of each code. */
  private record Standard(List<Double> means, List<Double> deviations) {
    static Standard of(Codes train) {
      List<Double> means = new ArrayList<>();
      List<Double> deviations = new ArrayList<>();
      for (int code = 0; code < train.size(); code++) {
        double[] column = train.doubles(code);
        means.add(new Mean().evaluate(column));
        deviations.add(Math.sqrt(new Variance(false).evaluate(column)));
      }
      return new Standard(means, deviations);
    }

    SoftmaxRegression.Rows rows(Codes codes) {
      double[] values = new double[codes.points() * codes.size()];
      for (int i = 0; i < values.length; i++) {
        int code = i % codes.size();
        values[i] = (codes.value(i / codes.size(), code) - means.get(code)) / deviations.get(code);
      }
      return new SoftmaxRegression.Rows(values, codes.points());
    }
  }
}
