package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads on one model, and closing it under them. */
@Timeout(60)
class ConcurrencyTest {
  private static final int IMAGE = 3 * 8 * 8;
  private static final long SOAK_NANOS = Duration.ofSeconds(4).toNanos();

  @TempDir Path folder;

  @BeforeEach
  void write() {
    TestModels.folder(folder, 3, 8, 8);
  }

  @Test
  void soak_manyThreadsWithAllKindsOfCalls_everyResultIsRight() throws Exception {
    long stop = System.nanoTime() + SOAK_NANOS;
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(3))) {
      List<Callable<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        long seed = i;
        callers.add(
            () -> {
              Random random = new Random(seed);
              int calls = 0;
              while (System.nanoTime() < stop) {
                randomCall(model, random);
                calls++;
              }
              return calls;
            });
      }
      int calls = runAll(callers).stream().mapToInt(Integer::intValue).sum();
      assertTrue(calls > 24, "only " + calls + " calls");
    }
  }

  @Test
  void thousandThreadsAtOnce_areAllAnswered() throws Exception {
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2))) {
      List<Callable<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        float value = i / 1024f;
        callers.add(
            () -> {
              embedAndCheck(model, 1, value);
              return 1;
            });
      }
      assertEquals(1000, runAll(callers).stream().mapToInt(Integer::intValue).sum());
    }
  }

  @Test
  void singleCalls_getThroughBesideBulkWork() throws Exception {
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2))) {
      CountDownLatch singlesDone = new CountDownLatch(1);
      AtomicInteger bulkCalls = new AtomicInteger();
      Callable<Integer> bulk =
          () -> {
            do {
              embedAndCheck(model, 5000, 0.25f);
              bulkCalls.incrementAndGet();
            } while (singlesDone.getCount() > 0);
            return 0;
          };
      Callable<Integer> singles =
          () -> {
            for (int i = 0; i < 200; i++) {
              embedAndCheck(model, 1, 0.5f);
            }
            singlesDone.countDown();
            return 0;
          };
      runAll(List.of(bulk, bulk, bulk, singles));
      assertTrue(bulkCalls.get() >= 3);
    }
  }

  @Test
  void close_duringCalls_letsThemFinish_andRefusesLaterOnes() throws Exception {
    long stop = System.nanoTime() + SOAK_NANOS;
    int rounds = 0;
    while (System.nanoTime() < stop) {
      rounds++;
      BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2));
      CountDownLatch running = new CountDownLatch(6);
      List<Callable<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int count = i % 2 == 0 ? 1 : 300;
        callers.add(() -> callUntilClosed(model, count, running));
      }
      for (int i = 0; i < 2; i++) {
        callers.add(
            () -> {
              running.await();
              model.close();
              return 0;
            });
      }
      runAll(callers);
      assertThrows(IllegalStateException.class, () -> model.embed(new float[IMAGE]));
    }
    assertTrue(rounds > 1, "only " + rounds + " rounds");
  }

  @Test
  void gate_closesOnce_andWaitsForThoseInside() throws Exception {
    CallGate gate = new CallGate();
    gate.enter();
    ExecutorService closer = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> closing = closer.submit(gate::close);
      while (true) {
        try {
          gate.enter();
          gate.exit();
          Thread.sleep(1);
        } catch (IllegalStateException e) {
          break;
        }
      }
      assertFalse(closing.isDone());
      gate.exit();
      assertTrue(closing.get(10, TimeUnit.SECONDS));
      assertFalse(gate.close());
    } finally {
      closer.shutdown();
    }
  }

  private static int callUntilClosed(BetaVaeModel model, int count, CountDownLatch running) {
    boolean first = true;
    while (true) {
      try {
        embedAndCheck(model, count, 0.75f);
      } catch (IllegalStateException closed) {
        return 0;
      }
      if (first) {
        running.countDown();
        first = false;
      }
    }
  }

  private static void randomCall(BetaVaeModel model, Random random) {
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 500 : 9);
    float value = random.nextFloat();
    switch (random.nextInt(6)) {
      case 0 -> assertEquals(count, model.generate(count, 1, 1).count());
      case 1 -> assertEquals(2 * count, model.traverseAll(new float[2], new float[count]).count());
      case 2 -> {
        float[] images = images(count, value);
        images[random.nextInt(images.length)] = Float.NaN;
        assertThrows(IllegalArgumentException.class, () -> model.embed(images));
      }
      case 3 ->
          assertThrows(
              IllegalArgumentException.class, () -> model.embed(new float[count * IMAGE + 1]));
      case 4 -> {
        float[] values = model.reconstruct(images(count, value)).values();
        assertEquals(2 * value + 0.5f, values[(count - 1) * IMAGE]);
      }
      default -> embedAndCheck(model, count, value);
    }
  }

  private static void embedAndCheck(BetaVaeModel model, int count, float value) {
    float[] expected = new float[2 * count];
    for (int i = 0; i < count; i++) {
      expected[2 * i] = 2 * value;
    }
    assertArrayEquals(expected, model.embed(images(count, value)).mean());
  }

  private static float[] images(int count, float value) {
    float[] images = new float[count * IMAGE];
    for (int i = 0; i < count; i++) {
      images[i * IMAGE] = value;
    }
    return images;
  }

  private static List<Integer> runAll(List<Callable<Integer>> callers) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(callers.size());
    try {
      List<Integer> results = new ArrayList<>();
      for (Future<Integer> future : threads.invokeAll(callers)) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }
}
