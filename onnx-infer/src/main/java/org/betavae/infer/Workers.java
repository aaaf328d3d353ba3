package org.betavae.infer;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The processor threads that one model may use: permits, of which each running computation holds as
 * many as it has threads, and helper threads for bulk work. Safe for threads.
 */
final class Workers implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  /**
   * How long an idle thread looks for work before it sleeps, as ONNX Runtime's own do here: waking
   * one takes some 50 microseconds, twice in a bulk call of a few milliseconds.
   */
  private static final long SPIN_NANOS = 200_000;

  private final int threads;
  // Fair, so that bulk work, which queues, lets waiting single calls through between its chunks.
  private final Semaphore permits;
  private final ThreadPoolExecutor helpers;

  Workers(int threads) {
    this.threads = threads;
    this.permits = new Semaphore(threads, true);
    int helperCount = Math.max(1, threads - 1);
    AtomicInteger number = new AtomicInteger();
    this.helpers =
        new ThreadPoolExecutor(
            helperCount,
            helperCount,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SpinningQueue(),
            task -> {
              Thread thread = new Thread(task, "betavae-infer-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    helpers.allowCoreThreadTimeOut(true);
  }

  int threads() {
    return threads;
  }

  /** Returns when the condition holds, or when it has been looked at for long enough. */
  static void spinUntil(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean() && System.nanoTime() - start < SPIN_NANOS) {
      Thread.onSpinWait();
    }
  }

  private static final class SpinningQueue extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
      spinUntil(() -> !isEmpty());
      return super.poll(timeout, unit);
    }
  }

  /** Takes all permits if nobody computes and nobody waits. */
  boolean tryTakeAll() {
    return !permits.hasQueuedThreads() && permits.tryAcquire(threads);
  }

  /** Takes one permit for a short computation, ahead of those who wait if one is free. */
  void takeOneSoon() {
    if (!permits.tryAcquire()) {
      permits.acquireUninterruptibly();
    }
  }

  /** Takes one permit in turn. */
  void takeOneInTurn() {
    permits.acquireUninterruptibly();
  }

  void giveAll() {
    permits.release(threads);
  }

  void giveOne() {
    permits.release();
  }

  /** Has the task run on up to {@code count} helper threads too, as they get free. */
  void help(Runnable task, int count) {
    for (int i = 0; i < Math.min(count, threads - 1); i++) {
      helpers.execute(task);
    }
  }

  @Override
  public void close() {
    helpers.shutdown();
  }
}
