package org.betavae.infer;

import java.util.Arrays;
import java.util.Random;

/**
 * Throughput and latency of an open model's encoder and decoder as a caller sees them: checks,
 * copies and result arrays included.
 */
public final class InferenceBenchmark {
  private static final int MIN_RUNS = 20;
  private static final double NANOS = 1e9;

  private InferenceBenchmark() {}

  /**
   * One measurement.
   *
   * @param imagesPerS images per second at the median latency
   * @param imagesPerSMean images per second over the whole time
   * @param p50Ms median latency of a call, milliseconds
   * @param p99Ms 99th percentile of the latency, milliseconds
   * @param runs timed calls
   */
  public record Result(
      double imagesPerS, double imagesPerSMean, double p50Ms, double p99Ms, int runs) {}

  /**
   * Times {@link BetaVaeModel#embed} on uniform random images.
   *
   * @param batch images in a call
   * @param warmUpSeconds seconds of calls first that are not counted
   * @param seconds seconds of timed calls; there are never fewer than 20
   * @param seed seed of the images
   */
  public static Result encoder(
      BetaVaeModel model, int batch, double warmUpSeconds, double seconds, long seed) {
    float[] images = uniform(batch, model.info().imageSize(), seed);
    return time(() -> model.embed(images), batch, warmUpSeconds, seconds);
  }

  /**
   * Times {@link BetaVaeModel#decode} on uniform random latents.
   *
   * @param batch latent vectors in a call
   * @param warmUpSeconds seconds of calls first that are not counted
   * @param seconds seconds of timed calls; there are never fewer than 20
   * @param seed seed of the latents
   */
  public static Result decoder(
      BetaVaeModel model, int batch, double warmUpSeconds, double seconds, long seed) {
    float[] z = uniform(batch, model.info().latentSize(), seed);
    return time(() -> model.decode(z), batch, warmUpSeconds, seconds);
  }

  /** Statistics of latencies in nanoseconds, in any order. */
  static Result summarise(long[] nanos, int batch) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double median = percentile(sorted, 0.5);
    return new Result(
        batch * NANOS / median,
        batch * NANOS / mean,
        median / 1e6,
        percentile(sorted, 0.99) / 1e6,
        sorted.length);
  }

  /** Linear between the two nearest values, as NumPy's {@code percentile} does by default. */
  private static double percentile(long[] sorted, double part) {
    double position = part * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  private static Result time(Runnable call, int batch, double warmUpSeconds, double seconds) {
    checkSeconds("warmUpSeconds", warmUpSeconds);
    checkSeconds("seconds", seconds);
    long start = System.nanoTime();
    while (System.nanoTime() - start < warmUpSeconds * NANOS) {
      call.run();
    }
    long[] nanos = new long[1024];
    int runs = 0;
    start = System.nanoTime();
    while (System.nanoTime() - start < seconds * NANOS || runs < MIN_RUNS) {
      if (runs == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * runs);
      }
      long before = System.nanoTime();
      call.run();
      nanos[runs++] = System.nanoTime() - before;
    }
    return summarise(Arrays.copyOf(nanos, runs), batch);
  }

  private static float[] uniform(int batch, int itemSize, long seed) {
    if (batch < 1) {
      throw new IllegalArgumentException(
          "batch is " + batch + ", expected 1 or more. Use 64 if in doubt.");
    }
    Random random = new Random(seed);
    float[] values = new float[Inputs.arrayLength(batch, itemSize)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static void checkSeconds(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          what + " is " + value + ", expected a finite number >= 0. Use 3 if in doubt.");
    }
  }
}
