package org.betavae.train;

/** Told of a run's progress, on the thread that trains. */
public interface TrainListener {
  /** Listens to nothing and never stops. */
  TrainListener NONE = new TrainListener() {};

  /** After each step. */
  default void onProgress(Progress progress) {}

  /** Something that a person should read, one line. */
  default void onMessage(String message) {}

  /** Asked after each step; true ends training as if the last step were reached. */
  default boolean shouldStop() {
    return false;
  }

  /**
   * Where a run stands; terms are means over the last steps.
   *
   * @param step steps done
   * @param steps steps in all
   * @param imagesPerSecond since the last history line
   * @param negativeElbo nats per image
   * @param reconstruction nats per image
   * @param kl nats per image
   */
  record Progress(
      long step,
      long steps,
      double imagesPerSecond,
      double negativeElbo,
      double reconstruction,
      double kl) {}
}
