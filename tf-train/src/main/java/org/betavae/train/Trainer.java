package org.betavae.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Weights;

/**
 * Trains a beta-VAE, from new weights or from a model that was trained before (see {@link
 * FineTuning}), and writes its run folder: configuration, history, checkpoints, SavedModels,
 * pictures and a summary.
 *
 * <p>A run is used by one thread, and a run folder by one run: while it goes on, the folder is
 * locked, and another run in it, of this process or another, is refused. The data stay open; they
 * must not be closed while the run goes on.
 */
public final class Trainer {
  private Trainer() {}

  /**
   * Trains from new weights, with a part of the data held out; see {@link #start(Supplier,
   * TrainConfig, TrainData, TrainListener)}.
   *
   * @param run an empty run folder, see {@link RunFolder#create}
   */
  public static RunSummary start(
      RunFolder run, TrainConfig config, Dataset data, TrainListener listener) {
    DataCheck.requireFits(config, data);
    return start(() -> run, config, TrainData.of(config, data), listener);
  }

  /**
   * Trains from new weights until {@code config.steps()}, until early stopping, or until the
   * listener says stop.
   *
   * @param run makes an empty run folder; asked only when data, settings and device have been found
   *     to fit and the graph is built, so that what it may overwrite is lost for nothing less
   * @return what the run came to, as it is written to {@code summary.json}
   * @throws IllegalArgumentException if the data do not suit the network, the likelihood or the
   *     batch
   * @throws TrainException if the loss is no longer finite, the device is not there, or another run
   *     uses the folder
   */
  public static RunSummary start(
      Supplier<RunFolder> run, TrainConfig wanted, TrainData data, TrainListener listener) {
    DataCheck.requireFits(wanted, data);
    Optional<Pretrained> source = FineTuning.model(wanted);
    Model model = model(source, wanted, data, listener);
    TrainConfig config =
        source.map(pretrained -> pretrained.resolved(wanted, model)).orElse(wanted);
    try (VaeSession session = newSession(config, model, data, listener)) {
      RunFolder folder = run.get();
      try (Opened opened = new Opened()) {
        opened.add(RunLock.take(folder.root(), listener::onMessage), RunLock::close);
        source.ifPresent(pretrained -> keep(pretrained, folder));
        folder.writeConfig(config);
        TrainingRun training = new TrainingRun(folder, config, data, session, listener);
        opened.add(training, TrainingRun::close);
        training.begin();
        return training.train();
      }
    }
  }

  /**
   * Goes on with a run, with a part of the data held out; see {@link #resume(RunFolder,
   * TrainConfig, TrainData, TrainListener)}.
   */
  public static RunSummary resume(
      RunFolder run, TrainConfig config, Dataset data, TrainListener listener) {
    DataCheck.requireFits(config, data);
    return resume(run, config, TrainData.of(config, data), listener);
  }

  /**
   * Goes on from the last checkpoint that can be read, with its optimiser and random state; from
   * the start if the run was ended before its first one.
   *
   * @param run the folder of an earlier run
   * @param wanted its settings; steps, rates, weights of terms and intervals may differ, what the
   *     network, the order of the data and the held-out items follow from may not
   * @throws IllegalArgumentException if the data do not suit the settings, or a setting changed
   *     that must not
   * @throws TrainException if no checkpoint can be read, it belongs to another network, or another
   *     run uses the folder
   */
  public static RunSummary resume(
      RunFolder run, TrainConfig wanted, TrainData data, TrainListener listener) {
    TrainConfig before = run.readConfig();
    TrainConfig config = FineTuning.withRolesOf(wanted, before);
    ResumeRules.check(before, config, listener);
    try (Opened opened = new Opened()) {
      opened.add(RunLock.take(run.root(), listener::onMessage), RunLock::close);
      DataCheck.requireFits(config, data);
      Model model = model(FineTuning.kept(config, run.source()), config, data, listener);
      VaeSession session = opened.add(newSession(config, model, data, listener), VaeSession::close);
      run.deleteLeftovers();
      TrainingRun training = new TrainingRun(run, config, data, session, listener);
      opened.add(training, TrainingRun::close);
      training.takeUp();
      run.writeConfig(config);
      return training.train();
    }
  }

  private static void keep(Pretrained model, RunFolder folder) {
    try {
      Files.createDirectories(folder.source());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make " + folder.source() + ": " + e, e);
    }
    model.keep(folder.source());
  }

  private static Model model(
      Optional<Pretrained> source, TrainConfig config, TrainData data, TrainListener listener) {
    ItemShape shape = data.all().shape();
    return source
        .map(pretrained -> pretrained.model(config, shape, listener))
        .orElseGet(() -> Model.of(config, shape));
  }

  private static VaeSession newSession(
      TrainConfig config, Model model, TrainData data, TrainListener listener) {
    String device = Devices.resolve(config.run().device());
    Devices.precisionNotice(config, device).ifPresent(listener::onMessage);
    IgnoredSettings.notice(config).ifPresent(listener::onMessage);
    VaeSession session =
        new VaeSession(
            config,
            model,
            data.all().shape(),
            data.train().size(),
            Labels.of(config, data.train()),
            device);
    try {
      requireUsed(model, session);
      return session;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static void requireUsed(Model model, VaeSession session) {
    List<String> names =
        session.graph().weights().all().stream().map(Weights.Weight::name).toList();
    List<String> unused = model.rules().unused(names);
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException(
          "freeze or learning-rate-scale has "
              + String.join(", ", unused)
              + ", expected patterns that fit weights of the model: "
              + String.join(", ", names)
              + ". Write encoder, decoder/dense1 or *bias.");
    }
  }
}
