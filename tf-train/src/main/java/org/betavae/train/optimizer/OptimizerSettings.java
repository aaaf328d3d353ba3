package org.betavae.train.optimizer;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Optional;
import org.betavae.train.Settings;
import org.betavae.train.schedule.Knots;

/**
 * How the weights are updated: the optimiser, its learning rate over the steps, clipping, and the
 * average of the weights. What belongs to another optimiser or schedule is ignored, but for {@code
 * epsilon}, {@code momentum}, {@code nesterov} and {@code weightDecay}: where they are set for an
 * optimiser that has none, that is an error.
 *
 * @param name one of {@link Optimizer#NAMES}
 * @param learningRate α, above 0; knots have their own rates
 * @param learningRateSchedule one of {@link LearningRate#NAMES}, or knots {@code
 *     STEP:RATE,STEP:RATE,...} joined by straight lines
 * @param warmUpSteps steps in which the rate, by whatever schedule, rises from 0; 0 for none
 * @param decayRate what an exponential schedule multiplies the rate by in {@code decaySteps}, in
 *     (0, 1]
 * @param decaySteps steps of one such decay; 0 for all steps of the run
 * @param finalRateFraction share of {@code learningRate} at which a cosine ends and below which no
 *     exponential or plateau falls, in [0, 1]
 * @param plateauFactor what a plateau multiplies the rate by, in (0, 1)
 * @param plateauPatience validations without improvement before it does, at least 0
 * @param adamBeta1 decay of Adam's and AdamW's first moment, in [0, 1)
 * @param adamBeta2 decay of their second moment, in [0, 1)
 * @param epsilon above 0; null for the optimiser's own: 1e-8 for Adam and AdamW, 1e-10 for Adagrad,
 *     1e-7 for RMSprop
 * @param momentum in [0, 1); null for the optimiser's own: 0.9 for SGD, 0 for RMSprop
 * @param nesterov whether SGD looks ahead
 * @param weightDecay AdamW's λ, at least 0; null for 0.01
 * @param rmspropDecay decay of RMSprop's mean square, in [0, 1)
 * @param clipNorm largest global norm of the gradients; 0 for no limit
 * @param averageDecay decay of the {@linkplain WeightAverage average of the weights}, which then
 *     validates, draws the pictures and is exported; 0 for none
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record OptimizerSettings(
    @JsonProperty("optimizer") String name,
    double learningRate,
    String learningRateSchedule,
    long warmUpSteps,
    double decayRate,
    long decaySteps,
    double finalRateFraction,
    double plateauFactor,
    int plateauPatience,
    double adamBeta1,
    double adamBeta2,
    Double epsilon,
    Double momentum,
    boolean nesterov,
    Double weightDecay,
    double rmspropDecay,
    double clipNorm,
    double averageDecay) {

  /**
   * Adam and its rate as disentanglement_lib has them (Locatello et al. 2019, table 1), a plateau's
   * factor and patience as PyTorch has them; an exponential schedule ends at a tenth.
   */
  public static final OptimizerSettings DEFAULT =
      new OptimizerSettings(
          "adam",
          1e-4,
          "constant",
          0,
          0.1,
          0,
          0,
          0.1,
          10,
          0.9,
          0.999,
          null,
          null,
          false,
          null,
          0.9,
          0,
          0);

  public OptimizerSettings {
    Settings.requireOneOf("optimizer", name, Optimizer.NAMES);
    Checks.positive("learning-rate", learningRate, "The usual rate is 1e-4.");
    if (learningRateSchedule == null || !Knots.looksLike(learningRateSchedule)) {
      Settings.requireOneOf("learning-rate-schedule", learningRateSchedule, LearningRate.NAMES);
    } else {
      Knots.parse("learning-rate-schedule", learningRateSchedule);
    }
    requireWhole("warm-up-steps", warmUpSteps, "Use 0 for no warm-up.");
    Settings.require(
        decayRate > 0 && decayRate <= 1,
        "decay-rate",
        decayRate,
        "a number above 0 and at most 1",
        "The default is 0.1.");
    requireWhole("decay-steps", decaySteps, "Use 0 for all steps of the run.");
    Checks.fraction("final-rate-fraction", finalRateFraction, "The default is 0.");
    Settings.require(
        plateauFactor > 0 && plateauFactor < 1,
        "plateau-factor",
        plateauFactor,
        "a number between 0 and 1",
        "The default is 0.1.");
    requireWhole("plateau-patience", plateauPatience, "The default is 10.");
    Checks.notNegative("clip-norm", clipNorm, "Use 0 for no limit.");
    Checks.decay("average-decay", averageDecay, "The usual decay is 0.999; 0 for no average.");
    refuseOthers(epsilon, "epsilon", name.equals("sgd"), name);
    refuseOthers(momentum, "momentum", !name.equals("sgd") && !name.equals("rmsprop"), name);
    refuseOthers(nesterov ? true : null, "nesterov", !name.equals("sgd"), name);
    refuseOthers(weightDecay, "weight-decay", !name.equals("adamw"), name);
    Checks.decay("adam-beta1", adamBeta1, "The usual value is 0.9.");
    Checks.decay("adam-beta2", adamBeta2, "The usual value is 0.999.");
    Checks.decay("rmsprop-decay", rmspropDecay, "The usual value is 0.9.");
    if (epsilon != null) {
      Checks.epsilon(epsilon, "Leave it out for the optimiser's own.");
    }
    if (momentum != null) {
      Checks.decay("momentum", momentum, "Leave it out for the optimiser's own.");
    }
    if (weightDecay != null) {
      Checks.notNegative("weight-decay", weightDecay, "The usual value is 0.01.");
    }
    Settings.require(
        !nesterov || momentum == null || momentum > 0,
        "momentum",
        momentum,
        "a number above 0, since nesterov is true",
        "The usual value is 0.9.");
  }

  /** The optimiser with these settings. */
  public Optimizer newOptimizer() {
    return switch (name) {
      case "adam" -> adam();
      case "adamw" -> new AdamW(adam(), or(weightDecay, AdamW.DEFAULT_WEIGHT_DECAY));
      case "adagrad" -> new Adagrad(0, or(epsilon, Adagrad.DEFAULT.epsilon()));
      case "rmsprop" ->
          new RmsProp(
              rmspropDecay,
              or(momentum, RmsProp.DEFAULT.momentum()),
              or(epsilon, RmsProp.DEFAULT.epsilon()));
      case "sgd" -> new Sgd(or(momentum, Sgd.DEFAULT.momentum()), nesterov);
      default -> throw new IllegalStateException("Optimiser " + name + " is in the list alone.");
    };
  }

  /**
   * The learning rate with these settings, at the beginning of a run.
   *
   * @param totalSteps the run's steps, which a cosine is spread over
   */
  public LearningRate newLearningRate(long totalSteps) {
    LearningRate schedule = schedule(totalSteps);
    return warmUpSteps == 0 ? schedule : new LearningRate.WarmUp(schedule, warmUpSteps);
  }

  /** The average of the weights, if one is wanted. */
  public Optional<WeightAverage> newAverage() {
    return averageDecay == 0 ? Optional.empty() : Optional.of(new WeightAverage(averageDecay));
  }

  private LearningRate schedule(long totalSteps) {
    if (Knots.looksLike(learningRateSchedule)) {
      return new LearningRate.AtKnots(Knots.parse("learning-rate-schedule", learningRateSchedule));
    }
    return switch (learningRateSchedule) {
      case "cosine" -> new LearningRate.Cosine(learningRate, finalRateFraction, totalSteps);
      case "exponential" ->
          new LearningRate.Exponential(
              learningRate,
              decayRate,
              decaySteps == 0 ? totalSteps : decaySteps,
              finalRateFraction);
      case "plateau" ->
          new Plateau(learningRate, plateauFactor, plateauPatience, finalRateFraction);
      case "constant" -> new LearningRate.Constant(learningRate);
      default ->
          throw new IllegalStateException(
              "Schedule " + learningRateSchedule + " is in the list alone.");
    };
  }

  private Adam adam() {
    return new Adam(adamBeta1, adamBeta2, or(epsilon, Adam.DEFAULT.epsilon()));
  }

  private static double or(Double value, double own) {
    return value == null ? own : value;
  }

  private static void requireWhole(String name, long value, String advice) {
    Settings.require(value >= 0, name, value, "a whole number >= 0", advice);
  }

  private static void refuseOthers(Object value, String setting, boolean none, String optimizer) {
    Settings.require(
        value == null || !none,
        setting,
        value,
        "no value, since optimizer " + optimizer + " has none",
        "Leave it out, or choose another optimizer.");
  }
}
