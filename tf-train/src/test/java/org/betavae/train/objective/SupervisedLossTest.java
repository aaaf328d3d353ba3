package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.train.TrainConfig;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

class SupervisedLossTest {
  /** Float32 beside numbers with a few digits. */
  private static final double ROUNDING = 1e-5;

  /** Three items of three latents and two factors; the second item has no labels. */
  private static final float[] MEAN = {0, 2, 9, 5, 5, 9, 0, 0, 9};

  private static final float[] LABELS = {0.25f, 0.5f, 1, 0, 0, 0, 0.5f, 0, 1};

  @Test
  void l2_comparesTheSigmoidOfTheMeanWithTheLabel_whereThereIsOne() {
    // (0.5 - 0.25)^2 + (0.880797 - 0.5)^2 and 0 + 0.5^2, over two items.
    double expected = (0.0625 + 0.145006 + 0.25) / 2;
    Formula.Outcomes outcome = evaluate("l2", LABELS);
    assertEquals(expected, outcome.values().get("supervised_loss").get(0), ROUNDING);
    assertEquals(60 + 3 * expected, outcome.values().get("total").get(0), ROUNDING);
  }

  @Test
  void xent_isTheCrossEntropyOfTheMeanAsLogit() {
    // log 2 + (log(1 + e^2) - 2 * 0.5) and 2 log 2, over two items.
    double expected = (Math.log(2) + 2.126928 - 1 + 2 * Math.log(2)) / 2;
    Formula.Outcomes outcome = evaluate("xent", LABELS);
    assertEquals(expected, outcome.values().get("supervised_loss").get(0), ROUNDING);
  }

  @Test
  void unlabelledItemsAndFurtherLatents_haveNoGradient() {
    List<Float> gradient = evaluate("xent", LABELS).gradients().get("mean");
    for (int i : new int[] {2, 3, 4, 5, 8}) {
      assertEquals(0, (float) gradient.get(i), "element " + i);
    }
    assertTrue(gradient.get(1) > 0);
  }

  @Test
  void batchWithoutLabels_addsNothing() {
    for (String name : List.of("l2", "xent")) {
      Formula.Outcomes outcome = evaluate(name, new float[9]);
      assertEquals(60, (float) outcome.values().get("total").get(0));
      assertTrue(outcome.gradients().get("mean").stream().allMatch(g -> g == 0));
    }
  }

  @Test
  void settings_areCheckedAndDescribed() {
    assertEquals(Optional.empty(), SupervisedSettings.DEFAULT.newLoss());
    assertEquals(Map.of(), SupervisedSettings.DEFAULT.settings());
    assertEquals(
        Map.of("supervised", "l2", "supervised-weight", 2.0, "supervised-labels", 7),
        new SupervisedSettings("l2", 2, 7).settings());
    assertRefused("supervised", "L3", "supervised is L3, expected one of none, l2, xent.");
    assertRefused("supervised-weight", -1.0, "supervised-weight is -1.0, expected a finite number");
    assertRefused("supervised-labels", -1, "supervised-labels is -1, expected a whole number >= 0");
  }

  private static void assertRefused(String setting, Object value, String message) {
    TrainConfig.Builder builder = Losses.settings("vae").set(setting, value);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  private static Formula.Outcomes evaluate(String name, float[] labels) {
    return new Formula()
        .with("mean", MEAN, 3, 3)
        .with("labels", labels, 3, 3)
        .evaluateAll(
            (pass, in) -> {
              Objective.Loss loss =
                  new SupervisedLoss(name, 3)
                      .addTo(
                          pass.tf(),
                          Objective.Loss.of(pass.tf().constant(60f)),
                          in.get("mean"),
                          in.get("labels"));
              Operand<TFloat32> term = loss.parts().get("supervised_loss");
              return Map.of("total", loss.total(), "supervised_loss", term);
            },
            "total",
            "mean");
  }
}
