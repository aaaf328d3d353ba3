package org.betavae.cli;

import java.util.List;
import org.betavae.train.optimizer.Optimizer;
import org.betavae.train.optimizer.OptimizerSettings;

/** The options that set {@link OptimizerSettings}, but for the learning rate itself. */
final class OptimizerOptions {
  private static final OptimizerSettings DEFAULTS = OptimizerSettings.DEFAULT;
  private static final long MANY = 1L << 40;

  private static final Opt<String> OPTIMIZER =
      Opt.choice("optimizer", "how gradients become new weights", Optimizer.NAMES)
          .or(DEFAULTS.name());
  private static final Opt<String> LEARNING_RATE_SCHEDULE =
      Opt.text(
              "learning-rate-schedule",
              "constant|cosine|exponential|plateau|STEP:RATE,...",
              "the learning rate over the steps; knots are joined by straight lines")
          .or(DEFAULTS.learningRateSchedule());
  private static final Opt<Long> WARM_UP_STEPS =
      Opt.whole("warm-up-steps", "steps in which the learning rate rises from 0", 0, MANY)
          .or(DEFAULTS.warmUpSteps());
  private static final Opt<Double> DECAY_RATE =
      Opt.number(
              "decay-rate",
              "what the exponential schedule multiplies the rate by in --decay-steps",
              0,
              1)
          .or(DEFAULTS.decayRate());
  private static final Opt<Long> DECAY_STEPS =
      Opt.whole("decay-steps", "of the exponential schedule, 0 for all steps", 0, MANY)
          .or(DEFAULTS.decaySteps());
  private static final Opt<Double> FINAL_RATE_FRACTION =
      Opt.number(
              "final-rate-fraction",
              "part of --learning-rate at which cosine ends and the others stop falling",
              0,
              1)
          .or(DEFAULTS.finalRateFraction());
  private static final Opt<Double> PLATEAU_FACTOR =
      Opt.number(
              "plateau-factor",
              "what the plateau schedule multiplies the rate by when validation stalls",
              0,
              1)
          .or(DEFAULTS.plateauFactor());
  private static final Opt<Integer> PLATEAU_PATIENCE =
      Opt.integer(
              "plateau-patience",
              "validations without improvement that it lets pass",
              0,
              Integer.MAX_VALUE)
          .or(DEFAULTS.plateauPatience());
  private static final Opt<Double> ADAM_BETA1 =
      Opt.number("adam-beta1", "decay of the first moment, adam and adamw", 0, 1)
          .or(DEFAULTS.adamBeta1());
  private static final Opt<Double> ADAM_BETA2 =
      Opt.number("adam-beta2", "decay of the second moment, adam and adamw", 0, 1)
          .or(DEFAULTS.adamBeta2());
  private static final Opt<Double> EPSILON =
      Opt.positive(
          "epsilon", "of adam and adamw (1e-8 by default), adagrad (1e-10) and rmsprop (1e-7)");
  private static final Opt<Double> MOMENTUM =
      Opt.number("momentum", "of sgd (0.9 by default) and rmsprop (0)", 0, 1);
  private static final Opt<Boolean> NESTEROV =
      Opt.flag("nesterov", "let sgd's momentum look ahead");
  private static final Opt<Double> WEIGHT_DECAY =
      Opt.number(
          "weight-decay", "of adamw, 0.01 by default; kernels only", 0, Double.POSITIVE_INFINITY);
  private static final Opt<Double> RMSPROP_DECAY =
      Opt.number("rmsprop-decay", "decay of rmsprop's mean square", 0, 1)
          .or(DEFAULTS.rmspropDecay());
  private static final Opt<Double> CLIP_NORM =
      Opt.number(
              "clip-norm",
              "largest norm of all gradients together, 0 for no limit",
              0,
              Double.POSITIVE_INFINITY)
          .or(DEFAULTS.clipNorm());
  private static final Opt<Double> AVERAGE_DECAY =
      Opt.number(
              "average-decay",
              "validate and export an average of the weights, such as 0.999; 0 for none",
              0,
              1)
          .or(DEFAULTS.averageDecay());

  /** In the order of the help; each is a setting under the same name. */
  static final List<Opt<?>> ALL =
      List.of(
          OPTIMIZER,
          LEARNING_RATE_SCHEDULE,
          WARM_UP_STEPS,
          DECAY_RATE,
          DECAY_STEPS,
          FINAL_RATE_FRACTION,
          PLATEAU_FACTOR,
          PLATEAU_PATIENCE,
          ADAM_BETA1,
          ADAM_BETA2,
          EPSILON,
          MOMENTUM,
          NESTEROV,
          WEIGHT_DECAY,
          RMSPROP_DECAY,
          CLIP_NORM,
          AVERAGE_DECAY);

  private OptimizerOptions() {}
}
