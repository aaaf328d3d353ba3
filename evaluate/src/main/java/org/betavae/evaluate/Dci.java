package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Disentanglement, completeness and informativeness, by boosted trees that tell each factor from
 * all codes.
 *
 * <p>The importance of a code for a factor is its share in the decrease of squared error by all
 * splits. Disentanglement of a code is 1 minus the entropy, to the base K, of its row of
 * importances; completeness of a factor 1 minus the entropy, to the base L, of its column;
 * informativeness the accuracy of the trees. 1 is best for all.
 *
 * <p>Trees search every threshold exactly, and spread ties between codes at random by the seed: the
 * results of two seeds differ in the third decimal, and more where codes are copies of each other.
 *
 * <p>Source: Eastwood and Williams 2018, "A Framework for the Quantitative Evaluation of
 * Disentangled Representations", ICLR, section 2, with the trees of Locatello et al. 2019,
 * arXiv:1811.12359.
 *
 * @param rounds of boosting, at least 1
 * @param learningRate by which each tree's values are scaled, above 0
 * @param depth most splits from root to leaf, 1 to 6
 * @param seed of the order in which codes are tried
 */
public record Dci(int rounds, double learningRate, int depth, long seed) {
  /** As published by Locatello et al.: scikit-learn's defaults. */
  public static final Dci PUBLISHED = new Dci(100, 0.1, 3, 0);

  private static final int DEEPEST = 6;

  /** Added to importances so that rows and columns of zeros have an entropy. */
  private static final double OFFSET = 1e-11;

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public Dci {
    Shapes.atLeast("rounds", rounds, 1);
    Shapes.positive("learning rate", learningRate);
    if (depth < 1 || depth > DEEPEST) {
      throw new IllegalArgumentException(
          "depth is %d, expected 1 to %d. Use 3 if unsure.".formatted(depth, DEEPEST));
    }
  }

  /** The same with another seed. */
  public Dci withSeed(long otherSeed) {
    return new Dci(rounds, learningRate, depth, otherSeed);
  }

  /**
   * What follows from the importances alone.
   *
   * @param disentanglement mean over codes weighted by their importance, in [0, 1]; NaN for one
   *     factor
   * @param completeness mean over factors weighted by their importance, in [0, 1]; NaN for one code
   * @param disentanglementPerCode in [0, 1]
   * @param completenessPerFactor in [0, 1]
   */
  public record Aggregation(
      double disentanglement,
      double completeness,
      List<Double> disentanglementPerCode,
      List<Double> completenessPerFactor) {
    /** Takes a copy of the lists. */
    public Aggregation {
      disentanglementPerCode = List.copyOf(disentanglementPerCode);
      completenessPerFactor = List.copyOf(completenessPerFactor);
    }
  }

  /**
   * All of it.
   *
   * @param aggregation disentanglement and completeness
   * @param informativenessTrain mean over factors of the accuracy on training rows, in [0, 1]
   * @param informativenessTest the same on test rows
   * @param importance codes by factors; columns sum to 1, or 0 where nothing tells of the factor
   */
  public record Result(
      Aggregation aggregation,
      double informativenessTrain,
      double informativenessTest,
      Matrix importance) {}

  /**
   * Fits on training rows and measures on both. A test row with a factor value that no training row
   * has counts as wrong.
   *
   * @throws IllegalArgumentException if a factor has one training value or far too many, or the
   *     parts differ in their numbers of codes or factors
   */
  public Result measure(LabelledCodes train, LabelledCodes test) {
    train.requireLike(test);
    train.factors().requireVarying();
    train.factors().requireFewValues();
    TreeGrower.Presorted sorted = new TreeGrower.Presorted(train.codes());
    float[][] testColumns = columns(test.codes());
    int factors = train.factors().size();
    List<PerFactor> fits =
        IntStream.range(0, factors)
            .parallel()
            .mapToObj(k -> fit(k, sorted, train.factors(), testColumns, test.factors()))
            .toList();
    Matrix importance =
        Matrix.filled(
            train.codes().size(), factors, (code, k) -> fits.get(k).importances().get(code));
    return new Result(
        aggregate(importance),
        Gap.mean(fits.stream().map(PerFactor::trainAccuracy).toList()),
        Gap.mean(fits.stream().map(PerFactor::testAccuracy).toList()),
        importance);
  }

  private record PerFactor(List<Double> importances, double trainAccuracy, double testAccuracy) {}

  private PerFactor fit(
      int factor,
      TreeGrower.Presorted sorted,
      FactorClasses train,
      float[][] testColumns,
      FactorClasses test) {
    Partition classes = train.partition(factor);
    Random random = Seeds.random(seed, factor); // of its own, whatever thread it is fitted on
    BoostedTrees trees = BoostedTrees.fit(sorted, classes, this, random);
    return new PerFactor(
        Arrays.stream(trees.importances()).boxed().toList(),
        accuracy(trees.trained(), classes, train.column(factor)),
        accuracy(trees.predict(testColumns), classes, test.column(factor)));
  }

  private static double accuracy(int[] labels, Partition classes, int[] values) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += classes.value(labels[i]) == values[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  private static float[][] columns(Codes codes) {
    float[][] columns = new float[codes.size()][];
    Arrays.setAll(columns, codes::column);
    return columns;
  }

  /**
   * Disentanglement and completeness of an importance matrix.
   *
   * @param importance codes by factors, no value below 0
   */
  public static Aggregation aggregate(Matrix importance) {
    List<Double> perCode = new ArrayList<>();
    List<Double> codeWeights = new ArrayList<>();
    for (int code = 0; code < importance.rows(); code++) {
      perCode.add(1 - entropy(importance.row(code)));
      codeWeights.add(Arrays.stream(importance.row(code)).sum());
    }
    List<Double> perFactor = new ArrayList<>();
    List<Double> factorWeights = new ArrayList<>();
    for (int factor = 0; factor < importance.columns(); factor++) {
      perFactor.add(1 - entropy(importance.column(factor)));
      factorWeights.add(Arrays.stream(importance.column(factor)).sum());
    }
    return new Aggregation(
        mean(perCode, codeWeights), mean(perFactor, factorWeights), perCode, perFactor);
  }

  /** Entropy to the base of the number of values; NaN for a single one. */
  private static double entropy(double[] values) {
    double sum = Arrays.stream(values).map(v -> v + OFFSET).sum();
    double entropy = 0;
    for (double value : values) {
      double p = (value + OFFSET) / sum;
      entropy -= p * Math.log(p);
    }
    return values.length == 1 ? Double.NaN : entropy / Math.log(values.length);
  }

  /** Weighted mean; the plain one where all weights are 0. */
  private static double mean(List<Double> values, List<Double> weights) {
    double total = weights.stream().mapToDouble(w -> w).sum();
    double sum = 0;
    for (int i = 0; i < values.size(); i++) {
      sum += values.get(i) * (total > 0 ? weights.get(i) / total : 1.0 / values.size());
    }
    return sum;
  }
}
