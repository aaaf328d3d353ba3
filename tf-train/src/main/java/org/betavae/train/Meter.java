package org.betavae.train;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Means of terms and speed since the last history line and over the whole run. */
final class Meter {
  private static final String STEPS = "meter/steps";
  private static final String SUM = "meter/sum";

  private long stepStart;
  private long intervalNanos;
  private long totalNanos;
  private long intervalImages;
  private long totalImages;
  private int steps;
  private double[] sums = new double[VaeGraph.TERMS.size()];

  /**
   * Means since the last call of {@link #takeMeans}.
   *
   * @param terms one for each of {@link VaeSession#termNames}
   */
  record Means(List<Double> terms, double imagesPerSecond) {
    double loss() {
      return terms.get(0);
    }

    double reconstruction() {
      return terms.get(1);
    }

    double kl() {
      return terms.get(2);
    }
  }

  void startStep() {
    stepStart = System.nanoTime();
  }

  void endStep(float[] terms, int images) {
    long nanos = System.nanoTime() - stepStart;
    intervalNanos += nanos;
    totalNanos += nanos;
    intervalImages += images;
    totalImages += images;
    steps++;
    if (sums.length != terms.length) {
      sums = new double[terms.length];
    }
    for (int i = 0; i < terms.length; i++) {
      sums[i] += terms[i];
    }
  }

  /** Keeps the sums since the last history line, so that a resumed run's next line is whole. */
  void save(Map<String, Double> progress) {
    progress.put(STEPS, (double) steps);
    for (int i = 0; i < sums.length; i++) {
      progress.put(SUM + i, sums[i]);
    }
  }

  /** Goes on with sums that were kept. */
  void restore(Map<String, Double> progress) {
    steps = progress.getOrDefault(STEPS, 0.0).intValue();
    int terms = 0;
    while (progress.containsKey(SUM + terms)) {
      terms++;
    }
    sums = new double[terms];
    for (int i = 0; i < terms; i++) {
      sums[i] = progress.get(SUM + i);
    }
  }

  boolean hasPending() {
    return steps > 0;
  }

  Means takeMeans() {
    Means means = means();
    steps = 0;
    intervalNanos = 0;
    intervalImages = 0;
    Arrays.fill(sums, 0);
    return means;
  }

  TrainListener.Progress progress(long step, long allSteps) {
    double reconstruction = sums[1] / steps;
    double kl = sums[2] / steps;
    return new TrainListener.Progress(
        step, allSteps, imagesPerSecond(), reconstruction + kl, reconstruction, kl);
  }

  double overallSeconds() {
    return totalNanos / 1e9;
  }

  double overallImagesPerSecond() {
    return totalNanos == 0 ? 0 : totalImages / overallSeconds();
  }

  /** Means since the last call of {@link #takeMeans}, which go on. */
  Means means() {
    return new Means(
        Arrays.stream(sums).map(sum -> sum / steps).boxed().toList(), imagesPerSecond());
  }

  private double imagesPerSecond() {
    return intervalNanos == 0 ? 0 : intervalImages / (intervalNanos / 1e9);
  }
}
