package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.data.ItemShape;
import org.betavae.data.ValueRange;
import org.betavae.train.checkpoint.CheckpointStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves behind, and in which order. */
class RunEndTest {
  private static final ItemShape SHAPE = ItemShape.vector(16);
  private static final Blobs DATA = new Blobs(SHAPE, 60);

  /** More than one batch of an evaluation. */
  private static final Blobs HELD_OUT = new Blobs(SHAPE, 250);

  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();

  @Test
  void bound_isOfTheAveragedWeights_whichAreExported() {
    TrainConfig config = config().set("average-decay", 0.9).set("iwae-samples", 3).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainData data = TrainData.of(DATA, HELD_OUT);
    RunSummary summary = Trainer.start(() -> run, config, data, listener(false));
    try (VaeSession session = new VaeSession(config, SHAPE, 60, "cpu")) {
      session.initialize();
      session.restore(
          new CheckpointStore(run.checkpoints(), 3).latest(m -> {}).orElseThrow().checkpoint(),
          "run");
      double raw = bound(session, config);
      double averaged = session.withAverages(() -> bound(session, config));
      assertNotEquals(raw, averaged);
      assertEquals(averaged, summary.bounds().get("negative_iwae_3"), 0);
    }
  }

  private static double bound(VaeSession session, TrainConfig config) {
    return ImportanceBound.of(session, config, HELD_OUT, 3, () -> false).orElseThrow();
  }

  @Test
  void boundThatIsStopped_leavesModelsAndSummary_andComesWhenTheRunIsResumed() {
    TrainConfig config = config().set("iwae-samples", 3).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainData data = TrainData.of(DATA, HELD_OUT);
    RunSummary stopped = Trainer.start(() -> run, config, data, listener(true));
    assertEquals(Map.of(), stopped.bounds());
    assertEquals(RunSummary.End.ALL_STEPS, stopped.end());
    assertEquals(stopped, run.readSummary());
    assertTrue(Files.exists(run.encoder().resolve("saved_model.pb")));
    assertTrue(
        messages.stream().anyMatch(m -> m.startsWith("negative_iwae_3 is left out")),
        messages.toString());

    RunSummary whole = Trainer.resume(run, config, data, listener(false));
    assertTrue(whole.bounds().get("negative_iwae_3") > 0, whole.toString());
    assertEquals(whole, run.readSummary());
  }

  @Test
  void resumingAFinishedRun_repeatsNoLineOfTheHistory() {
    TrainConfig config = config().set("log-every", 3).set("iwae-samples", 2).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Trainer.start(run, config, DATA, listener(false));
    List<History.Line> lines = new History(run.historyFile()).lines();
    assertEquals(List.of(3L, 5L, 5L, 5L), lines.stream().map(History.Line::step).toList());
    Trainer.resume(run, config, DATA, listener(false));
    assertEquals(lines, new History(run.historyFile()).lines());
  }

  @Test
  void picturesThatCannotBeDrawn_areTold_andTheRunIsWhole() throws IOException {
    TrainConfig config = config().arch("conv32").build();
    ItemShape image = ItemShape.image(28, 28, 1);
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Files.writeString(run.pictures(), "a file where the folder should be");
    RunSummary summary = Trainer.start(run, config, new Blobs(image, 60), listener(false));
    assertEquals(summary, run.readSummary());
    for (String picture : List.of("samples.png", "traversals.gif", "history.png")) {
      assertTrue(
          messages.stream().anyMatch(m -> m.startsWith(picture + " is left out: ")),
          messages.toString());
    }
    assertTrue(messages.stream().allMatch(m -> m.lines().count() == 1), messages.toString());
  }

  @Test
  void manyLatents_areDrawnAsFarAsTheyCarryMost() throws IOException {
    TrainConfig config = config().arch("conv32").latent(30).build();
    ItemShape image = ItemShape.image(28, 28, 1);
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Trainer.start(run, config, new Blobs(image, 60), listener(false));
    // 24 rows of 28 pixels at twice the size, with gaps of 2.
    var picture = javax.imageio.ImageIO.read(run.pictures().resolve("traversals.png").toFile());
    assertEquals(2 + 24 * (2 * 28 + 2), picture.getHeight());
    assertTrue(Files.size(run.pictures().resolve("traversals.gif")) > 0);
  }

  @Test
  void secondsOfARun_includeWaitingForData() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainConfig config = config().build();
    TrainData data = TrainData.of(new Slow(), new Blobs(SHAPE, 10));
    double seconds = Trainer.start(() -> run, config, data, listener(false)).seconds();
    // 5 steps of 5 items; the first may be read before its step begins.
    assertTrue(seconds > 24 * Slow.MILLIS / 1e3, seconds + " s");
  }

  @Test
  void summaryOfANewerRelease_isRead_andADamagedOneSaysWhatToDo() throws IOException {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    RunSummary summary = Trainer.start(run, config().build(), DATA, listener(false));
    String text = Files.readString(run.summaryFile());
    Files.writeString(run.summaryFile(), text.replaceFirst("\\{", "{\"mood\": \"good\","));
    assertEquals(summary, run.readSummary());
    Files.writeString(run.summaryFile(), text.substring(0, text.length() / 2));
    var e = assertThrows(IllegalArgumentException.class, run::readSummary);
    assertTrue(e.getMessage().endsWith("Go on with --resume, which writes it again."));
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  /** Items that take their time. */
  private static final class Slow implements Dataset {
    static final int MILLIS = 30;
    private final Blobs items = new Blobs(SHAPE, 60);

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public ItemShape shape() {
      return SHAPE;
    }

    @Override
    public int size() {
      return items.size();
    }

    @Override
    public void read(int index, float[] target, int offset) {
      try {
        Thread.sleep(MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      items.read(index, target, offset);
    }

    @Override
    public boolean binary() {
      return false;
    }

    @Override
    public ValueRange range() {
      return items.range();
    }

    @Override
    public Optional<Factors> factors() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("mlp")
        .latent(2)
        .batch(5)
        .threads(1)
        .steps(5)
        .learningRate(1e-3)
        .set("log-every", 1)
        .set("validation-every", 50)
        .set("validation-fraction", 0.1);
  }

  /** Collects what is said; stops at the last step if asked to. */
  private TrainListener listener(boolean stopAtTheEnd) {
    return new TrainListener() {
      private boolean ended;

      @Override
      public void onProgress(Progress progress) {
        ended = progress.step() == progress.steps();
      }

      @Override
      public void onMessage(String message) {
        messages.add(message);
      }

      @Override
      public boolean shouldStop() {
        return stopAtTheEnd && ended;
      }
    };
  }
}
