package org.betavae.cli;

import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;

/**
 * One line that puts the figures first: the bar itself gets what room is left of them. The
 * library's own renderer cuts the figures off at 80 columns.
 */
final class BarRenderer implements ProgressBarRenderer {
  private static final int WIDEST_BAR = 40;
  private static final int NARROWEST_BAR = 8;

  @Override
  public String render(ProgressState state, int columns) {
    double seconds = state.getElapsedAfterStart().toMillis() / 1e3;
    return line(
        state.getTaskName(),
        state.getCurrent(),
        state.getMax(),
        state.getStart(),
        seconds,
        state.getExtraMessage(),
        columns);
  }

  /**
   * The line.
   *
   * @param alreadyDone how much was done earlier
   * @param seconds time since then
   */
  static String line(
      String task,
      long done,
      long total,
      long alreadyDone,
      double seconds,
      String note,
      int columns) {
    String head = task + ' ' + Numbers.count(done) + '/' + Numbers.count(total);
    String tail = Numbers.timeLeft(done, total, alreadyDone, seconds);
    tail += tail.isEmpty() || note.isEmpty() ? note : ", " + note;
    int room = Math.min(WIDEST_BAR, columns - head.length() - tail.length() - 4);
    String bar = "";
    if (room >= NARROWEST_BAR) {
      int full = total <= 0 ? 0 : (int) Math.min(room, room * done / total);
      bar = '[' + "#".repeat(full) + " ".repeat(room - full) + "] ";
    }
    String line = head + ' ' + bar + tail;
    return line.length() <= columns ? line : line.substring(0, columns);
  }
}
