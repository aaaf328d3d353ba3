package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening, calling and closing over and over leaves nothing behind. */
class LeakTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WARM_UP = 60;
  private static final int ROUNDS = 300;

  /** What is left behind grows in each series of rounds, the heap after other tests in one. */
  private static final int SERIES = 3;

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
    List<Long> growths = new ArrayList<>();
    do {
      growths.add(growth());
    } while (growths.get(growths.size() - 1) >= MOST_GROWTH_KB && growths.size() < SERIES);
    System.out.println("memory after " + ROUNDS + " models: " + growths + " kB more");
    assertTrue(
        growths.get(growths.size() - 1) < MOST_GROWTH_KB,
        growths + " kB more after series of " + ROUNDS + " models");
    long more = batchers() - batchersBefore;
    assertTrue(more <= 0, more + " threads of closed encoders");
  }

  private long growth() throws Exception {
    long before = residentKb();
    for (int i = 0; i < ROUNDS; i++) {
      use();
    }
    return residentKb() - before;
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
