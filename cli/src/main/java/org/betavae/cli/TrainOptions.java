package org.betavae.cli;

import java.nio.file.Path;
import java.util.List;
import org.betavae.train.RunSettings;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainData;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.Location;
import org.betavae.train.objective.Objective;
import org.betavae.train.objective.PriorSettings;
import org.betavae.train.objective.SupervisedLoss;
import org.betavae.train.objective.TcEstimator;

/** The options that set a {@link TrainConfig}, with its defaults. */
final class TrainOptions {
  private static final TrainConfig DEFAULTS = TrainConfig.defaults();
  private static final long MANY = 1L << 40;

  static final Opt<Path> CONFIG =
      Opt.path("config", "FILE.yaml", "settings from a file, such as a run's config.yaml");
  static final Opt<String> DATA = CommonOptions.DATA.or(DEFAULTS.data());
  static final Opt<String> OBJECTIVE =
      Opt.choice("objective", "what is minimised", Objective.NAMES).or(DEFAULTS.objective().name());
  static final Opt<Double> BETA =
      weight(
              "beta",
              "weight of the KL term (beta-vae), 1 for a plain VAE, or of the total correlation"
                  + " (beta-tcvae)")
          .or(DEFAULTS.objective().beta());
  static final Opt<Boolean> NORMALISED_BETA =
      Opt.flag("normalised-beta", "beta-vae: beta is per latent and pixel, as Higgins' beta_norm");
  static final Opt<String> BETA_SCHEDULE =
      Opt.text(
              "beta-schedule",
              "constant|warm-up|cyclic|STEP:BETA,...",
              "beta over the steps; knots are joined by straight lines")
          .or(DEFAULTS.objective().betaSchedule());
  static final Opt<Long> BETA_STEPS =
      Opt.whole("beta-steps", "length of the warm-up or of one cycle, steps", 1, MANY)
          .or(DEFAULTS.objective().betaSteps());
  static final Opt<Double> BETA_RAMP =
      Opt.number("beta-ramp", "part of a cycle in which beta rises", 0, 1)
          .or(DEFAULTS.objective().betaRamp());
  static final Opt<Double> GAMMA =
      weight(
          "gamma",
          "annealed-vae: of the distance from the capacity (default 1000); factor-vae: of the total"
              + " correlation (default 10); beta-tcvae, sampled: of the dimension-wise KL (default"
              + " 1)");
  static final Opt<Double> ALPHA =
      Opt.number(
          "alpha",
          "beta-tcvae, sampled: weight of the mutual information (default 1); info-vae: 1 takes the"
              + " KL out (default 0)",
          Double.NEGATIVE_INFINITY,
          Double.POSITIVE_INFINITY);
  static final Opt<Double> LAMBDA =
      Opt.number(
              "lambda",
              "info-vae: alpha + lambda - 1 is the weight of the MMD",
              Double.NEGATIVE_INFINITY,
              Double.POSITIVE_INFINITY)
          .or(DEFAULTS.objective().lambda());
  static final Opt<Double> C_MAX =
      weight("c-max", "annealed-vae: last capacity, nats").or(DEFAULTS.objective().capacity());
  static final Opt<Long> ITERATION_THRESHOLD =
      Opt.whole("iteration-threshold", "annealed-vae: steps until the last capacity", 1, MANY)
          .or(DEFAULTS.objective().iterationThreshold());
  static final Opt<Double> LAMBDA_OD =
      weight("lambda-od", "dip-vae: weight of covariances").or(DEFAULTS.objective().lambdaOd());
  static final Opt<Double> LAMBDA_D_FACTOR =
      weight(
          "lambda-d-factor",
          "dip-vae: weight of variances over that of covariances (default 10 for dip-vae-i, 1 for"
              + " dip-vae-ii)");
  static final Opt<String> TC_ESTIMATOR =
      Opt.choice(
              "tc-estimator",
              "beta-tcvae: analytic KL without constants or with, or a KL sampled by minibatch"
                  + " weighting or stratification",
              TcEstimator.NAMES)
          .or(DEFAULTS.objective().tcEstimator());
  static final Opt<Integer> IMPORTANCE_SAMPLES =
      Opt.integer("importance-samples", "samples of z for each image in iwae", 1, 100_000)
          .or(DEFAULTS.objective().importanceSamples());
  static final Opt<Double> DISCRIMINATOR_LEARNING_RATE =
      Opt.positive(
              "discriminator-learning-rate", "factor-vae: step size of the discriminator's Adam")
          .or(DEFAULTS.objective().discriminatorLearningRate());
  static final Opt<String> SUPERVISED =
      Opt.choice(
              "supervised",
              "any objective: latent k learns the data's factor k, or the class, by squared error"
                  + " or cross-entropy",
              SupervisedLoss.NAMES)
          .or(DEFAULTS.supervised().loss());
  static final Opt<Double> SUPERVISED_WEIGHT =
      weight("supervised-weight", "its weight").or(DEFAULTS.supervised().weight());
  static final Opt<Integer> SUPERVISED_LABELS =
      Opt.integer(
              "supervised-labels",
              "how many items have labels, chosen by --seed; 0 for all",
              0,
              Integer.MAX_VALUE)
          .or(DEFAULTS.supervised().labels());
  static final Opt<Integer> LATENT =
      Opt.integer("latent", "number of latents", 1, 100_000).or(DEFAULTS.latent());
  static final Opt<String> ARCH =
      Opt.choice(
              "arch",
              "network: conv64 and burgess64 for 64x64 images, conv32 for 28x28 and 32x32, resnet"
                  + " for 64x64 and 128x128, mlp for any; layers: the lists of --config, see"
                  + " docs/networks.md",
              NetworkSettings.ARCHS)
          .or(DEFAULTS.arch());
  static final Opt<Integer> IMAGE_SIZE =
      Opt.integer(
          "image-size",
          "side to which a folder's pictures are resized; by default what the network takes",
          1,
          4096);
  static final Opt<String> LIKELIHOOD =
      Opt.choice("likelihood", "distribution of the pixels", Likelihood.NAMES)
          .or(DEFAULTS.likelihood().name());
  static final Opt<String> VARIANCE =
      Opt.choice(
          "variance",
          "width of gaussian, laplace and discretised-logistic; fixed by default, learned for"
              + " discretised-logistic",
          LikelihoodSettings.VARIANCES);
  static final Opt<Double> SIGMA =
      Opt.positive(
          "sigma",
          "that width, or what it begins with; 1 by default, 0.1 for discretised-logistic");
  static final Opt<String> DECODER_MEAN =
      Opt.choice(
          "decoder-mean",
          "how their middle comes from the decoder's output; identity by default",
          Location.NAMES);
  static final Opt<String> PRIOR =
      Opt.choice("prior", "of the latents; vamp is a trained mixture", PriorSettings.NAMES)
          .or(DEFAULTS.prior().prior());
  static final Opt<Integer> PRIOR_COMPONENTS =
      Opt.integer("prior-components", "pseudo-inputs of vamp", 1, 100_000)
          .or(DEFAULTS.prior().priorComponents());
  static final Opt<Long> STEPS =
      Opt.whole("steps", "optimiser steps in all", 1, MANY).or(DEFAULTS.steps());
  static final Opt<Double> EPOCHS =
      Opt.positive("epochs", "times through the training data, instead of --steps");
  static final Opt<Integer> BATCH =
      Opt.integer("batch", "images in a step", 1, 1 << 20).or(DEFAULTS.batch());
  static final Opt<Double> LEARNING_RATE =
      Opt.positive("learning-rate", "step size of the optimizer").or(DEFAULTS.learningRate());
  static final Opt<Integer> THREADS =
      Opt.integer("threads", "processor threads, all by default", 1, 1024);
  static final Opt<String> PRECISION =
      Opt.choice("precision", "of the large products; weights stay fp32", TrainConfig.PRECISIONS)
          .or(DEFAULTS.run().precision());
  static final Opt<String> DEVICE =
      Opt.choice("device", "where to compute", TrainConfig.DEVICES).or(DEFAULTS.run().device());
  static final Opt<Long> LOG_EVERY =
      Opt.whole("log-every", "steps between lines of history.jsonl", 1, MANY)
          .or(DEFAULTS.run().logEvery());
  static final Opt<Long> VALIDATION_EVERY =
      Opt.whole("validation-every", "steps between validations", 1, MANY)
          .or(DEFAULTS.validation().validationEvery());
  static final Opt<String> VALIDATION_DATA =
      Opt.text(
          "validation-data",
          "SRC",
          "data to validate on, all of them; without it a part of --data is held out");
  static final Opt<Double> VALIDATION_FRACTION =
      Opt.number("validation-fraction", "share of --data held out for validation", 0, 1)
          .or(DEFAULTS.validation().validationFraction());
  static final Opt<Integer> VALIDATION_IMAGES =
      Opt.integer("validation-images", "at most so many are held out", 1, Integer.MAX_VALUE)
          .or(DEFAULTS.validation().validationImages());
  static final Opt<Integer> EARLY_STOPPING =
      Opt.integer(
              "early-stopping",
              "end after so many validations without a better negative ELBO; 0 never",
              0,
              1_000_000)
          .or(DEFAULTS.validation().earlyStopping());
  static final Opt<Double> EARLY_STOPPING_MIN_DELTA =
      Opt.number(
              "early-stopping-min-delta",
              "a smaller gain is none, nats per image",
              0,
              Double.POSITIVE_INFINITY)
          .or(DEFAULTS.validation().earlyStoppingMinDelta());
  static final Opt<Integer> IWAE_SAMPLES =
      Opt.integer(
              "iwae-samples",
              "samples of the importance weighted bound at the end, 0 for none",
              0,
              1_000_000)
          .or(DEFAULTS.validation().iwaeSamples());
  static final Opt<String> EXPORT_WEIGHTS =
      Opt.choice(
              "export-weights",
              "of which step; auto is best with early stopping, else last",
              RunSettings.EXPORT_WEIGHTS)
          .or(DEFAULTS.run().exportWeights());
  static final Opt<Long> CHECKPOINT_EVERY =
      Opt.whole("checkpoint-every", "steps between checkpoints", 1, MANY)
          .or(DEFAULTS.run().checkpointEvery());
  static final Opt<Integer> KEEP_CHECKPOINTS =
      Opt.integer("keep-checkpoints", "how many of the last checkpoints stay", 1, 1_000_000)
          .or(DEFAULTS.run().keepCheckpoints());

  /** Settings of what is trained, on which data, in the order of the help. */
  private static final List<Opt<?>> MODEL =
      List.of(
          DATA,
          OBJECTIVE,
          BETA,
          NORMALISED_BETA,
          BETA_SCHEDULE,
          BETA_STEPS,
          BETA_RAMP,
          GAMMA,
          ALPHA,
          LAMBDA,
          C_MAX,
          ITERATION_THRESHOLD,
          LAMBDA_OD,
          LAMBDA_D_FACTOR,
          TC_ESTIMATOR,
          IMPORTANCE_SAMPLES,
          DISCRIMINATOR_LEARNING_RATE,
          SUPERVISED,
          SUPERVISED_WEIGHT,
          SUPERVISED_LABELS,
          LATENT,
          ARCH,
          IMAGE_SIZE,
          LIKELIHOOD,
          VARIANCE,
          SIGMA,
          DECODER_MEAN,
          PRIOR,
          PRIOR_COMPONENTS);

  /** Settings of how it is computed. */
  private static final List<Opt<?>> COMPUTATION =
      List.of(BATCH, LEARNING_RATE, CommonOptions.SEED, THREADS, PRECISION, DEVICE);

  /** Settings of a run's length, of what it measures and what it keeps. */
  private static final List<Opt<?>> RUN =
      List.of(
          LOG_EVERY,
          VALIDATION_EVERY,
          VALIDATION_DATA,
          VALIDATION_FRACTION,
          VALIDATION_IMAGES,
          EARLY_STOPPING,
          EARLY_STOPPING_MIN_DELTA,
          IWAE_SAMPLES,
          EXPORT_WEIGHTS,
          CHECKPOINT_EVERY,
          KEEP_CHECKPOINTS);

  /** All, in the order of the help. */
  static final List<Opt<?>> ALL =
      joined(
          List.of(
              MODEL,
              List.of(STEPS, EPOCHS),
              COMPUTATION,
              RUN,
              OptimizerOptions.ALL,
              List.of(CONFIG)));

  /** Those that make a step what it is. */
  static final List<Opt<?>> STEP = joined(List.of(MODEL, COMPUTATION, OptimizerOptions.ALL));

  /** Those that are settings under the same name. */
  static final List<Opt<?>> SETTINGS =
      ALL.stream().filter(option -> !List.of(EPOCHS, CONFIG).contains(option)).toList();

  private TrainOptions() {}

  private static List<Opt<?>> joined(List<List<Opt<?>>> parts) {
    return parts.stream().<Opt<?>>flatMap(List::stream).toList();
  }

  private static Opt<Double> weight(String name, String help) {
    return Opt.number(name, help, 0, Double.POSITIVE_INFINITY);
  }

  /**
   * The settings of {@code base} with all that was typed put over them, but for {@link #EPOCHS},
   * which needs the data.
   */
  static TrainConfig apply(Arguments args, TrainConfig base) {
    return apply(args, base, SETTINGS);
  }

  /** The same for some options, each a setting under its own name. */
  static TrainConfig apply(Arguments args, TrainConfig base, List<Opt<?>> settings) {
    TrainConfig.Builder builder = base.toBuilder();
    settings.forEach(
        option -> args.typed(option).ifPresent(value -> builder.set(option.name(), value)));
    return builder.build();
  }

  /** Steps that see every item that is not held out so many times. */
  static long steps(double epochs, TrainConfig config, TrainData data) {
    int items = data.train().size();
    return Math.max(1, (long) Math.ceil(epochs * items / config.batch()));
  }
}
