package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.betavae.infer.BatchingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReloadTest {
  private static final int CALLERS = 8;
  private static final int RELOADS = 20;
  private static final String IMAGE = "{\"images\":[1,0,0,0,0,0]}";

  @TempDir Path folder;

  private ServeOptions options(Path model) {
    return ServeOptions.of(new ModelFolder("m", model)).withPort(0);
  }

  private static double mean(Client client) {
    return client
        .post("/v1/embed", IMAGE)
        .assertOk()
        .json()
        .get("mean")
        .get(0)
        .get(0)
        .doubleValue();
  }

  /** Replaces the encoder as {@code export} does: whole, by a rename. */
  private void exchange(Path model, float factor) {
    try {
      Path aside = Files.createTempFile(folder, "encoder", ".onnx");
      TestModel.writeEncoder(aside, factor, 1, 2, 3);
      Files.move(
          aside,
          model.resolve("encoder.onnx"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reloadUnderLoad_losesNoRequest(boolean batching) throws Exception {
    Path model = TestModel.write(folder.resolve("m"), 2, 1, 2, 3);
    ServeOptions options =
        options(model)
            .withBatching(batching ? Optional.of(BatchingOptions.defaults()) : Optional.empty());
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answers = new AtomicInteger();
    Set<Double> means = new ConcurrentSkipListSet<>();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (BetaVaeServer server = BetaVaeServer.start(options)) {
      Client client = new Client(server);
      List<? extends Future<?>> running =
          IntStream.range(0, CALLERS)
              .mapToObj(
                  i ->
                      callers.submit(
                          () -> {
                            while (!stop.get()) {
                              means.add(mean(client));
                              answers.incrementAndGet();
                            }
                          }))
              .toList();
      for (int i = 0; i < RELOADS; i++) {
        exchange(model, i % 2 == 0 ? 3 : 2);
        assertEquals(List.of(), server.reload());
        int before = answers.get();
        while (answers.get() < before + CALLERS) {
          Thread.sleep(1);
        }
      }
      stop.set(true);
      for (Future<?> one : running) {
        one.get(); // throws what a caller met
      }
    } finally {
      callers.shutdownNow();
    }
    assertEquals(Set.of(2.0, 3.0), means);
  }

  @Test
  void folderThatCannotBeOpened_leavesTheModelBefore() throws IOException {
    Path model = TestModel.write(folder.resolve("m"), 2, 1, 2, 3);
    try (BetaVaeServer server = BetaVaeServer.start(options(model))) {
      Client client = new Client(server);
      // The two files do not fit together.
      TestModel.writeEncoder(model.resolve("encoder.onnx"), 3, 1, 5, 5);
      List<String> failures = server.reload();
      assertEquals(1, failures.size());
      assertTrue(failures.get(0).contains(model.toString()), failures.get(0));
      assertEquals(2, mean(client));
      Files.writeString(model.resolve("encoder.onnx"), "no model");
      assertEquals(1, server.reload().size());
      Files.delete(model.resolve("encoder.onnx"));
      failures = server.reload(); // a folder that is still being copied, or removed
      assertEquals(1, failures.size());
      assertTrue(failures.get(0).contains("no encoder.onnx any more"), failures.get(0));
      assertTrue(failures.get(0).contains("Put it back"), failures.get(0));
      Files.delete(model.resolve("decoder.onnx"));
      assertEquals(1, server.reload().size());
      assertEquals(2, mean(client));
      String metrics = client.get("/metrics").assertOk().text();
      assertTrue(
          metrics.contains("betavae_reloads_total{model=\"m\",result=\"failed\"} 4.0"), metrics);
    }
  }

  @Test
  void watch_opensAFolderThatHasChanged() throws Exception {
    Path model = TestModel.write(folder.resolve("m"), 2, 1, 2, 3);
    Files.setLastModifiedTime(
        model.resolve("encoder.onnx"), FileTime.from(Instant.now().minusSeconds(60)));
    try (BetaVaeServer server =
        BetaVaeServer.start(options(model).withWatch(Duration.ofMillis(50)))) {
      Client client = new Client(server);
      assertEquals(2, mean(client));
      exchange(model, 3);
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (mean(client) != 3) {
        assertTrue(System.nanoTime() < end, "still the model before");
        Thread.sleep(20);
      }
    }
  }
}
