package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.ItemShape;
import org.betavae.train.network.BatchNorm;
import org.betavae.train.network.LayerNetwork;
import org.betavae.train.network.Network;
import org.betavae.train.network.Residual;
import org.betavae.train.network.WeightRules;
import org.junit.jupiter.api.Test;

class ValidationTest {
  private static final ItemShape SHAPE = ItemShape.vector(16);

  /** Not a multiple of any batch here. */
  private static final Blobs DATA = new Blobs(SHAPE, 437);

  @Test
  void lossOfAnObjectiveThatDependsOnTheBatch_isOfWholeBatchesAsInTraining() {
    TrainConfig config = config().objective("beta-tcvae").batch(200).build();
    try (VaeSession session = session(config)) {
      double expected =
          (session.evaluate(items(0, 200), 200, 0, 1).loss
                  + session.evaluate(items(200, 200), 200, 1, 1).loss)
              / 2;
      Validation all = of(session, config);
      assertEquals(expected, all.loss(), 0);
      double kl = all.klPerDimension().stream().mapToDouble(d -> d).sum();
      assertEquals(all.kl(), kl, 1e-9);
    }
  }

  @Test
  void lossOfFewerItemsThanABatch_isOfThose() {
    TrainConfig config = config().objective("dip-vae-i").batch(500).build();
    try (VaeSession session = session(config)) {
      double expected = session.evaluate(items(0, 437), 437, 0, 1).loss;
      assertEquals(expected, of(session, config).loss(), 0);
    }
  }

  @Test
  void callers_changeNoBit() {
    for (String objective : List.of("vae", "beta-tcvae", "factor-vae")) {
      TrainConfig one = config().objective(objective).threads(1).build();
      TrainConfig three = one.toBuilder().threads(3).build();
      try (VaeSession alone = session(one);
          VaeSession together = session(three)) {
        Validation a = of(alone, one);
        Validation b = of(together, three);
        assertEquals(a.terms(), b.terms(), objective);
        assertEquals(a.posteriorStd(), b.posteriorStd(), objective);
        assertEquals(
            ImportanceBound.of(alone, one, DATA, 5, () -> false),
            ImportanceBound.of(together, three, DATA, 5, () -> false),
            objective);
      }
    }
  }

  @Test
  void failureOfOneBatch_isThatOfAll() {
    EvaluationBatches batches = new EvaluationBatches(DATA, 100, 2);
    IllegalStateException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalStateException.class,
            () ->
                batches.each(
                    part -> {
                      if (part.number() == 2) {
                        throw new IllegalStateException("batch 2");
                      }
                      return part.count();
                    },
                    (part, count) -> assertTrue(part.number() < 2),
                    () -> false));
    assertEquals("batch 2", e.getMessage());
  }

  @Test
  void towers_haveSixteenItemsEach_whereTheyNormaliseThem() {
    Model plain = model(new LayerNetwork("plain", List.of(), List.of()), WeightRules.NONE);
    Network norms =
        new LayerNetwork("norm", List.of(), List.of(new Residual(List.of(new BatchNorm(1e-3)))));
    Model norm = model(norms, WeightRules.NONE);
    assertEquals(8, Towers.count(config().batch(64).threads(8).build(), plain));
    assertEquals(5, Towers.count(config().batch(5).threads(8).build(), plain));
    assertEquals(4, Towers.count(config().batch(64).threads(8).build(), norm));
    assertEquals(2, Towers.count(config().batch(64).threads(2).build(), norm));
    assertEquals(3, Towers.count(config().batch(63).threads(8).build(), norm));
    assertEquals(1, Towers.count(config().batch(9).threads(8).build(), norm));
    Model kept = model(norms, new WeightRules(List.of(), false, Map.of()));
    assertEquals(8, Towers.count(config().batch(64).threads(8).build(), kept));
  }

  private static Model model(Network network, WeightRules rules) {
    return new Model(network, rules, Map.of());
  }

  @Test
  void bf16OnAGpu_isTold() {
    TrainConfig bf16 = config().set("precision", "bf16").build();
    assertTrue(Devices.precisionNotice(bf16, "gpu").orElseThrow().contains("--device cpu"));
    assertEquals(Optional.empty(), Devices.precisionNotice(bf16, "cpu"));
    assertEquals(Optional.empty(), Devices.precisionNotice(config().build(), "gpu"));
  }

  private static Validation of(VaeSession session, TrainConfig config) {
    return Validation.of(session, DATA, Optional.empty(), config, 1);
  }

  private static VaeSession session(TrainConfig config) {
    VaeSession session = new VaeSession(config, SHAPE, 1000, "cpu");
    session.initialize();
    return session;
  }

  private static float[] items(int from, int count) {
    float[] items = new float[count * SHAPE.size()];
    for (int i = 0; i < count; i++) {
      DATA.read(from + i, items, i * SHAPE.size());
    }
    return items;
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder().data("blobs").arch("mlp").latent(3).batch(50);
  }
}
