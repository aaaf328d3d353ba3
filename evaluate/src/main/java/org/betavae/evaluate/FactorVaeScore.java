package org.betavae.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * FactorVAE score: how often the code that varies least while one factor is held tells which factor
 * it is.
 *
 * <p>One vote: a factor is chosen, a batch of rows with one value of it is embedded, and the active
 * code whose variance (n − 1) is smallest relative to its variance over all data gets a vote for
 * the factor, the first of equal ones. Each code is then assigned the factor with most training
 * votes, the lowest of equal ones; the score is the share of votes that fit. Chance is about 1 / K,
 * 1 is best.
 *
 * <p>Source: Kim and Mnih 2018, "Disentangling by Factorising", arXiv:1802.05983, section 4, as
 * disentanglement_lib has it.
 *
 * @param batchSize rows of a vote, at least 2
 * @param trainVotes votes that assign factors, at least 1
 * @param evaluationVotes votes that are counted afterwards, at least 1
 * @param varianceRows rows for the variances over all data, at least 2
 * @param pruneThreshold codes with a smaller standard deviation are not active, at least 0
 */
public record FactorVaeScore(
    int batchSize, int trainVotes, int evaluationVotes, int varianceRows, double pruneThreshold) {
  /** As published by Locatello et al. */
  public static final FactorVaeScore PUBLISHED =
      new FactorVaeScore(64, 10_000, 5_000, 10_000, 0.05);

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public FactorVaeScore {
    Shapes.atLeast("batch size", batchSize, 2);
    Shapes.atLeast("training votes", trainVotes, 1);
    Shapes.atLeast("evaluation votes", evaluationVotes, 1);
    Shapes.atLeast("rows for the variances", varianceRows, 2);
    if (!(pruneThreshold >= 0 && pruneThreshold < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "prune threshold is %s, expected a finite number >= 0. Use 0.05 if unsure."
              .formatted(pruneThreshold));
    }
  }

  /** The same with another threshold; 0 keeps every code that changes at all. */
  public FactorVaeScore withPruneThreshold(double threshold) {
    return new FactorVaeScore(batchSize, trainVotes, evaluationVotes, varianceRows, threshold);
  }

  /**
   * The score; 0 where no code is active.
   *
   * @param trainAccuracy share of the training votes that fit, in [0, 1]
   * @param evaluationAccuracy share of the evaluation votes that fit, in [0, 1]
   * @param active whether each code takes part; constant codes never do
   * @param globalVariances of each code over all data
   * @param trainVotes shape factors by codes; column j is the j-th active code, columns beyond the
   *     last one are empty
   * @param evaluationVotes the same for the evaluation
   */
  public record Result(
      double trainAccuracy,
      double evaluationAccuracy,
      List<Boolean> active,
      List<Double> globalVariances,
      Matrix trainVotes,
      Matrix evaluationVotes) {
    /** Takes a copy of the lists. */
    public Result {
      active = List.copyOf(active);
      globalVariances = List.copyOf(globalVariances);
    }
  }

  /**
   * Draws rows and votes.
   *
   * @param table the rows that there are
   * @param codes their codes
   * @throws IllegalArgumentException if the table is no grid and too small for the batches
   */
  public Result measure(FactorRows table, RowCodes codes, long seed) {
    return replay(FactorVaeDraws.random(table, this, seed), codes, table.factors());
  }

  /**
   * Votes on given rows, of which the first {@code trainVotes} are for training and all others for
   * evaluation.
   *
   * @param factors number of factors K
   * @throws IllegalArgumentException if there are no votes to evaluate
   */
  public Result replay(FactorVaeDraws draws, RowCodes codes, int factors) {
    Shapes.atLeast("number of votes", draws.votes(), trainVotes + 1);
    double[] global = variances(codes.of(draws.varianceRows()));
    List<Boolean> active =
        Arrays.stream(global).mapToObj(v -> v > 0 && Math.sqrt(v) >= pruneThreshold).toList();
    int[] chosen = IntStream.range(0, global.length).filter(active::get).toArray();
    Votes train = new Votes(factors, global.length);
    Votes evaluation = new Votes(factors, global.length);
    for (int vote = 0; vote < draws.votes() && chosen.length > 0; vote++) {
      double[] local = variances(codes.of(draws.rows(vote)));
      int best = 0;
      for (int column = 1; column < chosen.length; column++) {
        int code = chosen[column];
        int leader = chosen[best];
        best = local[code] / global[code] < local[leader] / global[leader] ? column : best;
      }
      (vote < trainVotes ? train : evaluation).add(draws.factor(vote), best);
    }
    int[] assigned = train.winners();
    return new Result(
        train.share(assigned),
        evaluation.share(assigned),
        active,
        Arrays.stream(global).boxed().toList(),
        train.matrix(),
        evaluation.matrix());
  }

  /** Of each code, by n - 1. */
  private static double[] variances(Codes codes) {
    double[] variances = new double[codes.size()];
    for (int code = 0; code < variances.length; code++) {
      double mean = 0;
      for (int i = 0; i < codes.points(); i++) {
        mean += codes.value(i, code);
      }
      mean /= codes.points();
      for (int i = 0; i < codes.points(); i++) {
        double distance = codes.value(i, code) - mean;
        variances[code] += distance * distance;
      }
      variances[code] /= codes.points() - 1;
    }
    return variances;
  }

  /** Counted votes, factors by columns. */
  private static final class Votes {
    private final double[] counts;
    private final int factors;
    private final int columns;

    Votes(int factors, int columns) {
      this.factors = factors;
      this.columns = columns;
      counts = new double[factors * columns];
    }

    void add(int factor, int column) {
      counts[factor * columns + column]++;
    }

    /** The factor with most votes in each column. */
    int[] winners() {
      int[] winners = new int[columns];
      for (int column = 0; column < columns; column++) {
        for (int factor = 1; factor < factors; factor++) {
          if (counts[factor * columns + column] > counts[winners[column] * columns + column]) {
            winners[column] = factor;
          }
        }
      }
      return winners;
    }

    double share(int[] assigned) {
      double all = Arrays.stream(counts).sum();
      double right = 0;
      for (int column = 0; column < columns; column++) {
        right += counts[assigned[column] * columns + column];
      }
      return all == 0 ? 0 : right / all;
    }

    Matrix matrix() {
      return Matrix.of(counts, factors, columns);
    }
  }
}
