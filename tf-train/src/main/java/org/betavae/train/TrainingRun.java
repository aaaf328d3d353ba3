package org.betavae.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.Batch;
import org.betavae.data.BatchLoader;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.checkpoint.CheckpointStore;
import org.betavae.train.optimizer.LearningRate;

/**
 * The steps of one run, from its start or from a checkpoint to its end.
 *
 * <p>What decides about later steps, and is not in the graph, goes into each checkpoint as {@link
 * Checkpoint#progress}: a run that was killed at any moment goes on as if it had not been.
 */
final class TrainingRun implements AutoCloseable {
  private static final int PREFETCH = 4;
  private static final String ITEMS = "data/items";
  private static final String RATE = "learning_rate/state";

  private final RunFolder run;
  private final TrainConfig config;
  private final TrainData data;
  private final VaeSession session;
  private final TrainListener listener;
  private final CheckpointStore checkpoints;
  private final RunLog log;
  private final RunPictures pictures;
  private final Divergence divergence;
  private final ValidationTrack track;
  private final LearningRate learningRate;
  private final Meter meter;
  private final Optional<Labels> heldOutLabels;
  private long step;
  private long savedStep = -1;
  private Validation validation;
  private long validatedStep = -1;

  TrainingRun(
      RunFolder run,
      TrainConfig config,
      TrainData data,
      VaeSession session,
      TrainListener listener) {
    this.run = run;
    this.config = config;
    this.data = data;
    this.session = session;
    this.listener = listener;
    checkpoints = new CheckpointStore(run.checkpoints(), config.run().keepCheckpoints());
    log = new RunLog(run, config);
    pictures = new RunPictures(run.pictures(), config, data.all().shape(), session, listener);
    meter = new Meter(session.termNames());
    heldOutLabels = session.labels().flatMap(l -> l.ofOthers(data.validation()));
    divergence = new Divergence(config, data.all().shape().size());
    track = new ValidationTrack(config.validation());
    learningRate = config.optimizer().newLearningRate(config.steps());
  }

  /** Sets first weights. */
  void begin() {
    session.initialize();
    log.begin(0);
    tellOfLabels();
  }

  /**
   * Takes up the last checkpoint that can be read; begins where none was written yet.
   *
   * @throws TrainException if no checkpoint can be read, or it belongs to another network
   */
  void takeUp() {
    Optional<CheckpointStore.Loaded> latest = checkpoints.latest(listener::onMessage);
    if (latest.isEmpty()) {
      if (!checkpoints.isEmpty()) {
        throw TrainException.unusable(
            "Cannot resume "
                + run.root()
                + ": none of its checkpoints can be read. Start again with --overwrite.");
      }
      begin();
      listener.onMessage("Starting at step 0: the run was ended before its first checkpoint");
      return;
    }
    Checkpoint checkpoint = latest.get().checkpoint();
    requireSameData(checkpoint);
    requireSteps(checkpoint.step());
    session.restore(checkpoint, latest.get().file().toString());
    step = checkpoint.step();
    savedStep = step;
    track.restore(checkpoint.progress());
    meter.restore(checkpoint.progress());
    restoreRate(checkpoint.progress());
    checkpoints.setAsideAfter(step);
    log.begin(step);
    listener.onMessage("Resuming at step " + step + " from " + latest.get().file());
    if (step == config.steps()) {
      listener.onMessage(
          "All "
              + step
              + " steps are done: models, pictures and summary are written anew. To train on, give"
              + " more steps");
    }
    takeUpBest(latest.get().file());
    tellOfLabels();
  }

  private void requireSteps(long done) {
    if (done > config.steps()) {
      throw TrainException.unusable(
          "Cannot resume "
              + run.root()
              + ": steps is "
              + config.steps()
              + ", expected at least the "
              + done
              + " that the run has done. Give more, or leave them out.");
    }
  }

  /** Sets right what the best checkpoint is, after a restored one. */
  private void takeUpBest(Path restored) {
    long best = bestStep();
    if (best > track.bestStep()) {
      checkpoints.setBestAside();
      track.forgetBest();
      listener.onMessage(
          "The best checkpoint, of step "
              + best
              + ", is set aside: step "
              + step
              + ", where the run goes on, knows nothing of it");
    } else if (track.bestStep() == step && best != step) {
      checkpoints.saveBest(restored); // the end came between the two
    }
  }

  private void tellOfLabels() {
    if (session.labels().isPresent() && heldOutLabels.isEmpty()) {
      listener.onMessage(
          "Held-out data "
              + data.validation().name()
              + " have no labels like those of the training: their loss is without the supervised"
              + " term");
    }
  }

  /** Another schedule than before begins at its beginning. */
  private void restoreRate(Map<String, Double> progress) {
    float[] state = new float[learningRate.state().length];
    for (int i = 0; i < state.length; i++) {
      state[i] = progress.getOrDefault(RATE + i, Double.NaN).floatValue();
    }
    if (progress.containsKey(RATE + (state.length - 1))
        && !progress.containsKey(RATE + state.length)) {
      learningRate.restore(state);
    }
  }

  private void requireSameData(Checkpoint checkpoint) {
    long before = checkpoint.progress().getOrDefault(ITEMS, -1.0).longValue();
    if (before >= 0 && before != data.all().size()) {
      throw TrainException.unusable(
          "Cannot resume "
              + run.root()
              + ": data "
              + config.data()
              + " have "
              + data.all().size()
              + " items, expected the "
              + before
              + " that the run began with. Give the same data, or start a new run.");
    }
  }

  /** Trains until the last step, until early stopping, or until the listener says stop. */
  RunSummary train() {
    boolean stopped = listener.shouldStop();
    try (BatchLoader batches =
        new BatchLoader(data.train(), config.batch(), config.seed(), step, PREFETCH)) {
      while (step < config.steps() && !track.isStopDue() && !stopped) {
        meter.startStep();
        trainStep(batches.next());
        stopped = listener.shouldStop();
      }
    }
    RunSummary.End end =
        step >= config.steps()
            ? RunSummary.End.ALL_STEPS
            : track.isStopDue() ? RunSummary.End.EARLY_STOPPING : RunSummary.End.INTERRUPTED;
    if (end == RunSummary.End.EARLY_STOPPING) {
      listener.onMessage(track.stopMessage(step));
    }
    return finish(end);
  }

  private void trainStep(Batch batch) {
    step++;
    float[] terms = session.step(batch, step, learningRate.rate(step));
    meter.endStep(terms, config.batch());
    divergence.requireFinite(session.termNames(), terms, batch, step, savedStep);
    listener.onProgress(meter.progress(step, config.steps()));
    if (step % config.run().logEvery() == 0) {
      log.training(
          step, meter.takeMeans(), session.termNames(), learningRate.rate(Math.max(1, step)));
    }
    if (step % config.validation().validationEvery() == 0) {
      validate(true);
    }
    if (step % config.run().checkpointEvery() == 0 && savedStep != step) {
      save();
    }
  }

  private void validate(boolean scheduled) {
    long start = System.nanoTime();
    validation = evaluate(step);
    validatedStep = step;
    divergence.requireFinite(validation, data.validation(), step, savedStep);
    log.pictures(step, session.withAverages(() -> pictures.current(data.validation(), validation)));
    if (scheduled) {
      // Not what finish() adds when a run is stopped: an unbroken run would not have seen it.
      learningRate.observe(validation.loss());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (scheduled || !log.hasValidation(step)) {
      double speed = data.validation().size() / seconds;
      log.validation(step, validation, learningRate.rate(Math.max(1, step)), speed);
    }
    if (track.add(step, validation.negativeElbo(), scheduled)) {
      // Saved in the usual way too: what is best must never be later than what a run resumes from.
      checkpoints.saveBest(save());
    }
  }

  /** Terms on the held-out data, of the averages where there are any. */
  private Validation evaluate(long ofStep) {
    return session.withAverages(
        () -> Validation.of(session, data.validation(), heldOutLabels, config, ofStep));
  }

  private Path save() {
    Map<String, Double> progress = new LinkedHashMap<>();
    progress.put(ITEMS, (double) data.all().size());
    track.save(progress);
    meter.save(progress);
    float[] rate = learningRate.state();
    for (int i = 0; i < rate.length; i++) {
      progress.put(RATE + i, (double) rate[i]);
    }
    Checkpoint checkpoint = session.checkpoint(step, progress);
    String broken = StateCheck.firstNotFinite(checkpoint.arrays());
    if (broken != null) {
      throw divergence.of(broken + " holds NaN or an infinity", step, savedStep);
    }
    log.force();
    Path file = checkpoints.save(checkpoint);
    savedStep = step;
    return file;
  }

  private RunSummary finish(RunSummary.End end) {
    if (savedStep != step) {
      save(); // first of all: whoever stopped the run may not wait for the rest
    }
    double rate = learningRate.rate(Math.max(1, step));
    if (meter.hasPending() && !log.hasTraining(step)) {
      log.training(step, meter.means(), session.termNames(), rate);
    }
    if (validatedStep != step) {
      validate(false);
    }
    long modelStep = config.exportsBest() ? takeBest() : step;
    RunSummary summary =
        RunSummary.of(config, data.all(), validation, meter, step, modelStep, end, session);
    return new RunEnd(run, config, data, session, log, pictures, listener)
        .write(summary, validation, rate);
  }

  /** Puts the best weights in the place of the last ones; returns their step. */
  private long takeBest() {
    if (bestStep() == step) {
      return step;
    }
    Optional<CheckpointStore.Loaded> best = checkpoints.best(listener::onMessage);
    if (best.isEmpty()) {
      listener.onMessage("There is no best checkpoint: the last weights are exported");
      return step;
    }
    long bestStep = best.get().checkpoint().step();
    session.restore(best.get().checkpoint(), best.get().file().toString());
    validation = evaluate(bestStep);
    listener.onMessage("Exporting the weights of step " + bestStep + ", the best validation");
    return bestStep;
  }

  private long bestStep() {
    return checkpoints.best(message -> {}).map(best -> best.checkpoint().step()).orElse(-1L);
  }

  /** Completes the log; the session is its owner's. */
  @Override
  public void close() {
    log.close();
  }
}
