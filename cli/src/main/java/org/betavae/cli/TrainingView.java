package org.betavae.cli;

import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.betavae.train.TrainListener;

/** Shows a training run on the console and passes on the wish to stop. */
final class TrainingView implements TrainListener, AutoCloseable {
  private final Console console;
  private final String task;
  private final long total;
  private final ToLongFunction<TrainListener.Progress> done;
  private final BooleanSupplier stop;
  private final BooleanSupplier over;
  private boolean begun;
  private org.betavae.cli.Progress shown;

  private TrainingView(
      Console console,
      String task,
      long total,
      ToLongFunction<TrainListener.Progress> done,
      BooleanSupplier stop,
      BooleanSupplier over) {
    this.console = console;
    this.task = task;
    this.total = total;
    this.done = done;
    this.stop = stop;
    this.over = over;
  }

  /** For a run of so many steps. */
  static TrainingView ofSteps(Console console, long steps, BooleanSupplier stop) {
    return new TrainingView(
        console, "train", steps, TrainListener.Progress::step, stop, () -> false);
  }

  /**
   * For a run of so many seconds, after which it stops. However late it is, it makes a step: a
   * machine may need all the time to begin.
   *
   * @param start {@link System#nanoTime} from which the seconds count
   */
  static TrainingView ofSeconds(Console console, long start, double seconds, BooleanSupplier stop) {
    BooleanSupplier over = () -> System.nanoTime() - start >= seconds * 1e9;
    return new TrainingView(
        console,
        "train, seconds",
        Math.round(seconds),
        p -> Math.min(Math.round(seconds), (System.nanoTime() - start) / 1_000_000_000L),
        stop,
        over);
  }

  @Override
  public void onProgress(TrainListener.Progress p) {
    begun = true;
    if (shown == null) {
      shown = console.progress(task, total, Math.max(0, done.applyAsLong(p) - 1));
    }
    shown.at(
        done.applyAsLong(p),
        () ->
            Numbers.brief(p.imagesPerSecond())
                + " img/s, -ELBO "
                + Numbers.brief(p.negativeElbo())
                + " rec "
                + Numbers.brief(p.reconstruction())
                + " KL "
                + Numbers.brief(p.kl()));
  }

  @Override
  public void onMessage(String message) {
    console.note(message);
  }

  @Override
  public boolean shouldStop() {
    return stop.getAsBoolean() || (begun && over.getAsBoolean());
  }

  @Override
  public void close() {
    if (shown != null) {
      shown.close();
      shown = null;
    }
  }
}
