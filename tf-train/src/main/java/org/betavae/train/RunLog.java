package org.betavae.train;

import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what a run measures: {@code history.jsonl} for programs, and the same for TensorBoard, for
 * people who watch it.
 */
final class RunLog implements AutoCloseable {
  private final TrainConfig config;
  private final RunFolder run;
  private final History history;
  private EventLog events;

  /** Nothing is written before {@link #begin}. */
  RunLog(RunFolder run, TrainConfig config) {
    this.config = config;
    this.run = run;
    history = new History(run.historyFile());
  }

  /** Begins after a step, and forgets what an earlier process wrote of later ones. */
  void begin(long step) {
    history.truncateAfter(step);
    events = new EventLog(run.root(), step);
  }

  /** Whether the validation of that step is written down already. */
  boolean hasValidation(long step) {
    return history.lines().stream().anyMatch(l -> l.validation() && l.step() == step);
  }

  /** Whether a line of training ends with that step already. */
  boolean hasTraining(long step) {
    return history.lines().stream().anyMatch(l -> !l.validation() && l.step() == step);
  }

  /** Whether a line of held-out data has that further term of that step already. */
  boolean hasFurther(long step, String name) {
    return history.lines().stream()
        .anyMatch(l -> l.validation() && l.step() == step && l.further().containsKey(name));
  }

  /** Means over the last training steps. */
  void training(long step, Meter.Means means, List<String> termNames, double learningRate) {
    Map<String, Double> further = new LinkedHashMap<>();
    for (int i = VaeGraph.TERMS.size(); i < termNames.size(); i++) {
      further.put(termNames.get(i), means.terms().get(i));
    }
    append(
        new History.Line(
            step,
            step * config.batch(),
            means.loss(),
            means.reconstruction() + means.kl(),
            means.reconstruction(),
            means.kl(),
            further,
            learningRate,
            means.imagesPerSecond(),
            false));
  }

  /** Terms on held-out data. */
  void validation(long step, Validation v, double learningRate, double imagesPerSecond) {
    validation(step, v, v.further(), learningRate, imagesPerSecond);
  }

  /** Terms on held-out data, with further ones by name. */
  void validation(
      long step,
      Validation v,
      Map<String, Double> further,
      double learningRate,
      double imagesPerSecond) {
    append(
        new History.Line(
            step,
            step * config.batch(),
            v.loss(),
            v.negativeElbo(),
            v.reconstruction(),
            v.kl(),
            further,
            learningRate,
            imagesPerSecond,
            true));
  }

  private void append(History.Line line) {
    history.append(line);
    Map<String, Double> scalars = new LinkedHashMap<>();
    String prefix = line.validation() ? "validation/" : "train/";
    scalars.put(prefix + "loss", line.loss());
    scalars.put(prefix + "negative_elbo", line.negativeElbo());
    scalars.put(prefix + "reconstruction", line.reconstruction());
    scalars.put(prefix + "kl", line.kl());
    line.further().forEach((name, value) -> scalars.put(prefix + name, value));
    if (!line.validation()) {
      scalars.put(prefix + "learning_rate", line.learningRate());
      scalars.put(prefix + "images_per_s", line.imagesPerSecond());
    }
    events.scalars(line.step(), scalars);
  }

  /** Shows pictures in TensorBoard, by name. */
  void pictures(long step, Map<String, BufferedImage> pictures) {
    pictures.forEach((name, picture) -> events.picture(step, name, picture));
  }

  /** Brings the history so far to the disk. */
  void force() {
    history.force();
  }

  /** The history so far. */
  List<History.Line> lines() {
    return history.lines();
  }

  @Override
  public void close() {
    if (events != null) {
      events.close();
    }
  }
}
