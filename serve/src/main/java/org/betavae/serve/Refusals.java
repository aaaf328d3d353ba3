package org.betavae.serve;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Refuses requests whose bodies have not been read. Were a connection ended while its client still
 * sends, most clients would say that it broke and never show the answer; so what is left of the
 * body is read and thrown away. It takes no memory and no thread, and no longer than a body may.
 */
final class Refusals {
  /** What is read before the answer: a small body has come with its head. */
  private static final int AT_HAND = 64 << 10;

  /** Of what is longer than a body may be, so many times as much is read; then it is cut off. */
  private static final int TIMES = 8;

  private final Limits limits;
  private final AtomicInteger left = new AtomicInteger();

  Refusals(Limits limits) {
    this.limits = limits;
  }

  /** Requests that have been answered and whose bodies still come. */
  int left() {
    return left.get();
  }

  /** Answers, and ends the request when all of its body has come. */
  void write(Request request, Response response, Callback callback, Problem problem) {
    // Who asks whether to send the body at all is told not to.
    if (request.getHeaders().contains(HttpHeader.EXPECT)) {
      cut(response, callback, problem);
      return;
    }
    new Rest(request, callback).answer(response, problem);
  }

  /** Answers a client of which nothing more is wanted, and ends the connection. */
  static void cut(Response response, Callback callback, Problem problem) {
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    Problems.write(response, callback, problem);
  }

  /** What is left of one body. */
  private final class Rest implements Invocable.Task {
    private final Request request;
    private final Callback callback;
    private final AtomicBoolean ended = new AtomicBoolean();
    private long bytes;
    private Scheduler.Task timer;

    Rest(Request request, Callback callback) {
      this.request = request;
      this.callback = callback;
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    void answer(Response response, Problem problem) {
      if (readAll(AT_HAND)) {
        Problems.write(response, callback, problem);
        return;
      }
      if (request.getLength() < 0 || request.getLength() > limits.bodyBytes()) {
        // Of what is longer than it may be, the time may not suffice to read all.
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
      }
      left.incrementAndGet();
      timer =
          request
              .getComponents()
              .getScheduler()
              .schedule(() -> end(null), limits.body().toMillis(), TimeUnit.MILLISECONDS);
      Problems.write(response, Callback.from(this, this::end), problem);
    }

    @Override
    public void run() {
      long most = (long) TIMES * limits.bodyBytes();
      if (readAll(most) || bytes > most) {
        end(null);
      } else if (!ended.get()) {
        request.demand(this);
      }
    }

    /** Reads what has come, up to so many bytes in all; says whether nothing more will come. */
    private boolean readAll(long most) {
      while (bytes <= most && !ended.get()) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          return false;
        }
        if (Content.Chunk.isFailure(chunk)) {
          return true;
        }
        bytes += chunk.remaining();
        chunk.release();
        if (chunk.isLast()) {
          return true;
        }
      }
      return false;
    }

    private void end(Throwable failure) {
      if (ended.compareAndSet(false, true)) {
        timer.cancel();
        left.decrementAndGet();
        if (failure == null) {
          callback.succeeded();
        } else {
          callback.failed(failure);
        }
      }
    }
  }
}
