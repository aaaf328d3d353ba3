package org.betavae.train;

import java.util.Arrays;
import org.betavae.data.BatchLoader;
import org.betavae.data.Dataset;
import org.betavae.train.optimizer.LearningRate;

/** Times training steps with all that belongs to them: reading the batch, both passes, update. */
public final class TrainBenchmark {
  private static final int PREFETCH = 4;

  private TrainBenchmark() {}

  /**
   * Speed over windows of steps.
   *
   * @param imagesPerSecond median window
   * @param imagesPerSecondMin slowest window
   * @param imagesPerSecondMax fastest window
   * @param loss mean over the last window, nats per image
   */
  public record Figures(
      double imagesPerSecond, double imagesPerSecondMin, double imagesPerSecondMax, double loss) {}

  /**
   * Trains from new weights and keeps nothing.
   *
   * @param steps timed steps, at least {@code window}
   * @param warmUp steps before them that do not count
   * @param window steps in one timed window
   */
  public static Figures run(TrainConfig config, Dataset data, int steps, int warmUp, int window) {
    if (window < 1 || steps < window || warmUp < 0) {
      throw new IllegalArgumentException(
          "steps is "
              + steps
              + ", window "
              + window
              + " and warm-up "
              + warmUp
              + ", expected steps >= window >= 1 and warm-up >= 0.");
    }
    double[] rates = new double[steps / window];
    double loss = 0;
    try (VaeSession session = VaeSession.onAll(config, data);
        BatchLoader batches = new BatchLoader(data, config.batch(), config.seed(), 0, PREFETCH)) {
      session.initialize();
      LearningRate rate = config.optimizer().newLearningRate(config.steps());
      long step = 0;
      for (int i = 0; i < warmUp; i++) {
        step++;
        session.step(batches.next(), step, rate.rate(step));
      }
      for (int w = 0; w < rates.length; w++) {
        long start = System.nanoTime();
        loss = 0;
        for (int i = 0; i < window; i++) {
          step++;
          loss += session.step(batches.next(), step, rate.rate(step))[0];
        }
        rates[w] = (double) config.batch() * window / ((System.nanoTime() - start) / 1e9);
      }
    }
    Arrays.sort(rates);
    int half = rates.length / 2;
    double median = rates.length % 2 == 1 ? rates[half] : (rates[half - 1] + rates[half]) / 2;
    return new Figures(median, rates[0], rates[rates.length - 1], loss / window);
  }
}
