package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batching encoder with a real model under many threads: each call gets its own answer, once. */
@Timeout(60)
class BatchingLoadTest {
  private static final int IMAGE = 3 * 8 * 8;
  private static final int THREADS = 1000;

  @TempDir Path folder;

  private final Tally tally = new Tally();

  @BeforeEach
  void write() {
    TestModels.folder(folder, 3, 8, 8);
  }

  @Test
  void thousandThreads_eachGetTheirOwnAnswers() throws Exception {
    try (BetaVaeModel model = BetaVaeModel.open(folder);
        BatchingEncoder encoder =
            BatchingEncoder.of(model, BatchingOptions.defaults().withMaxQueue(THREADS), tally)) {
      inThreads(
          thread -> {
            for (int call = 0; call < 10; call++) {
              float value = (thread * 10 + call) / (THREADS * 10f);
              assertEquals(2 * value, encoder.embed(image(value)).mean()[0]);
            }
          });
      assertEquals(0, encoder.queued());
    }
    assertEquals(THREADS * 10, tally.accepted.sum());
    assertEquals(THREADS * 10, tally.images.sum());
    assertEquals(THREADS * 10, tally.started.sum());
    assertTrue(tally.batches.sum() < THREADS * 10, "no call was put together with another");
  }

  @Test
  void cancelling_deadlines_refusals_andClosing_loseNothing() throws Exception {
    for (int concurrent = 1; concurrent <= 2; concurrent++) {
      closeUnderLoad(concurrent);
    }
  }

  private void closeUnderLoad(int concurrentBatches) throws Exception {
    AtomicInteger answers = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger notTaken = new AtomicInteger();
    CountDownLatch loaded = new CountDownLatch(THREADS * 5);
    BatchingOptions options =
        BatchingOptions.defaults()
            .withMaxBatch(16)
            .withMaxQueue(300)
            .withConcurrentBatches(concurrentBatches);
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2))) {
      BatchingEncoder encoder = BatchingEncoder.of(model, options);
      Thread closing =
          new Thread(
              () -> {
                awaitUninterruptibly(loaded);
                encoder.close();
              });
      closing.start();
      inThreads(
          thread -> {
            Random random = new Random(thread);
            List<CompletableFuture<Embeddings>> mine = new ArrayList<>();
            while (true) {
              loaded.countDown();
              try {
                mine.add(submit(encoder, random, answers));
                accepted.incrementAndGet();
              } catch (QueueFullException e) {
                notTaken.incrementAndGet();
                Thread.sleep(1);
              } catch (IllegalStateException closed) {
                break;
              }
            }
            for (CompletableFuture<Embeddings> answer : mine) {
              settle(answer);
            }
          });
      closing.join();
      assertThrows(IllegalStateException.class, () -> encoder.submit(image(0)));
    }
    assertEquals(accepted.get(), answers.get(), "answers to accepted calls");
    assertTrue(notTaken.get() > 0, "the queue was never full");
  }

  /** A call that may have a short deadline, may be cancelled, and counts its answers. */
  private static CompletableFuture<Embeddings> submit(
      BatchingEncoder encoder, Random random, AtomicInteger answers) {
    float value = random.nextFloat();
    boolean hurried = random.nextInt(4) == 0;
    CompletableFuture<Embeddings> answer =
        hurried
            ? encoder.submit(image(value), Duration.ofNanos(1 + random.nextInt(2_000_000)))
            : encoder.submit(image(value));
    CompletableFuture<Embeddings> checked =
        answer.whenComplete(
            (embeddings, failure) -> {
              answers.incrementAndGet();
              if (failure == null) {
                assertEquals(2 * value, embeddings.mean()[0]);
              }
            });
    if (random.nextInt(4) == 0) {
      answer.cancel(false);
    }
    return checked;
  }

  private static void settle(CompletableFuture<Embeddings> answer) {
    try {
      assertEquals(1, answer.join().count());
    } catch (CancellationException e) {
      // wanted so
    } catch (CompletionException e) {
      assertTrue(
          e.getCause() instanceof DeadlineExceededException
              || e.getCause() instanceof CancellationException,
          () -> "unexpected: " + e.getCause());
    }
  }

  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void inThreads(Work work) throws Exception {
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      threads.add(
          new Thread(
              () -> {
                try {
                  work.run(number);
                } catch (Throwable e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    synchronized (failures) {
      if (!failures.isEmpty()) {
        throw new AssertionError(failures.size() + " threads failed", failures.get(0));
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static float[] image(float value) {
    float[] image = new float[IMAGE];
    image[0] = value;
    return image;
  }

  private static final class Tally implements BatchingListener {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder started = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder images = new LongAdder();

    @Override
    public void onAccepted(int queued) {
      accepted.increment();
    }

    @Override
    public void onStarted(long waitNanos) {
      started.increment();
    }

    @Override
    public void onBatch(Batch batch) {
      batches.increment();
      images.add(batch.images());
    }
  }
}
