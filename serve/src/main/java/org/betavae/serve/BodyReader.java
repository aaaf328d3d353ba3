package org.betavae.serve;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Reads the whole body of a request before the next handler sees it, into the attribute {@link
 * #BODY}. No thread waits for a body: a client that sends slowly, or stops, holds a connection and
 * what it has sent so far, until the time for a body is over.
 */
final class BodyReader extends Handler.Wrapper {
  /** The attribute with the body, a {@code byte[]}. */
  static final String BODY = "org.betavae.serve.body";

  private static final int FIRST_BUFFER = 16 << 10;

  private final Limits limits;
  private final MemoryBudget budget;
  private final Refusals refusals;

  /** Bytes of a body at most; for more there is never room. */
  private final int most;

  /**
   * @param budget what all bodies together may hold
   */
  BodyReader(Limits limits, MemoryBudget budget, Refusals refusals) {
    this.limits = limits;
    this.budget = budget;
    this.refusals = refusals;
    this.most = (int) Math.min(limits.bodyBytes(), budget.bytes());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    long length = request.getLength();
    if (length == 0) {
      return super.handle(request, response, callback);
    }
    if (length > most) {
      refusals.write(request, response, callback, tooLarge("has " + length + " bytes"));
      return true;
    }
    new Reading(request, response, callback, (int) Math.max(length, 0)).start();
    return true;
  }

  private Problem tooLarge(String found) {
    return new Problem(
        ProblemType.TOO_LARGE,
        "The body "
            + found
            + ", expected at most "
            + most
            + (most < limits.bodyBytes() ? ", a quarter of the memory that the service has" : "")
            + ". Send several requests.");
  }

  /** The state of one body. Only one thread at a time reads; the timer may come in between. */
  private final class Reading implements Invocable.Task {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final AtomicBoolean ended = new AtomicBoolean();
    private byte[] bytes;
    private int count;
    private boolean released;
    private Scheduler.Task timer;

    Reading(Request request, Response response, Callback callback, int length) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      // What a client says of the length costs nothing until it sends as much.
      bytes = new byte[Math.min(length == 0 ? FIRST_BUFFER : length, FIRST_BUFFER * 4)];
    }

    void start() {
      if (!budget.hold(bytes.length)) {
        bytes = new byte[0];
        refuse(noRoom());
        return;
      }
      Request.addCompletionListener(request, failure -> release());
      read(false);
    }

    private synchronized void release() {
      budget.release(bytes.length);
      bytes = new byte[0];
      released = true;
    }

    private Problem noRoom() {
      return Problem.later(
          ProblemType.BUSY,
          "The service holds as many bytes of requests as it may, "
              + budget.bytes()
              + ". Try again later.",
          1);
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
      read(true);
    }

    /**
     * @param later whether the thread is one that must not run the next handler
     */
    private void read(boolean later) {
      while (!ended.get()) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          startTimer();
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          fail(chunk.getFailure());
          return;
        }
        boolean last = chunk.isLast();
        Problem problem = take(chunk);
        chunk.release();
        if (problem != null) {
          refuse(problem);
          return;
        }
        if (last) {
          finish(later);
          return;
        }
      }
    }

    private synchronized Problem take(Content.Chunk chunk) {
      int more = chunk.remaining();
      if (released) { // the timer has ended the request in the meantime
        return noRoom();
      }
      if (more > most - count) {
        return tooLarge("has more than " + most + " bytes");
      }
      if (count + more > bytes.length) {
        int size = (int) Math.min(most, Math.max(2L * bytes.length, count + more));
        if (!budget.hold(size - bytes.length)) {
          return noRoom();
        }
        bytes = Arrays.copyOf(bytes, size);
      }
      chunk.getByteBuffer().get(bytes, count, more);
      count += more;
      return null;
    }

    private void startTimer() {
      if (timer == null) {
        timer =
            request
                .getComponents()
                .getScheduler()
                .schedule(
                    () -> late(limits.body()), limits.body().toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private void stopTimer() {
      if (timer != null) {
        timer.cancel();
      }
    }

    private void late(Duration time) {
      if (ended.compareAndSet(false, true)) {
        stopTimer();
        Refusals.cut(
            response,
            callback,
            new Problem(
                ProblemType.SLOW,
                "The body did not arrive within "
                    + time.toMillis()
                    + " ms. Send it faster, or in several requests."));
      }
    }

    /** What the connection says; its own time for silence may be over before that for the body. */
    private void fail(Throwable failure) {
      if (failure instanceof TimeoutException) {
        late(limits.idle());
      } else if (ended.compareAndSet(false, true)) {
        stopTimer();
        callback.failed(failure);
      }
    }

    private void refuse(Problem problem) {
      if (ended.compareAndSet(false, true)) {
        stopTimer();
        release();
        refusals.write(request, response, callback, problem);
      }
    }

    private void finish(boolean later) {
      if (ended.compareAndSet(false, true)) {
        stopTimer();
        request.setAttribute(BODY, whole());
        if (later) {
          request.getContext().execute(this::handle);
        } else {
          handle();
        }
      }
    }

    private synchronized byte[] whole() {
      return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    private void handle() {
      try {
        if (!BodyReader.super.handle(request, response, callback)) {
          Response.writeError(request, response, callback, 404);
        }
      } catch (Throwable e) { // as Jetty does for handlers that it calls itself
        Response.writeError(request, response, callback, e);
      }
    }
  }
}
