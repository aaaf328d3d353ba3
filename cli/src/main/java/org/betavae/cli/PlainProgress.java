package org.betavae.cli;

import java.io.PrintStream;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A line every few seconds, for logs and pipes; nothing at all for work that is done sooner. */
final class PlainProgress implements Progress {
  private static final long INTERVAL_NANOS = 5_000_000_000L;
  private final PrintStream err;
  private final String task;
  private final long total;
  private final long alreadyDone;
  private final LongSupplier nanoTime;
  private final long start;
  private long lastPrinted;
  private boolean printed;
  private long unprinted = -1;
  private Supplier<String> unprintedNote;

  /**
   * Prints nothing yet.
   *
   * @param alreadyDone how much was done earlier, which says nothing about the speed
   */
  PlainProgress(PrintStream err, String task, long total, long alreadyDone, LongSupplier nanoTime) {
    this.err = err;
    this.task = task;
    this.total = total;
    this.alreadyDone = alreadyDone;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.lastPrinted = start;
  }

  @Override
  public void at(long done, Supplier<String> note) {
    unprinted = done;
    unprintedNote = note;
    if (nanoTime.getAsLong() - lastPrinted >= INTERVAL_NANOS) {
      print();
    }
  }

  private void print() {
    lastPrinted = nanoTime.getAsLong();
    double seconds = (lastPrinted - start) / 1e9;
    String note = unprintedNote.get();
    StringBuilder line = new StringBuilder(task).append(": ").append(Numbers.count(unprinted));
    line.append(" of ").append(Numbers.count(total));
    line.append(note.isEmpty() ? "" : ", ").append(note);
    String left = Numbers.timeLeft(unprinted, total, alreadyDone, seconds);
    line.append(left.isEmpty() ? "" : ", ").append(left);
    err.println(line);
    printed = true;
    unprinted = -1;
  }

  /** Prints the last state, unless the work was over before the first line was due. */
  @Override
  public void close() {
    if (printed && unprinted >= 0) {
      print();
    }
  }
}
