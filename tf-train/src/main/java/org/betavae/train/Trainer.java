package org.betavae.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.BatchLoader;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.Split;
import org.betavae.data.ValueRange;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.checkpoint.CheckpointStore;
import org.betavae.train.optimizer.LearningRate;

/**
 * Trains a beta-VAE and writes its run folder: configuration, history, checkpoints, SavedModels,
 * pictures and a summary.
 *
 * <p>A run is used by one thread. The data set stays open; it must not be closed while the run goes
 * on.
 */
public final class Trainer {
  private static final int PREFETCH = 4;

  /** Name of the learning rate's state in a checkpoint, if it has one. */
  private static final String RATE_STATE = "learning_rate/state";

  private final RunFolder run;
  private final TrainConfig config;
  private final Dataset data;
  private final TrainListener listener;
  private final CheckpointStore checkpoints;
  private final History history;
  private final Divergence divergence;
  private final LearningRate learningRate;
  private final Meter meter = new Meter();
  private double lastValidationLoss = Double.NaN;
  private double bestValidationLoss = Double.POSITIVE_INFINITY;
  private long savedStep = -1;

  private Trainer(RunFolder run, TrainConfig config, Dataset data, TrainListener listener) {
    this.run = run;
    this.config = config;
    this.data = data;
    this.listener = listener;
    checkpoints = new CheckpointStore(run.checkpoints(), config.run().keepCheckpoints());
    history = new History(run.historyFile());
    divergence = new Divergence(config);
    learningRate = config.optimizer().newLearningRate(config.steps());
  }

  /**
   * Trains from new weights until {@code config.steps()} or until the listener says stop.
   *
   * @param run an empty run folder, see {@link RunFolder#create}
   * @return what the run came to, as it is written to {@code summary.json}
   * @throws IllegalArgumentException if the data do not suit the network or the likelihood
   * @throws TrainException if the loss is no longer finite, or the device is not there
   */
  public static RunSummary start(
      RunFolder run, TrainConfig config, Dataset data, TrainListener listener) {
    requireFits(config, data);
    Trainer trainer = new Trainer(run, config, data, listener);
    try (VaeSession session = trainer.newSession()) {
      run.writeConfig(config);
      session.initialize();
      return trainer.train(session, 0);
    }
  }

  /**
   * Goes on from the last checkpoint that can be read, with its optimiser and random state.
   *
   * @param run the folder of an earlier run
   * @param config its settings; steps may be more than before
   * @throws IllegalArgumentException if the data do not suit the network or the likelihood
   * @throws TrainException if there is no checkpoint, or it belongs to another network
   */
  public static RunSummary resume(
      RunFolder run, TrainConfig config, Dataset data, TrainListener listener) {
    requireFits(config, data);
    Trainer trainer = new Trainer(run, config, data, listener);
    try (VaeSession session = trainer.newSession()) {
      CheckpointStore.Loaded loaded =
          trainer
              .checkpoints
              .latest(listener::onMessage)
              .orElseThrow(
                  () ->
                      new TrainException(
                          "Cannot resume "
                              + run.root()
                              + ": it has no checkpoint that can be read. Start again with"
                              + " --overwrite."));
      trainer.restore(session, loaded);
      run.writeConfig(config);
      trainer.lastValidationLoss = loaded.checkpoint().validationLoss();
      trainer.bestValidationLoss =
          trainer
              .checkpoints
              .best()
              .map(best -> best.checkpoint().validationLoss())
              .orElse(Double.POSITIVE_INFINITY);
      trainer.savedStep = loaded.checkpoint().step();
      trainer.history.truncateAfter(trainer.savedStep);
      listener.onMessage("Resuming at step " + trainer.savedStep + " from " + loaded.file());
      return trainer.train(session, trainer.savedStep);
    }
  }

  private void restore(VaeSession session, CheckpointStore.Loaded loaded) {
    Map<String, float[]> arrays = new LinkedHashMap<>(loaded.checkpoint().arrays());
    float[] rate = arrays.remove(RATE_STATE);
    session.restore(arrays, loaded.file().toString());
    // Another schedule than before begins at its beginning.
    if (rate != null && rate.length == learningRate.state().length) {
      learningRate.restore(rate);
    }
  }

  private VaeSession newSession() {
    return new VaeSession(
        config, data.shape(), data.size(), Devices.resolve(config.run().device()));
  }

  private RunSummary train(VaeSession session, long firstStep) {
    Split split = split(config, data);
    long step = firstStep;
    try (BatchLoader batches =
        new BatchLoader(split.train(), config.batch(), config.seed(), firstStep, PREFETCH)) {
      while (step < config.steps() && !listener.shouldStop()) {
        meter.startStep();
        step++;
        float[] terms = session.step(batches.next().values(), step, learningRate.rate(step));
        meter.endStep(terms, config.batch());
        divergence.requireFinite(session.termNames(), terms, step, savedStep);
        listener.onProgress(meter.progress(step, config.steps()));
        afterStep(session, split, step);
      }
    }
    return finish(session, split, step);
  }

  /** How a run splits its data: no more is held out than a validation uses. */
  public static Split split(TrainConfig config, Dataset data) {
    RunSettings run = config.run();
    double largest = (double) run.validationImages() / data.size();
    return Split.of(data, Math.min(run.validationFraction(), largest), config.seed());
  }

  private void afterStep(VaeSession session, Split split, long step) {
    if (step % config.run().logEvery() == 0) {
      log(session, step);
    }
    if (step % config.run().validationEvery() == 0) {
      // Not what finish() adds when a run is stopped: an unbroken run would not have seen it.
      learningRate.observe(validate(session, split, step).loss());
    }
    if (step % config.run().checkpointEvery() == 0) {
      save(session, step);
    }
  }

  private RunSummary finish(VaeSession session, Split split, long step) {
    if (meter.hasPending()) {
      log(session, step);
    }
    Validation validation = validate(session, split, step);
    if (savedStep != step) {
      save(session, step);
    }
    RunSummary summary = summary(session, validation, step);
    session.withAverages(() -> writeModel(session, split, validation));
    HistoryChart.write(run.pictures().resolve("history.png"), history.lines(), listener);
    run.writeSummary(summary);
    return summary;
  }

  private Path writeModel(VaeSession session, Split split, Validation validation) {
    SavedModels models = new SavedModels(config, data.shape(), session.weights());
    models.writeEncoder(run.encoder());
    models.writeDecoder(run.decoder());
    new RunPictures(run.pictures(), config, data.shape(), session)
        .write(split.validation(), validation);
    return run.encoder();
  }

  private RunSummary summary(VaeSession session, Validation validation, long step) {
    ItemShape shape = data.shape();
    return new RunSummary(
        data.name(),
        data.size(),
        shape.image()
            ? List.of(shape.height(), shape.width(), shape.channels())
            : List.of(shape.size()),
        step,
        step * config.batch(),
        session.parameterCount(),
        validation.loss(),
        validation.negativeElbo(),
        validation.reconstruction(),
        validation.kl(),
        validation.klPerDimension(),
        validation.posteriorMean(),
        validation.posteriorStd(),
        meter.overallImagesPerSecond(),
        meter.overallSeconds());
  }

  private void log(VaeSession session, long step) {
    Meter.Means means = meter.takeMeans();
    history.append(
        new History.Line(
            step,
            step * config.batch(),
            means.loss(),
            means.reconstruction() + means.kl(),
            means.reconstruction(),
            means.kl(),
            further(session.termNames(), means.terms()),
            learningRate.rate(step),
            means.imagesPerSecond(),
            false));
  }

  private Validation validate(VaeSession session, Split split, long step) {
    long start = System.nanoTime();
    Validation v =
        session.withAverages(
            () -> Validation.of(session, split.validation(), config.latent(), step));
    double seconds = (System.nanoTime() - start) / 1e9;
    int images = split.validation().size();
    lastValidationLoss = v.loss();
    history.append(
        new History.Line(
            step,
            step * config.batch(),
            v.loss(),
            v.negativeElbo(),
            v.reconstruction(),
            v.kl(),
            Map.of(),
            learningRate.rate(step),
            images / seconds,
            true));
    return v;
  }

  private void save(VaeSession session, long step) {
    Map<String, float[]> state = session.state();
    if (learningRate.state().length > 0) {
      state.put(RATE_STATE, learningRate.state());
    }
    String broken = StateCheck.firstNotFinite(state);
    if (broken != null) {
      throw divergence.of(broken + " holds NaN or an infinity", step, savedStep);
    }
    var file = checkpoints.save(new Checkpoint(step, config.seed(), lastValidationLoss, state));
    if (lastValidationLoss < bestValidationLoss) {
      bestValidationLoss = lastValidationLoss;
      checkpoints.saveBest(file);
    }
    savedStep = step;
  }

  private static Map<String, Double> further(List<String> names, List<Double> terms) {
    Map<String, Double> further = new LinkedHashMap<>();
    for (int i = VaeGraph.TERMS.size(); i < names.size(); i++) {
      further.put(names.get(i), terms.get(i));
    }
    return further;
  }

  /**
   * Checks that a run could begin.
   *
   * @throws IllegalArgumentException if the data do not suit the network or the likelihood
   */
  public static void requireFits(TrainConfig config, Dataset data) {
    config.network().newNetwork(data.shape(), config.newLikelihood().outputsPerValue());
    ValueRange range = data.range();
    if (config.newLikelihood().needsUnitInterval() && (range.min() < 0 || range.max() > 1)) {
      throw new IllegalArgumentException(
          "Data "
              + data.name()
              + " hold values from "
              + range.min()
              + " to "
              + range.max()
              + ", expected [0,1] for likelihood "
              + config.likelihood().name()
              + ". Scale them, or use --likelihood gaussian --decoder-mean"
              + " identity.");
    }
  }
}
