package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening, calling and closing over and over leaves nothing behind. */
class LeakTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WARM_UP = 60;
  private static final int ROUNDS = 300;

  /** A session of the little models takes about 1 MB; what is left is the heap's own movement. */
  private static final long MOST_GROWTH_KB = 40_000;

  @TempDir Path folder;

  @Test
  void modelsOpenedAndClosed_leaveNoMemoryAndNoThreads() throws Exception {
    assumeTrue(Files.exists(STATUS), "no " + STATUS);
    TestModels.folder(folder, 1, 32, 32);
    long batchersBefore = batchers(); // those that other tests keep waiting
    for (int i = 0; i < WARM_UP; i++) {
      use();
    }
    long before = residentKb();
    for (int i = 0; i < ROUNDS; i++) {
      use();
    }
    long growth = residentKb() - before;
    System.out.println("memory after " + ROUNDS + " models: " + growth + " kB more");
    assertTrue(growth < MOST_GROWTH_KB, growth + " kB more after " + ROUNDS + " models");
    long more = batchers() - batchersBefore;
    assertTrue(more <= 0, more + " threads of closed encoders");
  }

  private static long batchers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("betavae-batches"))
        .count();
  }

  private void use() throws InterruptedException {
    float[] images = new float[33 * 1024];
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2));
        BatchingEncoder encoder = BatchingEncoder.of(model, BatchingOptions.defaults())) {
      model.embed(images);
      model.decode(model.samplePrior(9, 1, 1));
      encoder.embed(new float[1024]);
      try {
        model.embed(new float[5]);
        throw new AssertionError("wrong images were accepted");
      } catch (IllegalArgumentException e) {
        // refused, as it should be; nothing may be kept of it
      }
    }
  }

  private static long residentKb() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
