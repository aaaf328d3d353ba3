package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.betavae.train.TrainListener;
import org.junit.jupiter.api.Test;

class TrainingViewTest {
  private static final TrainListener.Progress FIRST =
      new TrainListener.Progress(1, 100, 500, 2800, 2790, 10);

  private static Console silent() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Console(nowhere, nowhere, false);
  }

  @Test
  void aRunWhoseTimeIsOverBeforeItBegins_makesAStep() {
    long longAgo = System.nanoTime() - 60_000_000_000L;
    try (TrainingView view = TrainingView.ofSeconds(silent(), longAgo, 30, () -> false)) {
      assertFalse(view.shouldStop());
      view.onProgress(FIRST);
      assertTrue(view.shouldStop());
    }
  }

  @Test
  void aRunWithTimeLeft_goesOn_untilItIsStopped() {
    AtomicBoolean stop = new AtomicBoolean();
    try (TrainingView view = TrainingView.ofSeconds(silent(), System.nanoTime(), 3600, stop::get)) {
      view.onProgress(FIRST);
      assertFalse(view.shouldStop());
    }
    try (TrainingView view = TrainingView.ofSeconds(silent(), System.nanoTime(), 3600, stop::get)) {
      stop.set(true);
      assertTrue(view.shouldStop(), "a signal ends it before the first step, too");
    }
  }
}
