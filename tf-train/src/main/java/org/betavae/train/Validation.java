package org.betavae.train;

import java.util.ArrayList;
import java.util.List;
import org.betavae.data.Batch;
import org.betavae.data.Dataset;
import org.betavae.data.SequentialBatches;

/** Terms and posterior statistics over held-out data; means in nats per image. */
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
  private int count;

  private Validation(int latent) {
    this.latent = latent;
    meanSum = new double[latent];
    meanSquareSum = new double[latent];
    varianceSum = new double[latent];
    klSum = new double[latent];
  }

  /** Evaluates every item after so many steps, always with the same noise. */
  static Validation of(VaeSession session, Dataset data, int latent, long step) {
    Validation v = new Validation(latent);
    try (SequentialBatches batches = new SequentialBatches(data, BATCH, 1)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        v.add(session.evaluate(batch.values(), batch.size(), batch.step(), step), batch.size());
      }
    }
    return v;
  }

  private void add(VaeSession.Evaluated e, int n) {
    lossSum += e.loss * n;
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
    return lossSum / count;
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
