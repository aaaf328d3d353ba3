package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.checkpoint.CheckpointStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run carries over an interruption, and what it refuses. */
class ResumeTest {
  private static final ItemShape SHAPE = ItemShape.image(28, 28, 1);
  private static final Blobs DATA = new Blobs(SHAPE, 60);

  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();

  @Test
  void historyOfAResumedRun_hasTheLinesOfAnUnbrokenOne() {
    // 7 is no multiple of 3 or 4: the sums of a begun line must survive as well.
    TrainConfig config = config().steps(20).set("log-every", 3).set("validation-every", 4).build();
    RunFolder whole = start("whole", config, -1);
    RunFolder parts = start("parts", config, 7);
    resume(parts, config);

    List<History.Line> expected = scheduled(whole);
    assertEquals(expected.size(), scheduled(parts).size());
    for (int i = 0; i < expected.size(); i++) {
      History.Line a = expected.get(i);
      History.Line b = scheduled(parts).get(i);
      assertEquals(a.step(), b.step());
      assertEquals(a.loss(), b.loss(), "step " + a.step());
      assertEquals(a.negativeElbo(), b.negativeElbo(), "step " + a.step());
    }
  }

  /** The lines of a schedule; an early end adds one or two of its own. */
  private static List<History.Line> scheduled(RunFolder run) {
    return new History(run.historyFile())
        .lines().stream().filter(l -> l.step() % (l.validation() ? 4 : 3) == 0).toList();
  }

  @Test
  void earlyStopping_endsAfterSoManyValidationsWithoutImprovement_andExportsTheBest() {
    // No step changes a weight by more than 1e-30, so the first validation stays the best.
    TrainConfig config = stopping().build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    RunSummary summary = Trainer.start(run, config, DATA, listener(-1));

    assertEquals(2 + 3 * 2, summary.steps());
    assertEquals(RunSummary.End.EARLY_STOPPING, summary.end());
    assertEquals(2, summary.modelStep());
    assertEquals(summary, run.readSummary());
    assertTrue(
        messages.stream()
            .anyMatch(m -> m.startsWith("Stopped early at step 8: ") && m.contains("at step 2, ")),
        messages.toString());
    assertEquals(2, store(run).best(m -> {}).orElseThrow().checkpoint().step());
    assertEquals(8, latest(run).step());
  }

  @Test
  void earlyStopping_countsOnOverAnInterruption() {
    TrainConfig config = stopping().build();
    RunFolder run = start("parts", config, 5); // after two validations, one of them without gain
    assertEquals(8, resume(run, config).steps());
    // Done is done: nothing is trained until the settings ask for it.
    assertEquals(8, resume(run, config).steps());
    assertEquals(
        10, resume(run, config.toBuilder().steps(10).set("early-stopping", 0).build()).steps());
  }

  @Test
  void minDelta_makesSmallGainsNone() {
    ValidationTrack track =
        new ValidationTrack(new ValidationSettings(null, 0.1, 10, 1, 2, 0.5, 0));
    assertTrue(track.add(1, 10, true));
    assertTrue(track.add(2, 9.6, true)); // the best, but no gain by more than 0.5
    assertFalse(track.isStopDue());
    assertFalse(track.add(3, Double.NaN, true));
    assertTrue(track.isStopDue());
    assertTrue(track.add(4, 9.4, true)); // 0.6 below 10
    assertFalse(track.isStopDue());
    assertEquals(4, track.bestStep());
  }

  @Test
  void exportWeights_decideWhichStepTheModelIsOf() {
    assertEquals(8, summaryWith("last").modelStep());
    assertEquals(2, summaryWith("best").modelStep());
  }

  private RunSummary summaryWith(String weights) {
    TrainConfig config = stopping().set("export-weights", weights).build();
    RunFolder run = RunFolder.create(folder.resolve(weights), false);
    return Trainer.start(run, config, DATA, TrainListener.NONE);
  }

  @Test
  void settingsThatStay_areRefusedByName_andOthersAreTold() {
    TrainConfig config = config().steps(4).build();
    RunFolder run = start("run", config, -1);
    TrainConfig other = config.toBuilder().latent(3).batch(6).seed(5).steps(6).build();
    var e = assertThrows(IllegalArgumentException.class, () -> resume(run, other));
    for (String part :
        List.of("latent from 2 to 3", "batch from 5 to 6", "seed from 0 to 5", "new run")) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertFalse(e.getMessage().contains("steps"), e.getMessage());
    assertEquals(config, run.readConfig());

    resume(run, config.toBuilder().steps(6).beta(2).threads(2).build());
    assertTrue(
        messages.contains(
            "Going on with a change of beta from 4.0 to 2.0, steps from 4 to 6, threads from 1 to"
                + " 2; results are no longer the same to the last bit"),
        messages.toString());
  }

  @Test
  void fewerStepsThanAreDone_areRefused_andNoMoreThanThemAreTold() {
    TrainConfig config = config().steps(4).build();
    RunFolder run = start("run", config, -1);
    var e =
        assertThrows(TrainException.class, () -> resume(run, config.toBuilder().steps(3).build()));
    assertTrue(e.getMessage().contains("steps is 3, expected at least the 4"), e.getMessage());
    assertEquals(config, run.readConfig());

    assertEquals(4, resume(run, config).steps());
    assertTrue(
        messages.stream().anyMatch(m -> m.startsWith("All 4 steps are done")), messages.toString());
  }

  @Test
  void dataOfAnotherSize_areRefused() {
    TrainConfig config = config().steps(2).build();
    RunFolder run = start("run", config, -1);
    var e =
        assertThrows(
            TrainException.class,
            () -> Trainer.resume(run, config, new Blobs(SHAPE, 61), TrainListener.NONE));
    assertTrue(e.getMessage().contains("61 items, expected the 60"), e.getMessage());
  }

  @Test
  void runKilledBeforeItsFirstCheckpoint_beginsAnew() throws IOException {
    TrainConfig config = config().steps(2).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    run.writeConfig(config);
    Files.writeString(run.historyFile(), "{\"step\":1,\"loss\":3.0}\n{\"step\":2,\"lo");
    assertEquals(2, resume(run, config).steps());
    assertEquals(
        List.of(1L, 2L, 2L),
        new History(run.historyFile()).lines().stream().map(History.Line::step).toList());
    assertTrue(messages.get(0).contains("Starting at step 0"), messages.toString());
  }

  @Test
  void damagedCheckpoints_areSetAside_andOnlyThoseMakeTheRunUnusable() throws IOException {
    TrainConfig config = config().steps(6).set("checkpoint-every", 2).build();
    RunFolder run = start("run", config, -1);
    Map<String, float[]> expected = latest(run).arrays();
    Files.write(run.checkpoints().resolve("step-000000000006.npz"), new byte[0]);
    Files.write(run.checkpoints().resolve("best.npz"), new byte[] {1, 2, 3});

    resume(run, config);

    assertTrue(
        messages.stream()
            .anyMatch(m -> m.matches("Cannot use (a )?checkpoint.*step-000000000006[.]npz.*")),
        messages.toString());
    assertTrue(Files.exists(run.checkpoints().resolve("step-000000000006.npz.damaged")));
    Map<String, float[]> actual = latest(run).arrays();
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), 0f, name));

    for (Path file : files(run.checkpoints())) {
      Files.write(file, new byte[] {'P', 'K'}, StandardOpenOption.TRUNCATE_EXISTING);
    }
    var e = assertThrows(TrainException.class, () -> resume(run, config));
    assertTrue(e.getMessage().contains("none of its checkpoints"), e.getMessage());
    assertTrue(e.getMessage().contains("--overwrite"), e.getMessage());
  }

  @Test
  void bestCheckpoint_isTakenUp_whenNoOtherCanBeRead() throws IOException {
    TrainConfig config = stopping().steps(4).build(); // the first validation stays the best
    RunFolder run = start("run", config, -1);
    assertEquals(2, store(run).best(m -> {}).orElseThrow().checkpoint().step());
    for (Path file : files(run.checkpoints())) {
      if (!file.endsWith("best.npz")) {
        Files.write(file, new byte[3]);
      }
    }
    assertEquals(4, resume(run, config).steps());
    assertTrue(
        messages.stream().anyMatch(m -> m.matches("Resuming at step 2 from .*best.npz")),
        messages.toString());
    assertEquals(4, latest(run).step());
  }

  @Test
  void bestCheckpoint_ofALaterStepThanTheOneTakenUp_isSetAside() throws IOException {
    TrainConfig config = config().steps(4).learningRate(1e-3).set("validation-every", 2).build();
    RunFolder run = start("run", config, -1);
    Map<String, float[]> expected = store(run).best(m -> {}).orElseThrow().checkpoint().arrays();
    assertEquals(4, store(run).best(m -> {}).orElseThrow().checkpoint().step());
    Files.write(run.checkpoints().resolve("step-000000000004.npz"), new byte[3]);

    resume(run, config);

    assertTrue(Files.exists(run.checkpoints().resolve("best.npz.damaged")));
    assertTrue(
        messages.stream().anyMatch(m -> m.startsWith("The best checkpoint, of step 4, is set")),
        messages.toString());
    Map<String, float[]> actual = store(run).best(m -> {}).orElseThrow().checkpoint().arrays();
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), 0f, name));
  }

  @Test
  void changeOfTerms_beginsTheHistoryLineAnew() {
    TrainConfig config = config().objective("beta-tcvae").steps(10).set("log-every", 4).build();
    RunFolder run = start("run", config, 6);
    resume(run, config.toBuilder().set("clip-norm", 50).set("tc-estimator", "mws").build());
    List<History.Line> lines = training(run);
    assertEquals(List.of(4L, 6L, 8L, 10L), lines.stream().map(History.Line::step).toList());
    assertFalse(lines.get(1).further().containsKey(Updates.GRADIENT_NORM));
    History.Line next = lines.get(2);
    assertTrue(next.further().get(Updates.GRADIENT_NORM) > 0, next.toString());
    assertTrue(next.further().containsKey("mutual_information"), next.toString());
    // Of two steps and not of a part of four: reconstruction and KL are as large as before.
    assertEquals(lines.get(1).reconstruction(), next.reconstruction(), 100);

    RunFolder other = start("other", config.toBuilder().set("clip-norm", 50).build(), 6);
    resume(other, config);
    assertEquals(
        List.of(4L, 6L, 8L, 10L), training(other).stream().map(History.Line::step).toList());
  }

  private static List<History.Line> training(RunFolder run) {
    return new History(run.historyFile()).lines().stream().filter(l -> !l.validation()).toList();
  }

  @Test
  void validationThatIsNotFinite_endsTheRun_andNamesTheItem() {
    TrainConfig config = config().set("validation-every", 2).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainData data = TrainData.of(DATA, new Blobs(SHAPE, 7, Float.NaN, 3));
    var e =
        assertThrows(
            TrainException.class, () -> Trainer.start(() -> run, config, data, TrainListener.NONE));
    assertTrue(
        e.getMessage().contains("at step 2, value 0 of held-out item 3 is NaN"), e.getMessage());
    assertTrue(e.getMessage().endsWith("Repair or remove the item."), e.getMessage());
  }

  @Test
  void leftoversOfAKill_areRemoved() throws IOException {
    TrainConfig config = config().steps(2).build();
    RunFolder run = start("run", config, -1);
    Path torn = run.checkpoints().resolve(".best.npz.01234567-89ab-cdef-0123-456789abcdef.tmp");
    Files.write(torn, new byte[9]);
    Path partial = Files.createDirectories(run.encoder().resolveSibling(".encoder.partial/x"));
    Path mine = Files.writeString(run.root().resolve(".notes.tmp"), "mine");
    resume(run, config);
    assertFalse(Files.exists(torn));
    assertFalse(Files.exists(partial.getParent()));
    assertTrue(Files.exists(mine));
  }

  @Test
  void dataWithNaN_areNamedAndNotTheLearningRate() {
    Dataset bad = new Blobs(SHAPE, 60, Float.NaN, 17);
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    var e =
        assertThrows(
            TrainException.class,
            () -> Trainer.start(run, config().build(), bad, TrainListener.NONE));
    assertTrue(e.getMessage().startsWith("Data blobs are not finite: at step"), e.getMessage());
    assertTrue(e.getMessage().contains("is NaN"), e.getMessage());
    assertTrue(e.getMessage().endsWith("Repair or remove the item."), e.getMessage());
  }

  @Test
  void batchLargerThanTheTrainingPart_isRefused() {
    TrainConfig config = config().batch(55).build();
    var e = assertThrows(IllegalArgumentException.class, () -> start("run", config, -1));
    assertTrue(
        e.getMessage().contains("batch is 55, expected at most the 54 items"), e.getMessage());
  }

  @Test
  void folderOfAnEarlierRun_isAskedForOnlyWhenAllElseIsRight() {
    TrainData data = TrainData.of(config().build(), DATA);
    TrainConfig wrong = config().batch(55).build();
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Trainer.start(
                () -> {
                  throw new AssertionError("asked for");
                },
                wrong,
                data,
                TrainListener.NONE));
  }

  @Test
  void validationData_areUsedAsAWhole_andMustHaveTheSameShape() {
    TrainConfig config = config().steps(2).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainData data = TrainData.of(DATA, new Blobs(SHAPE, 7));
    assertEquals(60, data.train().size());
    RunSummary summary = Trainer.start(() -> run, config, data, TrainListener.NONE);
    assertTrue(Double.isFinite(summary.negativeElbo()));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> TrainData.of(DATA, new Blobs(ItemShape.image(32, 32, 1), 7)));
    assertTrue(e.getMessage().contains("expected " + SHAPE), e.getMessage());
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("conv32")
        .latent(2)
        .batch(5)
        .threads(1)
        .steps(10)
        .set("log-every", 1)
        .set("validation-every", 50)
        .set("validation-fraction", 0.1);
  }

  private static TrainConfig.Builder stopping() {
    return config()
        .steps(1000)
        .learningRate(1e-30)
        .set("validation-every", 2)
        .set("early-stopping", 3);
  }

  /** A listener that collects what is said, and stops at a step. */
  private TrainListener listener(long stopAt) {
    return new TrainListener() {
      private long step;

      @Override
      public void onProgress(Progress progress) {
        step = progress.step();
      }

      @Override
      public void onMessage(String message) {
        messages.add(message);
      }

      @Override
      public boolean shouldStop() {
        return step == stopAt;
      }
    };
  }

  private RunFolder start(String name, TrainConfig config, long stopAt) {
    RunFolder run = RunFolder.create(folder.resolve(name), false);
    Trainer.start(run, config, DATA, listener(stopAt));
    return run;
  }

  private RunSummary resume(RunFolder run, TrainConfig config) {
    return Trainer.resume(run, config, DATA, listener(-1));
  }

  private static Checkpoint latest(RunFolder run) {
    return store(run).latest(m -> {}).orElseThrow().checkpoint();
  }

  private static CheckpointStore store(RunFolder run) {
    return new CheckpointStore(run.checkpoints(), 3);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(f -> f.toString().endsWith(".npz")).toList();
    }
  }
}
