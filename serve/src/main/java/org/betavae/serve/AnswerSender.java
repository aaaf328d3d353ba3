package org.betavae.serve;

import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Takes the whole answer from the thread that makes it and sends it without that thread, so that a
 * client that reads slowly, or not at all, holds memory and a connection only, and these no longer
 * than a rate allows. An answer for which there is no room in memory is sent by the thread that
 * makes it, as fast as the client reads; when {@link #WAITING} threads do so, the client is told to
 * come back.
 */
final class AnswerSender extends Handler.Wrapper {
  /** The usual rate: slower than any connection that people put up with. */
  static final int LEAST_RATE = 64 << 10;

  /** What one answer may take of the budget. */
  private static final int SHARE = 4;

  /** Bytes of an answer that is not refused; the limit of connections bounds them all. */
  static final int SMALL = 16 << 10;

  /** Threads that may wait for clients at once. */
  private static final int WAITING = 16;

  private final long idleMillis;
  private final int rate;
  private final MemoryBudget budget;
  private final Semaphore waiting = new Semaphore(WAITING);

  /**
   * @param budget what all answers together may hold
   * @param rate bytes a second that a client has to take in the mean, besides the time for silence
   */
  AnswerSender(Limits limits, MemoryBudget budget, int rate) {
    this.rate = rate;
    this.idleMillis = limits.idle().toMillis();
    this.budget = budget;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    SentAnswer answer = new SentAnswer(request, response, callback, this);
    try {
      return super.handle(request, answer, answer.end());
    } catch (Throwable e) { // as Jetty does for handlers that it calls itself
      answer.end().failed(e);
      return true;
    }
  }

  MemoryBudget budget() {
    return budget;
  }

  /**
   * Takes room for a part of an answer; a small answer always finds some, so that the service still
   * tells how it is, and embeds, while large answers fill the memory that they may.
   *
   * @param held bytes that the answer has already
   */
  boolean hold(int size, long held) {
    if (held + size <= SMALL) {
      budget.take(size);
      return true;
    }
    return held + size <= budget.bytes() / SHARE && budget.hold(size);
  }

  /** Has a permit for each thread that may wait for a client. */
  Semaphore waiting() {
    return waiting;
  }

  /** How long an answer may take to be read, in milliseconds. */
  long allowedMillis(long bytes) {
    return idleMillis + bytes * 1000 / rate;
  }

  Problem noRoom() {
    return Problem.later(
        ProblemType.BUSY,
        "The service holds as many bytes of answers as it may, "
            + budget.bytes()
            + ", since clients take theirs slowly. Try again later, or ask for less.",
        1);
  }
}
