package org.betavae.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar that redraws itself on a terminal. */
final class BarProgress implements Progress {
  private static final int REDRAW_MILLIS = 250;
  private final ProgressBar bar;
  private long lastNote = Long.MIN_VALUE;

  /**
   * Draws an empty bar.
   *
   * @param alreadyDone how much was done earlier, which says nothing about the speed
   * @param columns width of the terminal; given, since looking it up would load native code
   */
  BarProgress(PrintStream err, String task, long total, long alreadyDone, int columns) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .startsFrom(alreadyDone, Duration.ZERO)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .setRenderer(new BarRenderer())
            .setMaxRenderedLength(columns)
            .setConsumer(new ConsoleProgressBarConsumer(err, columns))
            .build();
  }

  @Override
  public void at(long done, Supplier<String> note) {
    bar.stepTo(done);
    long now = System.nanoTime();
    if (lastNote == Long.MIN_VALUE || now - lastNote >= REDRAW_MILLIS * 1_000_000L) {
      lastNote = now;
      bar.setExtraMessage(note.get());
    }
  }

  @Override
  public void close() {
    bar.close();
  }
}
