package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.Dataset;
import org.betavae.train.objective.Objective;
import org.betavae.train.objective.SupervisedLoss;

/**
 * Terms and posterior statistics over held-out data; means in nats per image.
 *
 * <p>The loss of an objective that {@linkplain Objective#dependsOnBatch depends on the batch} is
 * that of batches as large as those that are trained on; what is left over has no part in it,
 * unless there is no whole batch at all. The supervised term is part of it where the held-out data
 * have labels.
 */
final class Validation {
  private static final int BATCH = 100;

  private final int latent;
  private final double[] meanSum;
  private final double[] meanSquareSum;
  private final double[] varianceSum;
  private final double[] klSum;
  private double klTotal;
  private double lossSum;
  private double reconstructionSum;
  private double supervisedSum;
  private boolean labelled;
  private int lossCount;
  private int count;

  private Validation(int latent) {
    this.latent = latent;
    meanSum = new double[latent];
    meanSquareSum = new double[latent];
    varianceSum = new double[latent];
    klSum = new double[latent];
  }

  /**
   * Evaluates every item after so many steps, always with the same noise.
   *
   * @param labels of these data, where there are any
   */
  static Validation of(
      VaeSession session, Dataset data, Optional<Labels> labels, TrainConfig config, long step) {
    Validation v = new Validation(config.latent());
    boolean ofBatches = session.graph().objective().dependsOnBatch();
    int size = Math.min(ofBatches ? config.batch() : BATCH, data.size());
    new EvaluationBatches(data, size, config.threads())
        .each(
            part ->
                session
                    .evaluator()
                    .evaluate(
                        part.values(),
                        part.count(),
                        labels.map(l -> l.of(part.indices())),
                        part.number(),
                        step),
            (part, e) -> v.add(e, part.count(), !ofBatches || part.count() == size),
            () -> false);
    v.labelled = labels.isPresent();
    return v;
  }

  private void add(Evaluator.Evaluated e, int n, boolean inLoss) {
    if (inLoss) {
      lossSum += e.loss * n;
      lossCount += n;
    }
    supervisedSum += e.supervised.orElse(0) * n;
    for (int i = 0; i < n; i++) {
      reconstructionSum += e.reconstruction[i];
      for (int l = 0; l < latent; l++) {
        double mean = e.mean[i * latent + l];
        meanSum[l] += mean;
        meanSquareSum[l] += mean * mean;
        varianceSum[l] += Math.exp(e.logVar[i * latent + l]);
        klSum[l] += e.klPerLatent[i * latent + l];
      }
      klTotal += e.kl[i];
    }
    count += n;
  }

  double loss() {
    return lossSum / lossCount;
  }

  double reconstruction() {
    return reconstructionSum / count;
  }

  double kl() {
    return klTotal / count;
  }

  double negativeElbo() {
    return reconstruction() + kl();
  }

  /** Further terms by name: the supervised one, where the held-out data have labels. */
  Map<String, Double> further() {
    return labelled ? Map.of(SupervisedLoss.TERM, supervisedSum / count) : Map.of();
  }

  /** All terms by name. */
  Map<String, Double> terms() {
    Map<String, Double> terms = new LinkedHashMap<>();
    terms.put(VaeGraph.TERMS.get(0), loss());
    terms.put(VaeGraph.TERMS.get(1), reconstruction());
    terms.put(VaeGraph.TERMS.get(2), kl());
    terms.putAll(further());
    return terms;
  }

  /** KL of each latent to N(0, I), whatever the prior. */
  List<Double> klPerDimension() {
    return divided(klSum);
  }

  List<Double> posteriorMean() {
    return divided(meanSum);
  }

  /** √(Var[μ] + E[σ²]): the spread of a latent over the data, the posterior's own included. */
  List<Double> posteriorStd() {
    List<Double> std = new ArrayList<>();
    for (int l = 0; l < latent; l++) {
      double mean = meanSum[l] / count;
      double variance = meanSquareSum[l] / count - mean * mean + varianceSum[l] / count;
      std.add(Math.sqrt(Math.max(0, variance)));
    }
    return std;
  }

  private List<Double> divided(double[] sums) {
    List<Double> means = new ArrayList<>();
    for (double sum : sums) {
      means.add(sum / count);
    }
    return means;
  }
}
