package org.betavae.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.export.ModelFacts;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.Objective;
import org.betavae.train.objective.ObjectiveSettings;
import org.betavae.train.objective.PriorSettings;

/**
 * Settings for a run that begins with a model: one of our runs, a model folder, or an encoder and a
 * decoder that PyTorch, Keras or any other program exported. {@link Trainer#start} trains it.
 */
public final class FineTuning {
  /** Steps of fine-tuning by default: a model that can do something already needs fewer. */
  public static final long STEPS = 2000;

  /** What an imported model's run takes over from an earlier one. */
  private static final List<String> ROLES =
      List.of(
          "input",
          "mean",
          "log-var",
          "latent-input",
          "output",
          "decoder-output",
          "layout",
          "opset");

  private FineTuning() {}

  /**
   * Settings to begin with: network, number of latents, likelihood and objective as far as the
   * model says them, everything else by default.
   *
   * @param from a run, a model folder, a SavedModel, or {@code encoder,decoder} of ONNX files or
   *     SavedModels
   * @throws IllegalArgumentException if there is no such model
   */
  public static TrainConfig settings(String from) {
    TrainConfig base = TrainConfig.defaults().toBuilder().set("from", from).steps(STEPS).build();
    return PretrainedFiles.open(from).settings(base);
  }

  /**
   * The items that the model takes with which a run begins, to resize pictures to; empty where
   * there is no such model, or it does not say.
   *
   * @param config of the run
   * @throws IllegalArgumentException if the model is not there
   */
  public static Optional<ItemShape> itemShape(TrainConfig config) {
    return encoder(config).flatMap(model -> model.itemShape(config.fineTune().layout()));
  }

  /** The same of a run that was begun, by the copy of the model in its folder. */
  public static Optional<ItemShape> itemShape(RunFolder run) {
    TrainConfig config = run.readConfig();
    return kept(config, run.source()).flatMap(model -> model.itemShape(config.fineTune().layout()));
  }

  /** The model that a configuration begins with, if it begins with one. */
  static Optional<Pretrained> model(TrainConfig config) {
    return Optional.ofNullable(config.fineTune().from()).map(PretrainedFiles::open);
  }

  /** The same where an encoder is enough. */
  static Optional<Pretrained> encoder(TrainConfig config) {
    return Optional.ofNullable(config.fineTune().from()).map(PretrainedFiles::openEncoder);
  }

  /**
   * {@link #settings} of an encoder alone, or of a whole model, to put a {@link Classifier} on.
   *
   * @param from as for {@link #settings}, or an ONNX file or SavedModel that is an encoder
   * @throws IllegalArgumentException if there is no such model
   */
  public static TrainConfig encoderSettings(String from) {
    TrainConfig base = TrainConfig.defaults().toBuilder().set("from", from).build();
    return PretrainedFiles.openEncoder(from).settings(base);
  }

  /** The model that a run began with, from the copy in its folder. */
  static Optional<Pretrained> kept(TrainConfig config, Path folder) {
    return Optional.ofNullable(config.fineTune().from())
        .map(from -> PretrainedFiles.open(folder.toString()));
  }

  /** The same settings with what a run found out of its model's ends, where they leave it open. */
  static TrainConfig withRolesOf(TrainConfig config, TrainConfig run) {
    Map<String, Object> given = config.settings();
    List<String> open = ROLES.stream().filter(role -> given.get(role) == null).toList();
    TrainConfig.Builder target = config.toBuilder();
    copy(run.settings(), open, target);
    return target.build();
  }

  /** Takes over what a run's model is. */
  static void copyModelSettings(TrainConfig run, TrainConfig.Builder target) {
    Map<String, Object> settings = run.settings();
    for (Class<? extends Record> section :
        List.of(
            ObjectiveSettings.class,
            LikelihoodSettings.class,
            PriorSettings.class,
            NetworkSettings.class)) {
      copy(settings, ConfigTree.namesOf(section), target);
    }
    copy(settings, ROLES, target);
  }

  private static void copy(
      Map<String, Object> settings, List<String> names, TrainConfig.Builder target) {
    names.stream()
        .filter(name -> settings.get(name) != null)
        .forEach(name -> target.set(name, settings.get(name)));
  }

  /**
   * Takes over what a model folder says. Its decoder gives the likelihood's mean alone: one that
   * needs more numbers is left to the default.
   */
  static void copyFacts(ModelFacts facts, TrainConfig.Builder target) {
    if (Likelihood.NAMES.contains(facts.likelihood())
        && new LikelihoodSettings(facts.likelihood(), null, null, null)
                .newLikelihood()
                .outputsPerValue()
            == 1) {
      target.likelihood(facts.likelihood());
    }
    if (Objective.NAMES.contains(facts.objective())) {
      target.objective(facts.objective());
      Set<String> known = Set.copyOf(ConfigTree.namesOf(ObjectiveSettings.class));
      facts
          .objectiveSettings()
          .forEach(
              (name, value) -> {
                if (known.contains(name) && (value instanceof Number || value instanceof Boolean)) {
                  target.set(name, value);
                }
              });
    }
  }
}
