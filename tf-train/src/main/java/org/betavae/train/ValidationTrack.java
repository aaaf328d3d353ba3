package org.betavae.train;

import java.util.Map;

/**
 * Follows the negative ELBO on held-out data: which step was the best, and whether early stopping
 * is due. Its state goes into every checkpoint, so a resumed run stops where an unbroken one would.
 */
final class ValidationTrack {
  private static final String BEST = "validation/best";
  private static final String BEST_STEP = "validation/best_step";
  private static final String REFERENCE = "validation/reference";
  private static final String WAITED = "validation/waited";

  private final ValidationSettings settings;
  private double best = Double.POSITIVE_INFINITY;
  private long bestStep = -1;
  private double reference = Double.POSITIVE_INFINITY;
  private int waited;

  ValidationTrack(ValidationSettings settings) {
    this.settings = settings;
  }

  /**
   * Takes a validation into account.
   *
   * @param negativeElbo nats per image; NaN is no improvement
   * @param scheduled whether it is one of every so many steps; one at the end of an interrupted run
   *     does not count towards early stopping, which must not depend on interruptions
   * @return whether it is the best so far
   */
  boolean add(long step, double negativeElbo, boolean scheduled) {
    if (scheduled) {
      if (negativeElbo < reference - settings.earlyStoppingMinDelta()) {
        reference = negativeElbo;
        waited = 0;
      } else {
        waited++;
      }
    }
    boolean improved = negativeElbo < best;
    if (improved) {
      best = negativeElbo;
      bestStep = step;
    }
    return improved;
  }

  /** Whether early stopping is wanted and due. */
  boolean isStopDue() {
    return settings.earlyStopping() > 0 && waited >= settings.earlyStopping();
  }

  /** The step of the best validation, -1 before the first. */
  long bestStep() {
    return bestStep;
  }

  /** Lets the next validation be the best: the weights of the one that was are lost. */
  void forgetBest() {
    best = Double.POSITIVE_INFINITY;
    bestStep = -1;
  }

  /** What ended the run, one line. */
  String stopMessage(long step) {
    String delta =
        settings.earlyStoppingMinDelta() == 0
            ? ""
            : " by more than " + settings.earlyStoppingMinDelta();
    return "Stopped early at step "
        + step
        + ": the negative ELBO on held-out data has not improved"
        + delta
        + " in "
        + waited
        + " validations; it was best at step "
        + bestStep
        + ", "
        + best
        + " nats per image.";
  }

  void save(Map<String, Double> progress) {
    progress.put(BEST, best);
    progress.put(BEST_STEP, (double) bestStep);
    progress.put(REFERENCE, reference);
    progress.put(WAITED, (double) waited);
  }

  void restore(Map<String, Double> progress) {
    best = progress.getOrDefault(BEST, Double.POSITIVE_INFINITY);
    bestStep = progress.getOrDefault(BEST_STEP, -1.0).longValue();
    reference = progress.getOrDefault(REFERENCE, Double.POSITIVE_INFINITY);
    waited = progress.getOrDefault(WAITED, 0.0).intValue();
  }
}
