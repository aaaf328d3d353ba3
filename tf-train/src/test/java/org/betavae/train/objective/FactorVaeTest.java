package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class FactorVaeTest {
  /** Float32 beside numbers with five digits. */
  private static final double ROUNDING = 1e-5;

  private static final FactorVae SMALL = new FactorVae(10, new Discriminator(2, 3, 0.2f));

  @Test
  void losses_areWorkedOutFromTheLogits() {
    // Margins 2 and -1: softplus(-2) = 0.126928 and softplus(-1) = 0.313262.
    Map<String, Double> values = losses(new float[] {2, 0}, new float[] {0, 1});
    assertEquals(2, values.get("total_correlation"), ROUNDING);
    assertEquals(50 + 7 + 10 * 2, values.get("total"), ROUNDING);
    assertEquals((0.126928 + 0.313262) / 2, values.get("discriminator_loss"), ROUNDING);
    assertEquals(1, values.get("discriminator_accuracy"));
  }

  @Test
  void undecidedDiscriminator_seesNoTotalCorrelationAndLosesLogTwo() {
    Map<String, Double> values = losses(new float[] {3, 3}, new float[] {-1, -1});
    assertEquals(0, values.get("total_correlation"));
    assertEquals(50 + 7, values.get("total"));
    assertEquals(Math.log(2), values.get("discriminator_loss"), ROUNDING);
    assertEquals(0.5f, values.get("discriminator_accuracy"));
  }

  @Test
  void hugeLogits_keepTheLossFinite() {
    Map<String, Double> values = losses(new float[] {0, 1e4f}, new float[] {1e4f, 0});
    assertEquals(1e4, values.get("discriminator_loss"));
    assertEquals(0, values.get("discriminator_accuracy"));
  }

  @Test
  void permuted_ordersEachLatentByItsOwnNumbers() {
    Formula.Outcome outcome =
        new Formula()
            .with("z", new float[] {1, 10, 2, 20, 3, 30}, 3, 2)
            .with("uniform", new float[] {0.1f, 0.9f, 0.5f, 0.2f, 0.7f, 0.4f}, 3, 2)
            .evaluate((tf, in) -> FactorVae.permuted(tf, in.get("z"), in.get("uniform")));
    assertEquals(List.of(3f, 10f, 2f, 30f, 1f, 20f), outcome.value());
  }

  @Test
  void weights_belongToTheAdversary() {
    List<String> names =
        List.of(
            "discriminator/dense1/kernel",
            "discriminator/dense2/bias",
            "discriminator/logits/kernel");
    Formula.Outcomes outcome =
        new Formula()
            .with("z", new float[] {1, 2, 3, 4}, 2, 2)
            .with("uniform", new float[] {0.1f, 0.9f, 0.5f, 0.2f}, 2, 2)
            .evaluateAll(
                (pass, in) -> {
                  Objective.Terms terms = terms(pass.tf(), in.get("z"), in.get("uniform"));
                  return Map.of("adversary", SMALL.loss(pass, terms).adversary().orElseThrow());
                },
                "adversary",
                names.toArray(String[]::new));
    for (String name : names) {
      assertTrue(outcome.gradients().get(name).stream().anyMatch(g -> g != 0), name);
    }
  }

  @Test
  void defaults_areThePublishedOnes() {
    Objective objective = Losses.settings("factor-vae").build().newObjective();
    assertEquals(new FactorVae(10, new Discriminator(6, 1000, 0.2f)), objective);
    assertEquals(Map.of("gamma", 10.0), objective.settings());
  }

  @Test
  void uselessGamma_isRefusedWithItsValueAndAdvice() {
    var builder = Losses.settings("factor-vae").set("gamma", -1.0);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(
        "gamma is -1.0, expected a finite number >= 0. Leave it out for the objective's default.",
        e.getMessage());
  }

  @Test
  void discriminatorThatNeverLearns_isRefused() {
    var builder = Losses.settings("factor-vae").set("discriminator-learning-rate", 0.0);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(
        "discriminator-learning-rate is 0.0, expected a finite number > 0. The default is 1e-4.",
        e.getMessage());
  }

  private static Map<String, Double> losses(float[] ofZ, float[] ofPermuted) {
    Formula.Outcomes outcomes =
        new Formula()
            .with("z", ofZ, 1, 2)
            .with("permuted", ofPermuted, 1, 2)
            .evaluateAll(
                (pass, in) -> {
                  Operand<TFloat32> z = in.get("z");
                  Objective.Loss loss =
                      SMALL.loss(pass.tf(), terms(pass.tf(), z, z), z, in.get("permuted"));
                  Map<String, Operand<TFloat32>> all = new HashMap<>(loss.parts());
                  all.put("total", loss.total());
                  return all;
                },
                "total");
    Map<String, Double> values = new HashMap<>();
    outcomes.values().forEach((name, value) -> values.put(name, (double) value.get(0)));
    return values;
  }

  private static Objective.Terms terms(Ops tf, Operand<TFloat32> z, Operand<TFloat32> uniform) {
    return new Objective.Terms(
        z, z, z, tf.constant(50f), tf.constant(7f), List.of(), List.of(uniform), 1000, 64);
  }
}
