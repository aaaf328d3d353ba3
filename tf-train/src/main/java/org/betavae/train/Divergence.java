package org.betavae.train;

import java.util.ArrayList;
import java.util.List;
import org.betavae.train.schedule.Knots;

/** Notices that a training is lost, and words what to do. */
final class Divergence {
  private final TrainConfig config;

  Divergence(TrainConfig config) {
    this.config = config;
  }

  /**
   * Refuses terms that are not finite.
   *
   * @param names of the terms
   * @param savedStep step of the last checkpoint, below 0 if there is none
   * @throws TrainException naming all terms
   */
  void requireFinite(List<String> names, float[] terms, long step, long savedStep) {
    for (int i = 0; i < terms.length; i++) {
      if (!Float.isFinite(terms[i])) {
        List<String> all = new ArrayList<>();
        for (int j = 0; j < terms.length; j++) {
          all.add(names.get(j) + " " + terms[j]);
        }
        String what =
            "the " + names.get(i) + " is " + terms[i] + " (" + String.join(", ", all) + ")";
        throw of(what, step, savedStep);
      }
    }
  }

  /**
   * The exception to be thrown.
   *
   * @param what what is not finite
   */
  TrainException of(String what, long step, long savedStep) {
    String last =
        savedStep < 0
            ? "There is no checkpoint yet."
            : "The checkpoint of step " + savedStep + " is kept.";
    String schedule = config.optimizer().learningRateSchedule();
    String rate =
        Knots.looksLike(schedule)
            ? "smaller rates than --learning-rate-schedule " + schedule
            : "a smaller --learning-rate than " + config.learningRate();
    String clip = config.optimizer().clipNorm() == 0 ? ", --clip-norm 100" : "";
    return new TrainException(
        "Training diverged at step "
            + step
            + ": "
            + what
            + ". "
            + last
            + " Try "
            + rate
            + clip
            + ", or a smaller --beta.");
  }
}
