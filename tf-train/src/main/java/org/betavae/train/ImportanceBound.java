package org.betavae.train;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.betavae.data.Dataset;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/**
 * The importance weighted bound −log (1/K) Σ w_k of a trained model on held-out data, which falls
 * towards −log p(x) as K grows.
 *
 * <p>Source: Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, equation 8. Each item is
 * encoded once; memory does not depend on K.
 */
final class ImportanceBound {
  private static final int BATCH = 100;

  /** More steps than a bound has draws, so that no two batches share their noise. */
  private static final long STREAM = 1L << 32;

  private final VaeSession session;
  private final TrainConfig config;
  private final int samples;

  private ImportanceBound(VaeSession session, TrainConfig config, int samples) {
    this.session = session;
    this.config = config;
    this.samples = samples;
  }

  /** Name of the term in history and summary. */
  static String name(int samples) {
    return "negative_iwae_" + samples;
  }

  /**
   * Evaluates every item, always with the same noise.
   *
   * @param samples K, at least 1
   * @param stop asked before each batch; true gives the bound up
   * @return nats per image, mean over the data; empty if it was given up
   */
  static OptionalDouble of(
      VaeSession session, TrainConfig config, Dataset data, int samples, BooleanSupplier stop) {
    ImportanceBound bound = new ImportanceBound(session, config, samples);
    double[] sum = new double[1];
    boolean whole =
        new EvaluationBatches(data, BATCH, config.threads())
            .each(
                part -> bound.perItem(part.values(), part.count(), data, part.number() * STREAM),
                (part, perItem) -> {
                  for (double value : perItem) {
                    sum[0] += value;
                  }
                },
                stop);
    return whole ? OptionalDouble.of(sum[0] / data.size()) : OptionalDouble.empty();
  }

  private double[] perItem(float[] values, int count, Dataset data, long stream) {
    VaeGraph.Evaluation e = session.graph().evaluation();
    double[] largest = new double[count];
    double[] sum = new double[count];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    int perRun = session.graph().samples();
    float[] noise = new float[count * perRun * config.latent()];
    try (TFloat32 x = Tensors.of(VaeGraph.itemsShape(data.shape(), count), values);
        TFloat32 epsilon = TFloat32.tensorOf(session.graph().noiseShape(count));
        Result q = session.runner().feed(e.items(), x).fetch(e.mean()).fetch(e.logVar()).run()) {
      for (int done = 0; done < samples; done += perRun) {
        Seeds.gaussian(noise, noise.length, config.seed(), Seeds.BOUND, stream + done);
        epsilon.asRawTensor().data().asFloats().write(noise);
        // The posterior is fed where it was computed, so that the encoder does not run again.
        Session.Runner runner =
            session
                .runner()
                .feed(e.items(), x)
                .feed(e.noise(), epsilon)
                .feed(e.mean(), q.get(0))
                .feed(e.logVar(), q.get(1))
                .fetch(e.logWeights());
        try (Result result = runner.run()) {
          float[] weights = Tensors.read(result, 0, count * perRun);
          add(weights, perRun, Math.min(perRun, samples - done), largest, sum);
        }
      }
    }
    double[] bound = new double[count];
    for (int i = 0; i < count; i++) {
      bound[i] = Math.log(samples) - largest[i] - Math.log(sum[i]);
    }
    return bound;
  }

  /** Adds weights to each item's Σ exp(log w − largest). */
  private static void add(float[] weights, int perRun, int used, double[] largest, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      for (int k = 0; k < used; k++) {
        double w = weights[i * perRun + k];
        if (w > largest[i]) {
          sum[i] = sum[i] * Math.exp(largest[i] - w) + 1;
          largest[i] = w;
        } else {
          sum[i] += Math.exp(w - largest[i]);
        }
      }
    }
  }
}
