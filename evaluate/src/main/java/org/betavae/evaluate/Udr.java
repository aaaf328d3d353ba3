package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.descriptive.moment.Mean;
import org.hipparchus.stat.descriptive.moment.Variance;
import org.hipparchus.stat.descriptive.rank.Median;
import org.hipparchus.stat.ranking.NaNStrategy;
import org.hipparchus.stat.ranking.NaturalRanking;
import org.hipparchus.stat.ranking.TiesStrategy;

/**
 * Unsupervised disentanglement ranking: how well the latents of models that differ in their seed
 * alone match each other one to one. It needs no factors, and several models.
 *
 * <p>Latents whose average KL divergence is at most the threshold count as unused. The similarity
 * of the latents of two models is a matrix: absolute rank correlations, or absolute weights of
 * Lasso regressions of one model's latents on all of the other's. Its score is the mean over
 * columns of (largest value)² / sum, the same over rows, and the mean of both. A model's score is
 * the median over the other models, with its own latents as columns. 1 is best.
 *
 * <p>Source: Duan et al. 2020, "Unsupervised Model Selection for Variational Disentangled
 * Representation Learning", arXiv:1905.12614, section 4, as disentanglement_lib has it.
 *
 * @param similarity what latents are compared by
 * @param klThreshold nats, at least 0
 * @param onlyUsed whether unused latents are left out of the scores; else they count as zeros
 * @param lassoAlpha weight of the Lasso's penalty, above 0
 */
public record Udr(Similarity similarity, double klThreshold, boolean onlyUsed, double lassoAlpha) {
  /** What latents are compared by. */
  public enum Similarity {
    /** Absolute rank correlation. */
    SPEARMAN,
    /** Absolute weight in a Lasso regression. */
    LASSO
  }

  /** As published by Duan et al., with rank correlations. */
  public static final Udr SPEARMAN = new Udr(Similarity.SPEARMAN, 0.01, true, 0.1);

  /** As published by Duan et al., with Lasso regressions. */
  public static final Udr LASSO = new Udr(Similarity.LASSO, 0.01, true, 0.1);

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public Udr {
    if (!(klThreshold >= 0 && klThreshold < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "KL threshold is %s, expected a finite number >= 0. Use 0.01 if unsure."
              .formatted(klThreshold));
    }
    Shapes.positive("Lasso's alpha", lassoAlpha);
  }

  /**
   * Scores and what they are made of.
   *
   * @param modelScores one number a model, in [0, 1] for rank correlations
   * @param pairwiseScores models by models, 0 on the diagonal: row i, column j compares the latents
   *     of i as rows with those of j as columns
   * @param similarities for each ordered pair, row after row, the matrix of latents by latents; NaN
   *     where a rank correlation does not exist, 0 for a model with itself
   */
  public record Result(List<Double> modelScores, Matrix pairwiseScores, List<Matrix> similarities) {
    /** Takes a copy of the lists. */
    public Result {
      modelScores = List.copyOf(modelScores);
      similarities = List.copyOf(similarities);
    }
  }

  /**
   * Compares models.
   *
   * @param models what each says of the same points, in the same order
   * @throws IllegalArgumentException if there are fewer than 2, or they differ in the number of
   *     points or latents
   */
  public Result measure(List<Posterior> models) {
    requireAlike(models);
    List<Latents> latents = models.stream().map(m -> Latents.of(m, klThreshold)).toList();
    int count = models.size();
    List<Matrix> similarities = new ArrayList<>();
    double[] scores = new double[count * count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        Matrix matrix = similarity(latents.get(i), latents.get(j), i == j);
        similarities.add(matrix);
        scores[i * count + j] = i == j ? 0 : score(matrix, latents.get(i), latents.get(j));
      }
    }
    List<Double> modelScores = new ArrayList<>();
    for (int model = 0; model < count; model++) {
      double[] others = new double[count - 1];
      for (int i = 0, n = 0; i < count; i++) {
        if (i != model) {
          others[n++] = scores[i * count + model];
        }
      }
      modelScores.add(new Median().evaluate(others));
    }
    return new Result(modelScores, Matrix.of(scores, count, count), similarities);
  }

  private static void requireAlike(List<Posterior> models) {
    if (models.size() < 2) {
      throw new IllegalArgumentException(
          "UDR compares models: found %d, expected at least 2. Train the same settings with other seeds."
              .formatted(models.size()));
    }
    Codes first = models.get(0).means();
    for (int i = 1; i < models.size(); i++) {
      Codes other = models.get(i).means();
      if (other.points() != first.points() || other.size() != first.size()) {
        throw new IllegalArgumentException(
            "model %d has codes %s and model 0 %s, expected the same points and latents. Embed the same data with models of the same settings."
                .formatted(i, other, first));
      }
    }
  }

  private Matrix similarity(Latents rows, Latents columns, boolean same) {
    int size = rows.used.size();
    if (same) {
      return Matrix.filled(size, size, (r, c) -> 0.0);
    }
    return similarity == Similarity.SPEARMAN
        ? Matrix.filled(size, size, (r, c) -> rankCorrelation(rows, r, columns, c))
        : lasso(rows, columns);
  }

  private static double rankCorrelation(Latents rows, int row, Latents columns, int column) {
    return rows.used.get(row) && columns.used.get(column)
        ? Math.abs(
            new PearsonsCorrelation().correlation(rows.ranks.get(row), columns.ranks.get(column)))
        : Double.NaN;
  }

  private Matrix lasso(Latents from, Latents to) {
    double[][] x = from.standard.toArray(double[][]::new);
    Lasso lasso = new Lasso(x, lassoAlpha);
    List<double[]> columns = new ArrayList<>();
    for (double[] target : to.standard) {
      columns.add(
          lasso.weights(Arrays.stream(x).mapToDouble(c -> Lasso.covariance(c, target)).toArray()));
    }
    return Matrix.filled(x.length, x.length, (r, c) -> Math.abs(columns.get(c)[r]));
  }

  private double score(Matrix similarity, Latents rows, Latents columns) {
    List<Integer> keptRows = kept(rows);
    List<Integer> keptColumns = kept(columns);
    double byColumn = 0;
    for (int c : keptColumns) {
      byColumn += strength(keptRows.stream().mapToDouble(r -> similarity.value(r, c)).toArray());
    }
    double byRow = 0;
    for (int r : keptRows) {
      byRow += strength(keptColumns.stream().mapToDouble(c -> similarity.value(r, c)).toArray());
    }
    return keptRows.isEmpty() || keptColumns.isEmpty()
        ? 0
        : (byColumn / keptColumns.size() + byRow / keptRows.size()) / 2;
  }

  private List<Integer> kept(Latents latents) {
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < latents.used.size(); i++) {
      if (!onlyUsed || latents.used.get(i)) {
        kept.add(i);
      }
    }
    return kept;
  }

  /** Squared largest value by the sum; 0 where that does not exist. */
  private static double strength(double[] values) {
    double largest = Arrays.stream(values).max().orElse(0);
    double strength = largest * largest / Arrays.stream(values).sum();
    return Double.isNaN(strength) ? 0 : strength;
  }

  /** A model's latents: whether each is used, its standard form (0 where it is not), its ranks. */
  private static final class Latents {
    private final List<Boolean> used = new ArrayList<>();
    private final List<double[]> standard = new ArrayList<>();
    private final List<double[]> ranks = new ArrayList<>();

    static Latents of(Posterior model, double klThreshold) {
      Latents latents = new Latents();
      List<Double> kl = model.averageKl();
      for (int i = 0; i < kl.size(); i++) {
        double[] column = model.means().doubles(i);
        boolean used = kl.get(i) > klThreshold;
        latents.used.add(used);
        latents.ranks.add(
            new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE).rank(column));
        double mean = new Mean().evaluate(column);
        double deviation = Math.sqrt(new Variance(false).evaluate(column));
        latents.standard.add(
            Arrays.stream(column)
                .map(v -> used && deviation > 0 ? (v - mean) / deviation : 0)
                .toArray());
      }
      return latents;
    }
  }
}
