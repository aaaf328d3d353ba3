package org.betavae.train;

/** Means of terms and speed since the last history line and over the whole run. */
final class Meter {
  private long stepStart;
  private long intervalNanos;
  private long totalNanos;
  private long intervalImages;
  private long totalImages;
  private int steps;
  private double loss;
  private double reconstruction;
  private double kl;

  /** Means since the last call of {@link #takeMeans}. */
  record Means(double loss, double reconstruction, double kl, double imagesPerSecond) {}

  void startStep() {
    stepStart = System.nanoTime();
  }

  void endStep(VaeSession.Step terms, int images) {
    long nanos = System.nanoTime() - stepStart;
    intervalNanos += nanos;
    totalNanos += nanos;
    intervalImages += images;
    totalImages += images;
    steps++;
    loss += terms.loss();
    reconstruction += terms.reconstruction();
    kl += terms.kl();
  }

  boolean hasPending() {
    return steps > 0;
  }

  Means takeMeans() {
    Means means = means();
    steps = 0;
    intervalNanos = 0;
    intervalImages = 0;
    loss = 0;
    reconstruction = 0;
    kl = 0;
    return means;
  }

  TrainListener.Progress progress(long step, long allSteps) {
    Means m = means();
    return new TrainListener.Progress(
        step,
        allSteps,
        m.imagesPerSecond(),
        m.reconstruction() + m.kl(),
        m.reconstruction(),
        m.kl());
  }

  double overallSeconds() {
    return totalNanos / 1e9;
  }

  double overallImagesPerSecond() {
    return totalNanos == 0 ? 0 : totalImages / overallSeconds();
  }

  private Means means() {
    return new Means(
        loss / steps, reconstruction / steps, kl / steps, intervalImages / (intervalNanos / 1e9));
  }
}
