package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.betavae.train.network.Initializer;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

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

  private static double[] run(float rate, float... gradients) {
    double[] weights = new double[gradients.length];
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Weights all = new Weights(tf);
      all.get("w", new long[] {1}, Initializer.ZEROS);
      Weight w = all.all().iterator().next();
      Placeholder<TFloat32> gradient =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1)));
      Adam.InGraph adam = Adam.DEFAULT.build(tf, List.of(w), new Output<?>[] {gradient.asOutput()});
      assign(session, w.value(), w.assign(), 1);
      assign(session, adam.moments().get(0).value(), adam.moments().get(0).assignFirst(), 0);
      assign(session, adam.moments().get(0).value(), adam.moments().get(0).assignSecond(), 0);
      for (int i = 0; i < gradients.length; i++) {
        try (TFloat32 g = TFloat32.vectorOf(gradients[i]);
            TFloat32 corrected = TFloat32.scalarOf(Adam.DEFAULT.correctedRate(rate, i + 1))) {
          session
              .runner()
              .feed(gradient, g)
              .feed(adam.correctedRate(), corrected)
              .addTarget(adam.update())
              .run()
              .close();
        }
        try (Result result = session.runner().fetch(w.variable()).run()) {
          weights[i] = ((TFloat32) result.get(0)).getFloat(0);
        }
      }
    }
    return weights;
  }

  private static void assign(
      Session session,
      Placeholder<TFloat32> placeholder,
      org.tensorflow.op.core.Assign<TFloat32> assign,
      float value) {
    try (TFloat32 tensor = TFloat32.vectorOf(value)) {
      session.runner().feed(placeholder, tensor).addTarget(assign).run().close();
    }
  }
}
