package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class GradientClipTest {
  /** The scale, the product and the norm are rounded to float32 once each. */
  private static final double ROUNDING = 2e-7;

  /** Clipped values in one row, and the norm. */
  private static final class Outcome {
    final float[] values;
    final float norm;

    Outcome(float[] values, float norm) {
      this.values = values;
      this.norm = norm;
    }
  }

  @Test
  void clipped_isThatOfTensorFlow() {
    JsonNode golden = Golden.read();
    int n = 0;
    for (JsonNode c : golden.get("clips")) {
      JsonNode gradients = golden.get("gradients");
      int step = n++ % 3;
      Outcome found =
          clip(
              c.get("limit").asDouble(),
              Golden.floats(gradients.get("kernel").get(step)),
              Golden.floats(gradients.get("bias").get(step)));
      double norm = c.get("norm").asDouble();
      assertEquals(norm, found.norm, ROUNDING * norm);
      double[] kernel = Golden.doubles(c.get("kernel"));
      double[] bias = Golden.doubles(c.get("bias"));
      for (int i = 0; i < found.values.length; i++) {
        double expected = i < kernel.length ? kernel[i] : bias[i - kernel.length];
        assertEquals(expected, found.values[i], ROUNDING * Math.abs(expected));
      }
    }
    assertEquals(9, n);
  }

  @Test
  void threeAndFour_toALimitOfOne_arePointSixAndPointEight() {
    Outcome found = clip(1, new float[] {3}, new float[] {4});
    assertEquals(5, found.norm);
    assertArrayEquals(new float[] {0.6f, 0.8f}, found.values, 1e-7f);
  }

  @Test
  void upToTheLimit_nothingChanges_toTheBit() {
    float[] gradients = {0.1f, -0.3f, 1e-30f};
    assertArrayEquals(gradients, clip(0.32, gradients).values, 0f);
    assertArrayEquals(new float[] {3, 4}, clip(5, new float[] {3, 4}).values, 0f);
  }

  @Test
  void zeroGradients_stayZero() {
    Outcome found = clip(1, new float[4]);
    assertEquals(0, found.norm);
    assertArrayEquals(new float[4], found.values, 0f);
  }

  @Test
  void hugeGradients_areClippedWithoutOverflow() {
    Outcome found = clip(10, new float[] {3e30f}, new float[] {-4e30f});
    assertEquals(5e30f, found.norm, 1e24f);
    assertArrayEquals(new float[] {6, -8}, found.values, 1e-5f);
  }

  @Test
  void tinyGradients_haveTheirNorm() {
    assertEquals(5e-30f, clip(1, new float[] {3e-30f, 4e-30f}).norm, 1e-36f);
  }

  @Test
  void infiniteGradient_showsInTheNorm() {
    Outcome found = clip(1, new float[] {Float.POSITIVE_INFINITY}, new float[] {1});
    assertEquals(Float.POSITIVE_INFINITY, found.norm);
    assertTrue(Float.isNaN(found.values[0]));
  }

  @Test
  void uselessLimits_andNoGradients_areRefused() {
    for (double limit : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var e = assertThrows(IllegalArgumentException.class, () -> clip(limit, new float[] {1}));
      assertTrue(e.getMessage().contains("clip-norm is " + limit), e.getMessage());
      assertTrue(e.getMessage().contains("A usual value is 1"), e.getMessage());
    }
    var e = assertThrows(IllegalArgumentException.class, () -> clip(1));
    assertTrue(e.getMessage().contains("0 gradients"), e.getMessage());
  }

  private static Outcome clip(double limit, float[]... gradients) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      List<Output<TFloat32>> outputs = new ArrayList<>();
      for (float[] gradient : gradients) {
        outputs.add(tf.constant(gradient).asOutput());
      }
      GradientClip.Clipped clipped = GradientClip.byGlobalNorm(tf, outputs, limit);
      Session.Runner runner = session.runner().fetch(clipped.norm());
      clipped.gradients().forEach(runner::fetch);
      try (Result result = runner.run()) {
        FloatBuffer values = FloatBuffer.allocate(16);
        for (int i = 1; i < result.size(); i++) {
          float[] part = new float[(int) result.get(i).shape().size()];
          result.get(i).asRawTensor().data().asFloats().read(part);
          values.put(part);
        }
        return new Outcome(
            Arrays.copyOf(values.array(), values.position()),
            ((TFloat32) result.get(0)).getFloat());
      }
    }
  }
}
