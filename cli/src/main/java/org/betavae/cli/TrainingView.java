package org.betavae.cli;

import java.util.function.BooleanSupplier;
import org.betavae.train.TrainListener;

/** Shows a training run on the console and passes on the wish to stop. */
final class TrainingView implements TrainListener, AutoCloseable {
  private final Console console;
  private final long total;
  private final BooleanSupplier stop;
  private org.betavae.cli.Progress progress;

  TrainingView(Console console, long total, BooleanSupplier stop) {
    this.console = console;
    this.total = total;
    this.stop = stop;
  }

  @Override
  public void onProgress(TrainListener.Progress p) {
    if (progress == null) {
      progress = console.progress("train", total, p.step() - 1);
    }
    progress.at(
        p.step(),
        () ->
            Numbers.brief(p.imagesPerSecond())
                + " images/s, -ELBO "
                + Numbers.brief(p.negativeElbo())
                + " (rec "
                + Numbers.brief(p.reconstruction())
                + ", KL "
                + Numbers.brief(p.kl())
                + ")");
  }

  @Override
  public void onMessage(String message) {
    console.note(message);
  }

  @Override
  public boolean shouldStop() {
    return stop.getAsBoolean();
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
