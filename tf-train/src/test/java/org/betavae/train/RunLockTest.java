package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  private static final Blobs DATA = new Blobs(ItemShape.vector(16), 60);

  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();

  @Test
  void lockedFolder_isRefused_untilItIsReleased() {
    RunLock lock = RunLock.take(folder, messages::add);
    var e = assertThrows(TrainException.class, () -> RunLock.take(folder, messages::add));
    assertEquals(
        "run " + folder + " is in use by another process. Wait for it, or name another folder.",
        e.getMessage());
    lock.close();
    lock.close();
    assertFalse(Files.exists(folder.resolve(".betavae.lock")));
    RunLock.take(folder, messages::add).close();
    assertEquals(List.of(), messages);
  }

  @Test
  void runThatGoesOn_isNeitherResumedNorOverwritten() {
    TrainConfig config = config(3);
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    List<Long> refused = new ArrayList<>();
    TrainListener intruder =
        new TrainListener() {
          @Override
          public void onProgress(Progress progress) {
            for (Runnable attempt :
                List.<Runnable>of(
                    () -> RunFolder.create(run.root(), true),
                    () -> Trainer.resume(run, config, DATA, TrainListener.NONE),
                    () -> Trainer.start(run, config, DATA, TrainListener.NONE))) {
              var e = assertThrows(TrainException.class, attempt::run);
              assertTrue(e.getMessage().contains("is in use"), e.getMessage());
              refused.add(progress.step());
            }
          }
        };
    RunSummary summary = Trainer.start(run, config, DATA, intruder);
    assertEquals(List.of(1L, 1L, 1L, 2L, 2L, 2L, 3L, 3L, 3L), refused);
    assertEquals(summary, run.readSummary());
    assertEquals(5, Trainer.resume(run, config(5), DATA, TrainListener.NONE).steps());
    RunFolder.create(run.root(), true);
    assertFalse(Files.exists(run.configFile()));
  }

  @Test
  void anotherProcess_isKeptOut_andItsDeathLetsGo() throws IOException, InterruptedException {
    Path ready = folder.resolve("ready");
    Path root = Files.createDirectory(folder.resolve("run"));
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                root.toString(),
                ready.toString())
            .inheritIO()
            .start();
    try {
      while (!Files.exists(ready)) {
        assertTrue(holder.isAlive(), "the process ended");
        Thread.sleep(20);
      }
      assertThrows(TrainException.class, () -> RunLock.take(root, messages::add));
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertTrue(Files.exists(root.resolve(".betavae.lock")));
    assertEquals(root, RunFolder.create(root, false).root()); // what is left counts for nothing
    RunLock.take(root, messages::add).close();
    assertEquals(List.of(), messages);
  }

  /** Holds a lock until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      List<String> said = new ArrayList<>();
      RunLock lock = RunLock.take(Path.of(args[0]), said::add);
      try {
        RunLock.take(Path.of(args[0]), said::add).close();
      } catch (TrainException e) {
        said.add("refused"); // which must not let go of the first
      }
      Files.write(Path.of(args[1]), said);
      Thread.sleep(600_000);
      lock.close();
    }
  }

  @Test
  void folderWithoutLocks_isToldOf_andTheRunGoesOn() throws IOException {
    Files.createDirectory(folder.resolve(".betavae.lock")); // as good as a file system that refuses
    RunLock.take(folder, messages::add).close();
    assertEquals(1, messages.size());
    assertTrue(messages.get(0).startsWith("Cannot lock " + folder), messages.get(0));
  }

  private static TrainConfig config(long steps) {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("mlp")
        .latent(2)
        .batch(5)
        .threads(1)
        .steps(steps)
        .set("validation-fraction", 0.1)
        .build();
  }
}
