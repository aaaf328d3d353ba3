package org.betavae.cli;

import java.nio.file.Path;
import java.util.List;
import org.betavae.data.Dataset;
import org.betavae.data.Split;
import org.betavae.train.TrainConfig;
import org.betavae.train.network.Networks;
import org.betavae.train.objective.Objective;

/** The options that set a {@link TrainConfig}, with its defaults. */
final class TrainOptions {
  private static final TrainConfig DEFAULTS = TrainConfig.defaults();
  private static final long MANY = 1L << 40;

  static final Opt<Path> CONFIG =
      Opt.path("config", "FILE.yaml", "settings from a file, such as a run's config.yaml");
  static final Opt<String> DATA = CommonOptions.DATA.or(DEFAULTS.data());
  static final Opt<String> OBJECTIVE =
      Opt.choice("objective", "what is minimised", Objective.NAMES).or(DEFAULTS.objective());
  static final Opt<Double> BETA =
      Opt.number("beta", "weight of the KL term, 1 for a plain VAE", 0, Double.POSITIVE_INFINITY)
          .or(DEFAULTS.beta());
  static final Opt<Integer> LATENT =
      Opt.integer("latent", "number of latents", 1, 100_000).or(DEFAULTS.latent());
  static final Opt<String> ARCH =
      Opt.choice(
              "arch",
              "network: conv64 for 64x64 images, conv32 for 28x28 and 32x32, mlp for any",
              Networks.NAMES)
          .or(DEFAULTS.arch());
  static final Opt<String> LIKELIHOOD =
      Opt.choice("likelihood", "distribution of the pixels", List.of("bernoulli", "gaussian"))
          .or(DEFAULTS.likelihood());
  static final Opt<Double> SIGMA =
      Opt.positive("sigma", "standard deviation of the gaussian likelihood").or(DEFAULTS.sigma());
  static final Opt<Long> STEPS =
      Opt.whole("steps", "optimiser steps in all", 1, MANY).or(DEFAULTS.steps());
  static final Opt<Double> EPOCHS =
      Opt.positive("epochs", "times through the training data, instead of --steps");
  static final Opt<Integer> BATCH =
      Opt.integer("batch", "images in a step", 1, 1 << 20).or(DEFAULTS.batch());
  static final Opt<Double> LEARNING_RATE =
      Opt.positive("learning-rate", "Adam's step size").or(DEFAULTS.learningRate());
  static final Opt<Integer> THREADS =
      Opt.integer("threads", "processor threads, all by default", 1, 1024);
  static final Opt<String> PRECISION =
      Opt.choice("precision", "of the large products; weights stay fp32", TrainConfig.PRECISIONS)
          .or(DEFAULTS.precision());
  static final Opt<String> DEVICE =
      Opt.choice("device", "where to compute", TrainConfig.DEVICES).or(DEFAULTS.device());
  static final Opt<Long> LOG_EVERY =
      Opt.whole("log-every", "steps between lines of history.jsonl", 1, MANY)
          .or(DEFAULTS.logEvery());
  static final Opt<Long> VALIDATION_EVERY =
      Opt.whole("validation-every", "steps between validations", 1, MANY)
          .or(DEFAULTS.validationEvery());
  static final Opt<Long> CHECKPOINT_EVERY =
      Opt.whole("checkpoint-every", "steps between checkpoints", 1, MANY)
          .or(DEFAULTS.checkpointEvery());
  static final Opt<Integer> KEEP_CHECKPOINTS =
      Opt.integer("keep-checkpoints", "how many of the last checkpoints stay", 1, 1_000_000)
          .or(DEFAULTS.keepCheckpoints());

  /** In the order of the help. */
  static final List<Opt<?>> ALL =
      List.of(
          DATA,
          OBJECTIVE,
          BETA,
          LATENT,
          ARCH,
          LIKELIHOOD,
          SIGMA,
          STEPS,
          EPOCHS,
          BATCH,
          LEARNING_RATE,
          CommonOptions.SEED,
          THREADS,
          PRECISION,
          DEVICE,
          LOG_EVERY,
          VALIDATION_EVERY,
          CHECKPOINT_EVERY,
          KEEP_CHECKPOINTS,
          CONFIG);

  private TrainOptions() {}

  /**
   * The settings of {@code base} with all that was typed put over them, but for {@link #EPOCHS},
   * which needs the data.
   */
  static TrainConfig apply(Arguments args, TrainConfig base) {
    TrainConfig.Builder b = base.toBuilder();
    args.typed(DATA).ifPresent(b::data);
    args.typed(OBJECTIVE).ifPresent(b::objective);
    args.typed(BETA).ifPresent(b::beta);
    args.typed(LATENT).ifPresent(b::latent);
    args.typed(ARCH).ifPresent(b::arch);
    args.typed(LIKELIHOOD).ifPresent(b::likelihood);
    args.typed(SIGMA).ifPresent(b::sigma);
    args.typed(STEPS).ifPresent(b::steps);
    args.typed(BATCH).ifPresent(b::batch);
    args.typed(LEARNING_RATE).ifPresent(b::learningRate);
    args.typed(CommonOptions.SEED).ifPresent(b::seed);
    args.typed(THREADS).ifPresent(b::threads);
    args.typed(PRECISION).ifPresent(b::precision);
    args.typed(DEVICE).ifPresent(b::device);
    args.typed(LOG_EVERY).ifPresent(b::logEvery);
    args.typed(VALIDATION_EVERY).ifPresent(b::validationEvery);
    args.typed(CHECKPOINT_EVERY).ifPresent(b::checkpointEvery);
    args.typed(KEEP_CHECKPOINTS).ifPresent(b::keepCheckpoints);
    return b.build();
  }

  /** Steps that see every item that is not held out so many times. */
  static long steps(double epochs, TrainConfig config, Dataset data) {
    // As the trainer splits: no more is held out than a validation uses.
    double heldOut =
        Math.min(config.validationFraction(), (double) config.validationImages() / data.size());
    int items = Split.of(data, heldOut, config.seed()).train().size();
    return Math.max(1, (long) Math.ceil(epochs * items / config.batch()));
  }
}
