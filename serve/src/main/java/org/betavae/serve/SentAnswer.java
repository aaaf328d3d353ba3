package org.betavae.serve;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * One answer of an {@link AnswerSender}. The thread that makes the answer fills a queue of parts; a
 * sender of its own, which holds no thread, empties it once the last part is known.
 */
final class SentAnswer extends Response.Wrapper {
  /** What says something of a body that is not sent. */
  private static final List<String> CONTENT_HEADERS =
      List.of(
          HttpHeader.CONTENT_LENGTH.asString(),
          HttpHeader.CONTENT_ENCODING.asString(),
          HttpHeader.CACHE_CONTROL.asString(),
          HttpHeader.ETAG.asString(),
          HttpHeader.LAST_MODIFIED.asString(),
          ImageAnswer.SHAPE);

  /**
   * A part.
   *
   * @param held bytes of the budget that it has, when it is a copy
   * @param writer hears when it was sent
   */
  private record Part(boolean last, ByteBuffer bytes, int held, Callback writer) {}

  /** What becomes of a part: copied, waited for by its writer, or thrown away. */
  private enum Fate {
    KEPT,
    WAITS,
    REFUSED,
    BROKEN
  }

  private final Callback callback;
  private final AnswerSender owner;
  private final Deque<Part> parts = new ArrayDeque<>();
  private final Sender sender = new Sender();
  private long begin;
  private long bytes;
  private long held;
  private boolean lastSeen;
  private boolean refused;
  private boolean waits;
  private boolean started;
  private boolean sending;
  private boolean ended;
  private boolean completed;
  private Throwable failure;
  private Scheduler.Task timer;

  /**
   * @param callback hears when the answer has been sent, or cannot be
   */
  SentAnswer(Request request, Response response, Callback callback, AnswerSender owner) {
    super(request, response);
    this.callback = callback;
    this.owner = owner;
  }

  /** Has to hear that the handlers have done their work. */
  Callback end() {
    return new Callback() {
      @Override
      public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
      }

      @Override
      public void succeeded() {
        end(null);
      }

      @Override
      public void failed(Throwable cause) {
        end(cause);
      }
    };
  }

  @Override
  public void write(boolean last, ByteBuffer content, Callback writer) {
    Fate fate;
    boolean start;
    Throwable broken;
    synchronized (this) {
      broken = failure;
      fate = broken == null ? add(last, content, writer) : Fate.BROKEN;
      lastSeen |= last;
      start = started || lastSeen || fate == Fate.WAITS;
    }
    if (fate == Fate.BROKEN) {
      writer.failed(broken);
      return;
    }
    if (start) {
      send();
    }
    if (fate != Fate.WAITS) {
      writer.succeeded();
    }
  }

  /** Puts a part into the queue, as a copy if there is room. */
  private Fate add(boolean last, ByteBuffer content, Callback writer) {
    if (refused) {
      return Fate.REFUSED;
    }
    int size = content == null ? 0 : content.remaining();
    bytes += size;
    if (!waits && owner.hold(size, held)) {
      held += size;
      parts.add(new Part(last, copy(content, size), size, Callback.NOOP));
      return Fate.KEPT;
    }
    if (!waits && !owner.waiting().tryAcquire()) {
      refuse();
      return Fate.REFUSED;
    }
    waits = true;
    parts.add(new Part(last, content, 0, writer));
    return Fate.WAITS;
  }

  private static ByteBuffer copy(ByteBuffer content, int size) {
    ByteBuffer copy = ByteBuffer.allocate(size);
    if (size > 0) {
      copy.put(content).flip();
    }
    return copy;
  }

  /** Answers with a problem instead; nothing has been sent yet. */
  private void refuse() {
    drop();
    refused = true;
    lastSeen = true;
    CONTENT_HEADERS.forEach(getHeaders()::remove);
    Problem problem = owner.noRoom();
    Problems.prepare(this, problem);
    byte[] json = problem.json();
    bytes = json.length;
    parts.add(new Part(true, ByteBuffer.wrap(json), 0, Callback.NOOP));
  }

  private void send() {
    synchronized (this) {
      if (!started) {
        started = true;
        begin = System.nanoTime();
        if (lastSeen && bytes > 0 && !getHeaders().contains(HttpHeader.CONTENT_LENGTH)) {
          getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes);
        }
      }
    }
    sender.iterate();
    synchronized (this) {
      // The sender may be between two parts at this moment, in another thread.
      if (!completed && (sending || !parts.isEmpty()) && timer == null) {
        timer = schedule(owner.allowedMillis(bytes));
      }
    }
  }

  private Scheduler.Task schedule(long millis) {
    return getRequest()
        .getComponents()
        .getScheduler()
        .schedule(this::onTime, millis, TimeUnit.MILLISECONDS);
  }

  /** Ends the connection of a client that takes its answer too slowly. */
  private void onTime() {
    synchronized (this) {
      if (completed) {
        return;
      }
      // The answer may have grown meanwhile, and with it the time that is allowed.
      long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      long left = owner.allowedMillis(bytes) - passed;
      if (left > 0) {
        timer = schedule(left);
        return;
      }
    }
    getRequest().getConnectionMetaData().getConnection().getEndPoint().close();
  }

  private void end(Throwable cause) {
    boolean idle;
    synchronized (this) {
      ended = true;
      if (cause != null) {
        failure = failure == null ? cause : failure;
        drop();
      }
      idle = !sending && parts.isEmpty();
    }
    if (idle) {
      complete();
    } else {
      send();
    }
  }

  /** Forgets the copies that have not been sent. */
  private void drop() {
    parts.removeIf(part -> part.writer() == Callback.NOOP);
    owner.budget().release(held);
    held = 0;
  }

  private void complete() {
    Throwable cause;
    synchronized (this) {
      if (completed) {
        return;
      }
      completed = true;
      cause = failure;
      if (waits) {
        owner.waiting().release();
      }
      if (timer != null) {
        timer.cancel();
      }
    }
    if (cause == null) {
      callback.succeeded();
    } else {
      callback.failed(cause);
    }
  }

  @Override
  public synchronized boolean isCommitted() {
    return started || lastSeen || super.isCommitted();
  }

  @Override
  public synchronized boolean hasLastWrite() {
    return lastSeen || super.hasLastWrite();
  }

  @Override
  public synchronized void reset() {
    super.reset();
    drop();
    bytes = 0;
    lastSeen = false;
  }

  /** Sends one part after the other. */
  private final class Sender extends IteratingCallback {
    private Part current;

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    protected Action process() {
      boolean done;
      synchronized (SentAnswer.this) {
        current = parts.poll();
        sending = current != null;
        held -= sending ? current.held() : 0;
        done = ended && !sending;
      }
      if (done) {
        complete();
        return Action.SUCCEEDED;
      }
      if (current == null) {
        return Action.IDLE;
      }
      getWrapped().write(current.last(), current.bytes(), this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onSuccess() {
      owner.budget().release(current.held());
      current.writer().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
      boolean over;
      List<Part> unsent;
      synchronized (SentAnswer.this) {
        failure = failure == null ? cause : failure;
        sending = false;
        unsent = List.copyOf(parts);
        drop();
        parts.clear();
        over = ended;
      }
      owner.budget().release(current.held());
      current.writer().failed(cause);
      unsent.forEach(part -> part.writer().failed(cause));
      if (over) {
        complete();
      }
    }
  }
}
