package org.betavae.train;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Means of terms and speed since the last history line and over the whole run. */
final class Meter {
  private static final String STEPS = "meter/steps";
  private static final String SUM = "meter/sum/";

  /** What older checkpoints have in its place, with numbers instead of names. */
  private static final String UNNAMED_SUM = "meter/sum";

  private long stepStart;
  private long intervalNanos;
  private long totalNanos;
  private long intervalImages;
  private long totalImages;
  private int steps;
  private final List<String> names;
  private final double[] sums;

  /** Nothing measured yet; {@code names} as of {@link VaeSession#termNames}. */
  Meter(List<String> names) {
    this.names = List.copyOf(names);
    sums = new double[names.size()];
  }

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

  /** Before the batch is asked for: waiting for data is part of a step. */
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
    for (int i = 0; i < terms.length; i++) {
      sums[i] += terms[i];
    }
  }

  /** Keeps the sums since the last history line, so that a resumed run's next line is whole. */
  void save(Map<String, Double> progress) {
    progress.put(STEPS, (double) steps);
    for (int i = 0; i < sums.length; i++) {
      progress.put(SUM + names.get(i), sums[i]);
    }
  }

  /**
   * Goes on with sums that were kept. Where the terms are others than then, the begun line is given
   * up: its means could be of a part of its steps only.
   */
  void restore(Map<String, Double> progress) {
    List<String> keys = keysOf(progress);
    steps = keys.isEmpty() ? 0 : progress.getOrDefault(STEPS, 0.0).intValue();
    for (int i = 0; i < sums.length; i++) {
      sums[i] = keys.isEmpty() ? 0 : progress.get(keys.get(i));
    }
  }

  /** Where the sums are; empty if they are of other terms. */
  private List<String> keysOf(Map<String, Double> progress) {
    List<String> named = names.stream().map(SUM::concat).toList();
    List<String> unnamed = IntStream.range(0, names.size()).mapToObj(i -> UNNAMED_SUM + i).toList();
    Set<String> kept =
        progress.keySet().stream()
            .filter(key -> key.startsWith(UNNAMED_SUM))
            .collect(Collectors.toSet());
    return Stream.of(named, unnamed)
        .filter(keys -> kept.equals(Set.copyOf(keys)))
        .findFirst()
        .orElse(List.of());
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
