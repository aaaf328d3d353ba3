package org.betavae.infer;

/** Throughput and latency of an open model's encoder and decoder, as a caller of it sees them. */
public final class InferenceBenchmark {
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
   * @param warmUpSeconds seconds of calls first that are not counted
   * @param seconds seconds of timed calls; there are never fewer than 20
   * @param batch images in a call
   * @param seed seed of the images
   */
  public static Result encoder(
      BetaVaeModel model, int batch, double warmUpSeconds, double seconds, long seed) {
    return pending(Result.class);
  }

  /**
   * Times {@link BetaVaeModel#decode} on uniform random latents.
   *
   * @param warmUpSeconds seconds of calls first that are not counted
   * @param seconds seconds of timed calls; there are never fewer than 20
   * @param batch latent vectors in a call
   * @param seed seed of the latents
   */
  public static Result decoder(
      BetaVaeModel model, int batch, double warmUpSeconds, double seconds, long seed) {
    return pending(Result.class);
  }

  private static <T> T pending(Class<T> type) {
    if (type != null) {
      throw new UnsupportedOperationException("not built yet");
    }
    return null;
  }
}
