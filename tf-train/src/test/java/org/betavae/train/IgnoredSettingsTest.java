package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.betavae.train.objective.Objective;
import org.junit.jupiter.api.Test;

class IgnoredSettingsTest {
  @Test
  void settingsOfAnotherObjectiveOrLikelihood_areToldWithTheirValues() {
    assertTold(builder("vae").beta(8), "beta 8.0 (objective vae has none)");
    assertTold(builder("factor-vae").beta(5), "beta 5.0 (objective factor-vae has none)");
    assertTold(
        builder("beta-tcvae").set("alpha", 5).set("gamma", 2),
        "gamma 2.0 (objective beta-tcvae has none), alpha 5.0 (objective beta-tcvae has none)");
    assertTold(
        builder("iwae").set("beta-schedule", "cyclic"),
        "beta-schedule cyclic (objective iwae has none)");
    assertTold(builder("beta-vae").set("sigma", 0.1), "sigma 0.1 (likelihood bernoulli has none)");
    assertTold(
        builder("vae").set("prior-components", 7),
        "prior-components 7 (prior standard-normal has none)");
    assertTold(
        builder("vae").set("supervised-labels", 7),
        "supervised-labels 7 (supervised none has none)");
  }

  @Test
  void defaults_andSettingsThatAreUsed_areNotTold() {
    for (String objective : Objective.NAMES) {
      assertEquals(Optional.empty(), IgnoredSettings.notice(builder(objective).build()), objective);
    }
    for (TrainConfig.Builder used :
        new TrainConfig.Builder[] {
          builder("beta-vae").beta(8).set("normalised-beta", true).set("beta-schedule", "cyclic"),
          builder("vae").set("beta-schedule", "warm-up"),
          builder("beta-tcvae").beta(3).set("tc-estimator", "mss").set("alpha", 5),
          builder("info-vae").set("alpha", -0.5).set("lambda", 10),
          builder("dip-vae-i").set("lambda-od", 3).set("lambda-d-factor", 2),
          builder("annealed-vae").set("gamma", 3).set("c-max", 2).set("iteration-threshold", 9),
          builder("factor-vae").set("gamma", 3).set("discriminator-learning-rate", 1e-3),
          builder("iwae").set("importance-samples", 3),
          builder("vae").likelihood("laplace").set("sigma", 0.1)
        }) {
      assertEquals(Optional.empty(), IgnoredSettings.notice(used.build()));
    }
    // A likelihood's width that another likelihood leaves behind.
    TrainConfig gaussian = builder("vae").likelihood("gaussian").build();
    assertEquals(
        Optional.empty(),
        IgnoredSettings.notice(gaussian.toBuilder().likelihood("bernoulli").build()));
  }

  private static TrainConfig.Builder builder(String objective) {
    return TrainConfig.defaults().toBuilder().objective(objective);
  }

  private static void assertTold(TrainConfig.Builder builder, String ignored) {
    assertEquals(
        Optional.of("Without effect: " + ignored + ". Leave them out"),
        IgnoredSettings.notice(builder.build()));
  }
}
