package org.betavae.train.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path folder;

  @Test
  void savedCheckpoint_isReadBackUnchanged() {
    CheckpointStore store = new CheckpointStore(folder, 2);
    float[] w = {1.5f, -0f, Float.MIN_VALUE};
    store.save(
        new Checkpoint(
            5_000_000_000L,
            -7,
            Map.of("validation/best", 0.1, "x", Double.NaN),
            Map.of("encoder/w", w),
            Map.of("encoder/w", List.of(3L, 1L))));

    Checkpoint read = store.latest(m -> {}).orElseThrow().checkpoint();

    assertEquals(5_000_000_000L, read.step());
    assertEquals(-7, read.seed());
    assertEquals(Map.of("validation/best", 0.1, "x", Double.NaN), read.progress());
    assertEquals(List.of(3L, 1L), read.shapes().get("encoder/w"));
    assertArrayEquals(w, read.arrays().get("encoder/w"));
  }

  @Test
  void onlyTheLastFew_areKept_andTheBestStays() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 2);
    Path first = store.save(checkpoint(1));
    store.saveBest(first);
    store.save(checkpoint(2));
    store.save(checkpoint(3));
    assertEquals(List.of("best.npz", "step-000000000002.npz", "step-000000000003.npz"), names());
    assertEquals(1, store.best(m -> {}).orElseThrow().checkpoint().step());
  }

  @Test
  void damagedLatest_fallsBackToTheOneBefore_andSaysSo() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 3);
    store.save(checkpoint(1));
    Path last = store.save(checkpoint(2));
    byte[] bytes = Files.readAllBytes(last);
    bytes[bytes.length / 3] ^= 0x55;
    Files.write(last, bytes);
    List<String> messages = new ArrayList<>();

    assertEquals(1, store.latest(messages::add).orElseThrow().checkpoint().step());
    assertEquals(1, messages.size());
    assertTrue(messages.get(0).contains(last.getFileName().toString()), messages.get(0));
  }

  @Test
  void truncatedLatest_fallsBackToTheOneBefore() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 3);
    store.save(checkpoint(1));
    Path last = store.save(checkpoint(2));
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertEquals(1, store.latest(m -> {}).orElseThrow().checkpoint().step());
  }

  @Test
  void emptyFolder_hasNoCheckpoint() {
    assertTrue(new CheckpointStore(folder.resolve("none"), 1).latest(m -> {}).isEmpty());
  }

  private static Checkpoint checkpoint(long step) {
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin((double) (i * step));
    }
    return new Checkpoint(step, 0, Map.of(), Map.of("w", values), Map.of("w", List.of(10L, 100L)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }
}
