package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLoaderTest {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

  /** Indices of some batches, one after the other. */
  private static int[] indices(
      int size, int batch, long seed, long first, int prefetch, int count) {
    try (BatchLoader loader =
        new BatchLoader(new ListDataset(size), batch, seed, first, prefetch)) {
      int[] all = new int[count * batch];
      for (int i = 0; i < count; i++) {
        Batch next = loader.next();
        assertEquals(first + i, next.step());
        assertEquals(batch, next.size());
        for (int j = 0; j < batch; j++) {
          assertEquals(next.indices()[j], next.values()[2 * j]);
          assertEquals(-next.indices()[j], next.values()[2 * j + 1]);
        }
        System.arraycopy(next.indices(), 0, all, i * batch, batch);
      }
      return all;
    }
  }

  @Test
  void eachEpoch_holdsEveryItemOnceInAnOrderOfItsOwn() {
    int[] seen = indices(10, 4, 1, 0, 2, 5);
    int[] first = Arrays.copyOfRange(seen, 0, 10);
    int[] second = Arrays.copyOfRange(seen, 10, 20);
    assertFalse(Arrays.equals(first, second));
    Arrays.sort(first);
    Arrays.sort(second);
    assertArrayEquals(IntStream.range(0, 10).toArray(), first);
    assertArrayEquals(first, second);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void order_dependsOnTheSeedAlone(int prefetch) {
    int[] expected = indices(100, 7, 5, 0, 2, 40);
    assertArrayEquals(expected, indices(100, 7, 5, 0, prefetch, 40));
    assertFalse(Arrays.equals(expected, indices(100, 7, 6, 0, prefetch, 40)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 14, 15, 39})
  void resumedLoader_goesOnAsIfNeverStopped(int firstStep) {
    int[] all = indices(100, 7, 5, 0, 3, 60);
    int[] expected = Arrays.copyOfRange(all, firstStep * 7, 60 * 7);
    assertArrayEquals(expected, indices(100, 7, 5, firstStep, 3, 60 - firstStep));
  }

  @Test
  void batchLargerThanTheData_runsOverSeveralEpochs() {
    int[] seen = indices(3, 7, 1, 0, 1, 3);
    int[] counts = new int[3];
    Arrays.stream(seen).forEach(index -> counts[index]++);
    assertArrayEquals(new int[] {7, 7, 7}, counts);
  }

  @Test
  void arrays_areReused() {
    Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    try (BatchLoader loader = new BatchLoader(new ListDataset(10), 4, 1, 0, 2)) {
      for (int i = 0; i < 50; i++) {
        arrays.add(loader.next().values());
      }
    }
    assertEquals(3, arrays.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void batch_staysUntilTheNextOne(int prefetch) throws InterruptedException {
    try (BatchLoader loader = new BatchLoader(new ListDataset(1000), 4, 1, 0, prefetch)) {
      for (int i = 0; i < 20; i++) {
        Batch batch = loader.next();
        float[] copy = batch.values().clone();
        // Time for the background thread to run ahead, if it wrongly could write here.
        Thread.sleep(2);
        assertArrayEquals(copy, batch.values());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void errorWhileReading_surfacesInNextAndStays(int prefetch) {
    assertTimeoutPreemptively(
        LONG_ENOUGH,
        () -> {
          try (BatchLoader loader = new BatchLoader(new ListDataset(5, 3), 5, 1, 0, prefetch)) {
            DataException first = assertThrows(DataException.class, loader::next);
            assertEquals("numbers: item 3 is bad", first.getMessage());
            assertThrows(DataException.class, loader::next);
          }
        });
  }

  @Test
  void closedLoader_refusesNextAndClosesTwice() {
    BatchLoader loader = new BatchLoader(new ListDataset(5), 5, 1, 0, 2);
    loader.next();
    loader.close();
    loader.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, loader::next);
    TestFiles.assertOneLine(e, "closed", "before closing");
  }

  @Test
  void close_wakesAWaitingNextAndEndsTheThread() {
    assertTimeoutPreemptively(
        LONG_ENOUGH,
        () -> {
          CountDownLatch reading = new CountDownLatch(1);
          AtomicReference<Throwable> seen = new AtomicReference<>();
          BatchLoader loader = new BatchLoader(new Stuck(reading), 1, 1, 0, 1);
          Thread waiting =
              new Thread(() -> seen.set(assertThrows(IllegalStateException.class, loader::next)));
          waiting.start();
          reading.await();
          loader.close();
          waiting.join();
          assertTrue(seen.get().getMessage().contains("closed"));
          assertTrue(
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(thread -> thread.getName().equals("batches of stuck")));
        });
  }

  @Test
  void loader_leavesTheDataOpen() {
    ListDataset data = new ListDataset(5);
    new BatchLoader(data, 2, 1, 0, 2).close();
    assertEquals(0, data.closed);
  }

  @Test
  void badNumbers_areRefused() {
    ListDataset data = new ListDataset(5);
    assertBadArgument(() -> new BatchLoader(data, 0, 1, 0, 2), "batch size is 0", "Use 64");
    assertBadArgument(
        () -> new BatchLoader(data, 2_000_000_000, 1, 0, 2), "2000000000", "Lower the batch size");
    assertBadArgument(() -> new BatchLoader(data, 1, 1, -1, 2), "first step is -1", "Use 0");
    assertBadArgument(() -> new BatchLoader(data, 1, 1, 0, -2), "prefetch is -2", "Use 0");
  }

  /** Reading hangs until it is interrupted. */
  private static final class Stuck implements Dataset {
    private final ListDataset numbers = new ListDataset(5);
    private final CountDownLatch reading;

    Stuck(CountDownLatch reading) {
      this.reading = reading;
    }

    @Override
    public String name() {
      return "stuck";
    }

    @Override
    public void read(int index, float[] target, int offset) {
      reading.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public ItemShape shape() {
      return numbers.shape();
    }

    @Override
    public int size() {
      return numbers.size();
    }

    @Override
    public boolean binary() {
      return numbers.binary();
    }

    @Override
    public ValueRange range() {
      return numbers.range();
    }

    @Override
    public java.util.Optional<Factors> factors() {
      return numbers.factors();
    }

    @Override
    public void close() {
      numbers.close();
    }
  }
}
