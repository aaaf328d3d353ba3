package org.betavae.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes what a run measures, for programs and for people who watch it. */
final class RunLog {
  private final TrainConfig config;
  private final History history;

  RunLog(RunFolder run, TrainConfig config) {
    this.config = config;
    history = new History(run.historyFile());
  }

  /** Forgets what an earlier process wrote after that step, which will come again. */
  void resumeAt(long step) {
    history.truncateAfter(step);
  }

  /** Whether the validation of that step is written down already. */
  boolean hasValidation(long step) {
    return history.lines().stream().anyMatch(l -> l.validation() && l.step() == step);
  }

  /** Means over the last training steps. */
  void training(long step, Meter.Means means, List<String> termNames, double learningRate) {
    Map<String, Double> further = new LinkedHashMap<>();
    for (int i = VaeGraph.TERMS.size(); i < termNames.size(); i++) {
      further.put(termNames.get(i), means.terms().get(i));
    }
    history.append(
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
    history.append(
        new History.Line(
            step,
            step * config.batch(),
            v.loss(),
            v.negativeElbo(),
            v.reconstruction(),
            v.kl(),
            Map.of(),
            learningRate,
            imagesPerSecond,
            true));
  }

  /** Brings everything so far to the disk. */
  void force() {
    history.force();
  }

  /** Draws the history so far. */
  void draw(RunFolder run, TrainListener listener) {
    HistoryChart.write(run.pictures().resolve("history.png"), history.lines(), listener);
  }
}
