package org.betavae.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.data.Batch;
import org.betavae.data.Dataset;
import org.betavae.train.schedule.Knots;

/** Notices that a training is lost, and words what to do. */
final class Divergence {
  private final TrainConfig config;
  private final int itemSize;

  Divergence(TrainConfig config, int itemSize) {
    this.config = config;
    this.itemSize = itemSize;
  }

  /**
   * Refuses terms that are not finite.
   *
   * @param names of the terms
   * @param savedStep step of the last checkpoint, below 0 if there is none
   * @param batch what the step was trained on
   * @throws TrainException that names all terms, or the wrong value where the data are the cause
   */
  void requireFinite(List<String> names, float[] terms, Batch batch, long step, long savedStep) {
    for (int i = 0; i < terms.length; i++) {
      if (!Float.isFinite(terms[i])) {
        requireFinite(batch, step, savedStep);
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
   * Refuses a validation that is not finite.
   *
   * @param data what it is of
   * @throws TrainException that names all terms, or the wrong value where the data are the cause
   */
  void requireFinite(Validation validation, Dataset data, long step, long savedStep) {
    Map<String, Double> terms = validation.terms();
    for (Map.Entry<String, Double> term : terms.entrySet()) {
      if (!Double.isFinite(term.getValue())) {
        float[] item = new float[itemSize];
        for (int i = 0; i < data.size(); i++) {
          data.read(i, item, 0);
          requireFinite(item, 0, "held-out item " + i, step, savedStep);
        }
        throw of(
            "the " + term.getKey() + " on held-out data is " + term.getValue() + " " + terms,
            step,
            savedStep);
      }
    }
  }

  /**
   * The exception to be thrown.
   *
   * @param what what is not finite
   */
  TrainException of(String what, long step, long savedStep) {
    String schedule = config.optimizer().learningRateSchedule();
    String rate =
        Knots.looksLike(schedule)
            ? "smaller rates than --learning-rate-schedule " + schedule
            : "a smaller --learning-rate than " + config.learningRate();
    String warmUp = config.optimizer().warmUpSteps() == 0 ? ", --warm-up-steps 200" : "";
    String clip = config.optimizer().clipNorm() == 0 ? ", --clip-norm 100" : "";
    return new TrainException(
        "Training diverged at step "
            + step
            + ": "
            + what
            + ". "
            + kept(savedStep)
            + " Try "
            + rate
            + warmUp
            + clip
            + ", or a smaller --beta.");
  }

  private void requireFinite(Batch batch, long step, long savedStep) {
    for (int i = 0; i < config.batch(); i++) {
      String item = "training item " + batch.indices()[i];
      requireFinite(batch.values(), i * itemSize, item, step, savedStep);
    }
  }

  private void requireFinite(float[] values, int from, String item, long step, long savedStep) {
    for (int i = 0; i < itemSize; i++) {
      if (!Float.isFinite(values[from + i])) {
        throw new TrainException(
            "Data "
                + config.data()
                + " are not finite: at step "
                + step
                + ", value "
                + i
                + " of "
                + item
                + " is "
                + values[from + i]
                + ". "
                + kept(savedStep)
                + " Repair or remove the item.");
      }
    }
  }

  private static String kept(long savedStep) {
    return savedStep < 0
        ? "There is no checkpoint yet."
        : "The checkpoint of step " + savedStep + " is kept.";
  }
}
