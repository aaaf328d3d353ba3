package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of any size. */
class BulkTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyBatchSize_givesEveryRowItsOwnResult(int threads) {
    ModelOptions options = ModelOptions.defaults().withThreads(threads);
    // Large enough that chunks are small: 128 KiB are 8 images of 64x64.
    Path model = TestModels.folder(folder, 1, 64, 64);
    try (BetaVaeModel open = BetaVaeModel.open(model, options)) {
      for (int count : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 64, 65, 100, 257}) {
        float[] images = new float[count * 4096];
        float[] expected = new float[count * 2];
        for (int i = 0; i < count; i++) {
          images[i * 4096] = i / 512f;
          expected[2 * i] = i / 256f;
        }
        assertArrayEquals(expected, open.embed(images).mean(), "count " + count);
        float[] values = open.decode(expected).values();
        for (int i = 0; i < count; i++) {
          assertEquals(0.5f + i / 256f, values[i * 4096]);
          assertEquals(0.5f, values[i * 4096 + 4095]);
        }
      }
    }
  }

  @Test
  void hundredThousandItems_inOneCall() {
    int count = 100_000;
    try (BetaVaeModel model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3))) {
      float[] images = new float[6 * count];
      for (int i = 0; i < count; i++) {
        images[6 * i] = (i % 1024) / 1024f;
      }
      float[] mean = model.embed(images).mean();
      float[] values = model.decode(mean).values();
      for (int i = 0; i < count; i++) {
        assertEquals((i % 1024) / 512f, mean[2 * i]);
        assertEquals(0.5f + (i % 1024) / 512f, values[6 * i]);
      }
    }
  }

  @Test
  void chunks_coverEveryItemOnce() {
    try (Workers workers = new Workers(3)) {
      for (int count : new int[] {1, 5, 12, 100}) {
        for (int chunk : new int[] {1, 4, 7, 200}) {
          AtomicIntegerArray visits = new AtomicIntegerArray(count);
          Set<Integer> sizes = ConcurrentHashMap.newKeySet();
          new Bulk(
                  count,
                  chunk,
                  workers,
                  (first, size) -> {
                    sizes.add(size);
                    IntStream.range(first, first + size).forEach(visits::incrementAndGet);
                  })
              .run();
          assertTrue(IntStream.range(0, count).allMatch(i -> visits.get(i) == 1));
          assertTrue(sizes.stream().allMatch(size -> size <= chunk));
        }
      }
    }
  }

  @Test
  void failure_ofTheFirstChunkIsThrown_andTheRestLeftOut() {
    try (Workers workers = new Workers(4)) {
      for (int repeat = 0; repeat < 200; repeat++) {
        Set<Integer> run = ConcurrentHashMap.newKeySet();
        Bulk bulk =
            new Bulk(
                1000,
                1,
                workers,
                (first, size) -> {
                  run.add(first);
                  if (first >= 3) {
                    throw new IllegalArgumentException("item " + first);
                  }
                });
        assertEquals(
            "item 3", assertThrows(IllegalArgumentException.class, bulk::run).getMessage());
        assertTrue(run.containsAll(Set.of(0, 1, 2, 3)));
        assertTrue(run.size() < 1000);
      }
    }
  }

  @Test
  void interrupt_doesNotCutACallShort_andIsKept() {
    try (BetaVaeModel model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3))) {
      Thread.currentThread().interrupt();
      Embeddings embeddings = model.embed(filled(6 * 5000));
      assertTrue(Thread.interrupted());
      assertEquals(1f, embeddings.mean()[2 * 4999]);
    }
  }

  @Test
  void slots_areReusedByPowerOfTwo() {
    List<Integer> made = new ArrayList<>();
    TensorSpec spec = new TensorSpec("x", TensorSpec.FLOAT, List.of(-1L, 6L));
    try (SlotPool pool =
        new SlotPool(
            0,
            capacity -> {
              made.add(capacity);
              return new Slot(capacity, spec, List.of(spec), Optional.empty());
            })) {
      Set<Slot> used = new HashSet<>();
      for (int batch : new int[] {1, 5, 6, 8, 7, 1, 9, 16, 2}) {
        Slot slot = pool.take(batch);
        assertTrue(slot.capacity() >= batch);
        used.add(slot);
        pool.give(slot);
      }
      assertEquals(List.of(1, 8, 16, 2), made);
      assertEquals(4, used.size());
    }
  }

  private static float[] filled(int length) {
    float[] values = new float[length];
    Arrays.fill(values, 0.5f);
    return values;
  }
}
