package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AdamTest {
  /** Float32 state against numbers worked out with 40 decimal digits. */
  private static final double ROUNDING = 2e-7;

  private static final float[] GRADIENTS = {0.5f, -0.25f, 2, 0};

  /** w after each step from w = 1 at α = 0.1, worked out in decimal arithmetic from the paper. */
  private static final double[] WEIGHTS = {
    0.90000006324553, 0.87336637435179, 0.80630161982710, 0.75136625368789
  };

  @Test
  void fourSteps_giveTheWeightsWorkedOutInDecimal() {
    assertArrayEquals(WEIGHTS, run(0.1f, GRADIENTS), ROUNDING);
  }

  @Test
  void firstStep_movesByTheLearningRate_whateverTheGradient() {
    // Far above epsilon, that is.
    assertEquals(1 - 0.01, run(0.01f, 1)[0], ROUNDING);
    assertEquals(1 + 0.01, run(0.01f, -1e3f)[0], ROUNDING);
  }

  @Test
  void uselessSettings_areRefusedWithTheirValue() {
    var beta = assertThrows(IllegalArgumentException.class, () -> new Adam(1, 0.9, 1e-8));
    assertTrue(beta.getMessage().contains("beta1 is 1.0, expected a number in [0, 1)"));
    var epsilon = assertThrows(IllegalArgumentException.class, () -> new Adam(0, 0.9, Double.NaN));
    assertTrue(epsilon.getMessage().contains("epsilon is NaN"));
  }

  @Test
  void settingsThatFloat32Rounds_toOneOrZero_areRefused() {
    var beta = assertThrows(IllegalArgumentException.class, () -> new Adam(0, 1 - 1e-9, 1e-8));
    assertTrue(beta.getMessage().contains("adam-beta2 is 0.999999999"), beta.getMessage());
    var epsilon = assertThrows(IllegalArgumentException.class, () -> new Adam(0, 0.9, 1e-40));
    assertTrue(epsilon.getMessage().contains("epsilon is 1.0E-40"), epsilon.getMessage());
  }

  private static double[] run(float rate, float... gradients) {
    double[] weights = new double[gradients.length];
    try (Rig rig = new Rig(Adam.DEFAULT)) {
      rig.set(Rig.filled(1));
      for (int i = 0; i < gradients.length; i++) {
        rig.step(rate, i + 1, Rig.filled(gradients[i]));
        weights[i] = rig.weights().get("layer/bias")[0];
      }
    }
    return weights;
  }
}
