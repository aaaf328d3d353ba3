package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.betavae.train.TrainConfig;
import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {
  @Test
  void defaults_areAdamAtAConstantRate() {
    OptimizerSettings settings = OptimizerSettings.DEFAULT;
    assertEquals(Adam.DEFAULT, settings.newOptimizer());
    assertEquals(new LearningRate.Constant(1e-4), settings.newLearningRate(10));
    assertEquals(Optional.empty(), settings.newAverage());
  }

  @Test
  void everyName_hasItsOptimiser_withItsOwnDefaults() {
    for (String name : Optimizer.NAMES) {
      assertEquals(name, with(Map.of("optimizer", name)).newOptimizer().name());
    }
    assertEquals(new AdamW(Adam.DEFAULT, 0.01), with(Map.of("optimizer", "adamw")).newOptimizer());
    assertEquals(new Adagrad(0, 1e-10), with(Map.of("optimizer", "adagrad")).newOptimizer());
    assertEquals(new RmsProp(0.9, 0, 1e-7), with(Map.of("optimizer", "rmsprop")).newOptimizer());
    assertEquals(new Sgd(0.9, false), with(Map.of("optimizer", "sgd")).newOptimizer());
  }

  @Test
  void settings_reachTheirOptimiser() {
    assertEquals(
        new AdamW(new Adam(0.5, 0.75, 0.125), 0.25),
        with(Map.of(
                "optimizer", "adamw",
                "adam-beta1", 0.5,
                "adam-beta2", 0.75,
                "epsilon", 0.125,
                "weight-decay", 0.25))
            .newOptimizer());
    assertEquals(
        new RmsProp(0.5, 0.75, 0.125),
        with(Map.of(
                "optimizer", "rmsprop", "rmsprop-decay", 0.5, "momentum", 0.75, "epsilon", 0.125))
            .newOptimizer());
    assertEquals(
        new Sgd(0.5, true),
        with(Map.of("optimizer", "sgd", "momentum", 0.5, "nesterov", true)).newOptimizer());
    assertEquals(
        Optional.of(new WeightAverage(0.99)), with(Map.of("average-decay", 0.99)).newAverage());
  }

  @Test
  void settings_reachTheirSchedule() {
    assertEquals(
        new LearningRate.WarmUp(new LearningRate.Cosine(1e-4, 0.5, 700), 9),
        with(Map.of(
                "learning-rate-schedule", "cosine", "final-rate-fraction", 0.5, "warm-up-steps", 9))
            .newLearningRate(700));
    assertEquals(
        new LearningRate.Exponential(1e-4, 0.1, 700, 0),
        with(Map.of("learning-rate-schedule", "exponential")).newLearningRate(700));
    assertEquals(
        new LearningRate.Exponential(1e-4, 0.5, 20, 0),
        with(Map.of("learning-rate-schedule", "exponential", "decay-rate", 0.5, "decay-steps", 20))
            .newLearningRate(700));
    assertEquals(
        1.5e-3,
        with(Map.of("learning-rate-schedule", "0:1e-3,10:2e-3")).newLearningRate(700).rate(5),
        1e-18);
    LearningRate plateau =
        with(Map.of(
                "learning-rate-schedule", "plateau", "plateau-factor", 0.25, "plateau-patience", 0))
            .newLearningRate(700);
    plateau.observe(1);
    plateau.observe(1);
    assertEquals(0.25e-4, plateau.rate(1), 1e-18);
  }

  @Test
  void unknownNames_areRefusedWithTheKnownOnesAndTheNearest() {
    refused("optimizer", "adm", "optimizer is adm", "Did you mean adam?");
    refused("optimizer", "lion", "optimizer is lion", "adam, adamw, adagrad, rmsprop, sgd");
    refused("learning-rate-schedule", "cosin", "learning-rate-schedule is cosin", "cosine?");
    refused("learning-rate-schedule", "0:1e-3,x", "part \"x\"", "STEP:VALUE");
  }

  @Test
  void uselessValues_areRefusedWithValueAndAdvice() {
    refused("learning-rate", 0, "learning-rate is 0.0", "1e-4");
    refused("learning-rate", Double.NaN, "learning-rate is NaN", "1e-4");
    refused("warm-up-steps", -1, "warm-up-steps is -1", "no warm-up");
    refused("decay-rate", 1.5, "decay-rate is 1.5", "0.1");
    refused("decay-rate", 0, "decay-rate is 0.0", "0.1");
    refused("decay-steps", -2, "decay-steps is -2", "all steps");
    refused("final-rate-fraction", 2, "final-rate-fraction is 2.0", "[0, 1]");
    refused("plateau-factor", 1, "plateau-factor is 1.0", "0.1");
    refused("plateau-patience", -1, "plateau-patience is -1", "10");
    refused("adam-beta1", 1, "adam-beta1 is 1.0", "0.9");
    refused("adam-beta2", -0.5, "adam-beta2 is -0.5", "0.999");
    refused("epsilon", 0, "epsilon is 0.0", "Leave it out");
    refused("rmsprop-decay", 1, "rmsprop-decay is 1.0", "0.9");
    refused("clip-norm", Double.POSITIVE_INFINITY, "clip-norm is Infinity", "0 for no limit");
    refused("average-decay", 1, "average-decay is 1.0", "0.999");
  }

  @Test
  void settingsOfAnotherOptimiser_areRefused() {
    refused("momentum", 0.9, "momentum is 0.9", "optimizer adam has none");
    refused("nesterov", true, "nesterov is true", "optimizer adam has none");
    refused("weight-decay", 0.01, "weight-decay is 0.01", "optimizer adam has none");
    refused(Map.of("optimizer", "sgd", "epsilon", 1e-8), "epsilon is 1.0E-8", "sgd has none");
    refused(
        Map.of("optimizer", "sgd", "nesterov", true, "momentum", 0),
        "momentum is 0.0",
        "since nesterov is true");
    refused(Map.of("optimizer", "sgd", "momentum", 1), "momentum is 1.0", "Leave it out");
    refused(Map.of("optimizer", "adamw", "weight-decay", -1), "weight-decay is -1.0", "0.01");
  }

  private static OptimizerSettings with(Map<String, Object> changes) {
    TrainConfig.Builder builder = TrainConfig.defaults().toBuilder();
    changes.forEach(builder::set);
    return builder.build().optimizer();
  }

  private static void refused(String name, Object value, String shown, String advice) {
    refused(Map.of(name, value), shown, advice);
  }

  private static void refused(Map<String, Object> changes, String shown, String advice) {
    var e = assertThrows(IllegalArgumentException.class, () -> with(changes));
    assertTrue(e.getMessage().contains(shown), e.getMessage());
    assertTrue(e.getMessage().contains(advice), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
