package org.betavae.serve;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Ends connections on which no whole head of a request has come for too long. Jetty's own time of
 * silence begins anew with every byte, so that a client could keep a connection for ever by sending
 * one now and then. Lives with its connector.
 */
final class HeadTimer extends AbstractLifeCycle implements Connection.Listener {
  /** Looks in the time allowed: the fewer, the later a connection may be ended. */
  private static final int LOOKS = 10;

  private static final long ANSWERING = Long.MAX_VALUE;

  private final long allowedNanos;
  private final Scheduler scheduler = new ScheduledExecutorScheduler("betavae-heads", true);

  /** When each connection began to wait for a head, or {@link #ANSWERING}. */
  private final Map<Connection, AtomicLong> waiting = new ConcurrentHashMap<>();

  HeadTimer(Duration allowed) {
    allowedNanos = allowed.toNanos();
  }

  @Override
  protected void doStart() throws Exception {
    scheduler.start();
    look();
  }

  @Override
  protected void doStop() throws Exception {
    scheduler.stop();
  }

  @Override
  public void onOpened(Connection connection) {
    waiting.put(connection, new AtomicLong(System.nanoTime()));
  }

  @Override
  public void onClosed(Connection connection) {
    waiting.remove(connection);
  }

  /** The head of a request is there. */
  void arrived(Request request) {
    set(request, ANSWERING);
  }

  /** A request is answered: its connection waits for the next. */
  void answered(Request request) {
    set(request, System.nanoTime());
  }

  private void set(Request request, long value) {
    AtomicLong since = waiting.get(request.getConnectionMetaData().getConnection());
    if (since != null) {
      since.set(value);
    }
  }

  /** Not where a whole head may be there and only no thread to read it. */
  private static boolean waitsForBytes(Connection connection) {
    return connection instanceof AbstractConnection known && known.isFillInterested();
  }

  private void look() {
    try {
      long now = System.nanoTime();
      waiting.forEach((connection, since) -> endIfLate(connection, since.get(), now));
    } finally { // or a failure of one connection's end would be the end of all looks
      if (isStarting() || isRunning()) {
        scheduler.schedule(this::look, Math.max(1, allowedNanos / LOOKS), TimeUnit.NANOSECONDS);
      }
    }
  }

  private void endIfLate(Connection connection, long begin, long now) {
    if (begin != ANSWERING && now - begin > allowedNanos && waitsForBytes(connection)) {
      connection.getEndPoint().close();
    }
  }
}
