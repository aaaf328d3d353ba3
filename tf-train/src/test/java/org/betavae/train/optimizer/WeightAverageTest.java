package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WeightAverageTest {
  /** Eight steps of a few float32 operations on numbers up to 3. */
  private static final double ROUNDING = 1e-6;

  private static final List<String> PARTS = List.of("kernel", "bias");

  @Test
  void averages_areThoseOfTensorFlow() {
    JsonNode golden = Golden.read();
    for (JsonNode c : golden.get("averages")) {
      WeightAverage average = new WeightAverage(c.get("decay").asDouble());
      try (Rig rig = new Rig(new Sgd(0, false), Optional.of(average))) {
        rig.set(
            Map.of(
                "layer/kernel", Golden.floats(golden.get("weights").get("kernel")),
                "layer/bias", Golden.floats(golden.get("weights").get("bias"))));
        for (int t = 0; t < golden.get("rates").size(); t++) {
          JsonNode gradients = golden.get("gradients");
          rig.step(
              golden.get("rates").get(t).asDouble(),
              t + 1,
              Map.of(
                  "layer/kernel", Golden.floats(gradients.get("kernel").get(t)),
                  "layer/bias", Golden.floats(gradients.get("bias").get(t))));
          for (String part : PARTS) {
            double[] expected = Golden.doubles(c.get(part).get(t));
            float[] found = rig.slots().get("average/layer/" + part);
            for (int i = 0; i < expected.length; i++) {
              assertEquals(expected[i], found[i], ROUNDING, part + i + " after step " + (t + 1));
            }
          }
        }
      }
    }
  }

  @Test
  void firstStep_isTheOneWorkedOutByHand() {
    // w goes from 1 to 0.9; a = 1 - (1 - 2/11) (1 - 0.9).
    try (Rig rig = new Rig(new Sgd(0, false), Optional.of(new WeightAverage(0.999)))) {
      rig.set(Map.of("layer/kernel", filled(6, 1), "layer/bias", filled(3, 1)));
      rig.step(0.1, 1, Map.of("layer/kernel", filled(6, 1), "layer/bias", filled(3, 1)));
      float expected = (float) (1 - 9 / 11.0 * 0.1);
      assertArrayEquals(filled(6, expected), rig.slots().get("average/layer/kernel"), 1e-7f);
    }
  }

  @Test
  void weightsThatStay_areTheirOwnAverage() {
    try (Rig rig = new Rig(new Sgd(0, false), Optional.of(new WeightAverage(0.9)))) {
      rig.set(Map.of("layer/kernel", filled(6, 0.7f), "layer/bias", filled(3, -3)));
      for (int t = 1; t <= 5; t++) {
        rig.step(0.1, t, Map.of("layer/kernel", filled(6, 0), "layer/bias", filled(3, 0)));
      }
      assertArrayEquals(filled(6, 0.7f), rig.slots().get("average/layer/kernel"), 0f);
      assertArrayEquals(filled(3, -3), rig.slots().get("average/layer/bias"), 0f);
    }
  }

  @Test
  void share_fallsToOneMinusTheDecay_andForgetsTheFirstWeights() {
    WeightAverage average = new WeightAverage(0.999);
    assertEquals(9 / 11.0, average.share(1), 1e-7);
    assertEquals(0.5, average.share(8), 1e-7);
    assertEquals((float) (1 - 0.999), average.share(9000));
    assertEquals((float) (1 - 0.999), average.share(Long.MAX_VALUE));
    double left = 1;
    for (int t = 1; t <= 20; t++) {
      left *= 1 - average.share(t);
    }
    assertTrue(left < 1e-6, "left of the first weights: " + left);
  }

  @Test
  void uselessDecays_areRefused() {
    for (double decay : new double[] {0, 1, -0.5, Double.NaN}) {
      var e = assertThrows(IllegalArgumentException.class, () -> new WeightAverage(decay));
      assertTrue(e.getMessage().contains("average-decay is " + decay), e.getMessage());
      assertTrue(e.getMessage().contains("0.999"), e.getMessage());
    }
  }

  private static float[] filled(int size, float value) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }
}
