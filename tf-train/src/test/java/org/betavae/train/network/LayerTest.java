package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class LayerTest {
  /** float32 sums of up to a few hundred products of size 1. */
  private static final float ROUNDING = 1e-4f;

  /** Central differences of float32 sums: rounding of 1e-5 over a step of 2e-2, and curvature. */
  private static final float DIFFERENCES = 2e-2f;

  private static final float STEP = 1e-2f;
  private static final int BATCH = 4;
  private static final ObjectMapper YAML = new YAMLMapper();

  /** Shapes by hand, and the same from TensorFlow; gradients against differences. */
  @ParameterizedTest(name = "{0} on {1} gives {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{dense: 3}                                                         | 5     | 3",
        "{conv: {filters: 3, kernel: 4, stride: 2}}                         | 5x6x2 | 3x3x3",
        "{conv: {filters: 3, kernel: 3, init: he}}                          | 4x3x2 | 4x3x3",
        "{conv: {filters: 2, kernel: 3, stride: 2, padding: valid}}         | 6x5x2 | 2x2x2",
        "{conv-transpose: {filters: 3, kernel: 4, stride: 2}}               | 3x2x2 | 6x4x3",
        "{conv-transpose: {filters: 5, kernel: 3}}                          | 3x2x2 | 3x2x5",
        "{conv-transpose: {filters: 2, kernel: 5, stride: 2, padding: valid}}| 3x2x2 | 9x7x2",
        "{conv-transpose: {filters: 2, kernel: 1, stride: 2, padding: valid}}| 3x2x2 | 6x4x2",
        "batch-norm                                                         | 3x2x2 | 3x2x2",
        "batch-norm                                                         | 5     | 5",
        "layer-norm                                                         | 3x2x4 | 3x2x4",
        "layer-norm                                                         | 5     | 5",
        "{dropout: 0.4}                                                     | 3x2x4 | 3x2x4",
        "{rescale: {scale: 2, shift: -1}}                                   | 3x2x2 | 3x2x2",
        "{rescale: -0.5}                                                    | 5     | 5",
        "{resize: 2}                                                        | 3x2x2 | 6x4x2",
        "{resize: 3}                                                        | 3x2x1 | 9x6x1",
        "{resize: {size: [5, 3]}}                                           | 3x4x2 | 5x3x2",
        "{resize: {factor: 2, method: bilinear}}                            | 3x2x2 | 6x4x2",
        "{resize: {size: [5, 3], method: bilinear}}                         | 3x4x2 | 5x3x2",
        "{max-pool: 2}                                                      | 5x4x2 | 3x2x2",
        "{max-pool: {size: 3, stride: 2, padding: valid}}                   | 6x5x2 | 2x2x2",
        "{average-pool: 2}                                                  | 5x4x2 | 3x2x2",
        "{average-pool: {size: 3, stride: 1}}                               | 5x4x2 | 5x4x2",
        "flatten                                                            | 3x2x2 | 12",
        "{reshape: [2, 3, 2]}                                               | 12    | 2x3x2",
        "{reshape: [12]}                                                    | 3x2x2 | 12",
        "{residual: [elu, {conv: {filters: 2, kernel: 3}}]}                 | 3x4x2 | 3x4x2",
        "{residual: [{conv: {filters: 5, kernel: 3, stride: 2}}, tanh]}     | 5x7x2 | 3x4x5",
        "{residual: [{dense: 5}, swish]}                                    | 5     | 5",
        "leaky-relu | 3x2x2 | 3x2x2",
        "relu       | 5     | 5",
        "elu        | 5     | 5",
        "selu       | 5     | 5",
        "gelu       | 5     | 5",
        "swish      | 5     | 5",
        "tanh       | 5     | 5",
        "sigmoid    | 5     | 5",
        "softplus   | 5     | 5"
      })
  void layer_hasItsShape_andTrueGradients(String entry, String from, String to) throws IOException {
    Layer layer = layer(entry);
    ItemShape in = shape(from);
    assertEquals(to, layer.outputShape(in).toString());
    try (Run run = new Run(layer, in, true)) {
      float[] x = random(1, BATCH * in.size());
      run.requireShape(to);
      float[] expected = run.gradient(x);
      for (int i = 0; i < x.length; i += Math.max(1, x.length / 17)) {
        float kept = x[i];
        x[i] = kept + STEP;
        double above = run.loss(x);
        x[i] = kept - STEP;
        double below = run.loss(x);
        x[i] = kept;
        assertEquals((above - below) / (2 * STEP), expected[i], DIFFERENCES, "value " + i);
      }
    }
    try (Run run = new Run(layer, in, false)) {
      run.requireShape(to);
    }
  }

  @Test
  void activations_haveTheirValues() {
    float[] x = {-1, 2, 0};
    assertArrayEquals(new float[] {0, 2, 0}, values(Activation.RELU, x), ROUNDING);
    assertArrayEquals(new float[] {-0.2f, 2, 0}, values(Activation.LEAKY_RELU, x), ROUNDING);
    assertArrayEquals(new float[] {-0.63212f, 2, 0}, values(Activation.ELU, x), ROUNDING);
    assertArrayEquals(new float[] {-1.11133f, 2.10140f, 0}, values(Activation.SELU, x), ROUNDING);
    assertArrayEquals(new float[] {-0.15866f, 1.95450f, 0}, values(Activation.GELU, x), ROUNDING);
    assertArrayEquals(new float[] {-0.26894f, 1.76159f, 0}, values(Activation.SWISH, x), ROUNDING);
    assertArrayEquals(new float[] {-0.76159f, 0.96403f, 0}, values(Activation.TANH, x), ROUNDING);
    assertArrayEquals(
        new float[] {0.26894f, 0.88080f, 0.5f}, values(Activation.SIGMOID, x), ROUNDING);
    assertArrayEquals(
        new float[] {0.31326f, 2.12693f, 0.69315f}, values(Activation.SOFTPLUS, x), ROUNDING);
  }

  @Test
  void rescale_isWorkedByHand_andRefusesZero() {
    float[] y = values(new Rescale(2, -1), 0, 0.25f, 1);
    assertArrayEquals(new float[] {-1, -0.5f, 1}, y, ROUNDING);
    var e = assertThrows(IllegalArgumentException.class, () -> new Rescale(0, 1));
    assertTrue(e.getMessage().contains("scale is 0.0, expected a finite number other than 0"));
  }

  private static float[] values(Layer layer, float... x) {
    try (Run run = new Run(layer, ItemShape.vector(x.length), false)) {
      return run.output(x, 1);
    }
  }

  @Test
  void layerNorm_ofThreeValues_isWorkedByHand() {
    // Mean 2, variance 2/3; without epsilon the outer values would be sqrt(1.5) = 1.22474.
    float[] y = values(new LayerNorm(1e-3), 1, 2, 3);
    assertArrayEquals(new float[] {-1.22383f, 0, 1.22383f}, y, ROUNDING);
  }

  @Test
  void batchNorm_whileTraining_usesTheBatch_andFollowsItsStatistics() {
    try (Run run = new Run(new BatchNorm(1e-3), ItemShape.vector(1), true)) {
      // Mean 2.5, variance 1.25, unbiased 5/3.
      float[] x = {1, 2, 3, 4};
      float scale = (float) (1 / Math.sqrt(1.251));
      float[] expected = {-1.5f * scale, -0.5f * scale, 0.5f * scale, 1.5f * scale};
      assertArrayEquals(expected, run.output(x, BATCH), ROUNDING);
      run.updateStatistics(x);
      assertEquals(0.01f * 2.5f, run.weight("layer/moving_mean")[0], 1e-6f);
      assertEquals(0.99f + 0.01f * 5 / 3, run.weight("layer/moving_variance")[0], 1e-6f);
    }
  }

  @Test
  void batchNorm_elsewhere_usesTheMovingStatistics() {
    for (ItemShape shape : List.of(ItemShape.vector(2), ItemShape.image(1, 1, 2))) {
      try (Run run = new Run(new BatchNorm(0.25), shape, false)) {
        run.set("layer/moving_mean", 1, 3);
        run.set("layer/moving_variance", 0.75f, 2);
        run.set("layer/gamma", 2, 3);
        run.set("layer/beta", 10, 20);
        // 2 (2 - 1) / sqrt(1) + 10, and 3 (0 - 3) / sqrt(2.25) + 20.
        assertArrayEquals(new float[] {12, 14}, run.output(new float[] {2, 0}, 1), ROUNDING);
      }
    }
  }

  @Test
  void dropout_dropsItsShare_keepsTheMean_andDependsOnTheSeedAlone() {
    ItemShape shape = ItemShape.vector(1000);
    float[] ones = new float[BATCH * 1000];
    java.util.Arrays.fill(ones, 1);
    try (Run run = new Run(new Dropout(0.25), shape, true)) {
      float[] y = run.output(ones, BATCH);
      int zeros = 0;
      for (float value : y) {
        assertTrue(value == 0 || Math.abs(value - 4 / 3f) < ROUNDING, "value " + value);
        zeros += value == 0 ? 1 : 0;
      }
      // Standard deviation of the share: sqrt(0.25 * 0.75 / 4000) = 0.0068.
      assertEquals(0.25, zeros / 4000.0, 5 * 0.0068);
      assertArrayEquals(y, run.output(ones, BATCH));
      run.seed(1);
      assertTrue(!java.util.Arrays.equals(y, run.output(ones, BATCH)));
    }
    try (Run run = new Run(new Dropout(0.25), shape, false)) {
      assertArrayEquals(ones, run.output(ones, BATCH));
    }
  }

  @Test
  void nearestResize_repeatsPixels_andBilinearTakesQuarters() {
    ItemShape shape = ItemShape.image(1, 2, 1);
    try (Run run = new Run(Resize.by(2, Resize.Method.NEAREST), shape, false)) {
      assertArrayEquals(
          new float[] {1, 1, 5, 5, 1, 1, 5, 5}, run.output(new float[] {1, 5}, 1), ROUNDING);
    }
    try (Run run = new Run(Resize.by(2, Resize.Method.BILINEAR), shape, false)) {
      assertArrayEquals(
          new float[] {1, 2, 4, 5, 1, 2, 4, 5}, run.output(new float[] {1, 5}, 1), ROUNDING);
    }
  }

  @Test
  void initializers_haveTheirSpread() {
    long[] kernel = {3, 3, 50, 20};
    assertEquals(Math.sqrt(2 / 450.0), deviation(KernelInit.HE.values(kernel, 3)), 2e-3);
    // Uniform in +-a has the deviation a / sqrt(3), and a = sqrt(6 / (450 + 180)).
    double glorot = Math.sqrt(6 / 630.0 / 3);
    assertEquals(glorot, deviation(KernelInit.GLOROT.values(kernel, 3)), 2e-3);
    assertArrayEquals(new float[] {0, 0}, KernelInit.ZEROS.values(new long[] {1, 2}, 3));
    assertArrayEquals(new float[] {1, 1}, Initializer.ONES.values(new long[] {2}, 3));
    assertArrayEquals(KernelInit.HE.values(kernel, 3), KernelInit.HE.values(kernel, 3));
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> KernelInit.GLOROT.values(new long[] {2}, 3));
    assertTrue(e.getMessage().contains("at least 2 dimensions, got 1"), e.getMessage());
  }

  private static double deviation(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum / values.length);
  }

  static Layer layer(String entry) throws IOException {
    return LayerList.read("layers", YAML.readTree("[" + entry + "]")).get(0);
  }

  private static ItemShape shape(String text) {
    int[] d = java.util.Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray();
    return d.length == 1 ? ItemShape.vector(d[0]) : ItemShape.image(d[0], d[1], d[2]);
  }

  private static float[] random(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      // Away from 0, where some layers have a kink.
      float v = (float) random.nextGaussian();
      values[i] = v + Math.copySign(2 * STEP, v);
    }
    return values;
  }

  /** One layer in a graph, with the loss Σ g y for some g. */
  private static final class Run implements AutoCloseable {
    private final ItemShape in;
    private final Graph graph = new Graph();
    private final Session session;
    private final Weights weights;
    private final Pass pass;
    private final Placeholder<TFloat32> x;
    private final Operand<TFloat32> y;
    private final Operand<TFloat32> loss;
    private final Output<?> gradient;
    private final List<Op> updates;
    private int seed;

    Run(Layer layer, ItemShape in, boolean training) {
      this.in = in;
      Ops tf = Ops.create(graph);
      weights = new Weights(tf);
      pass = training ? Pass.training(tf, weights) : Pass.inference(tf, weights);
      x = tf.placeholder(TFloat32.class, Placeholder.shape(dims(training ? BATCH : -1)));
      y = layer.apply(pass, "layer", tf.identity(x));
      int size = layer.outputShape(in).size();
      Operand<TFloat32> flat = tf.reshape(y, tf.constant(new int[] {-1, size}));
      Operand<TFloat32> g =
          tf.reshape(tf.constant(random(2, BATCH * size)), tf.constant(new int[] {BATCH, size}));
      loss = tf.reduceSum(tf.math.mul(flat, g), tf.constant(new int[] {0, 1}));
      gradient = graph.addGradients(loss.asOutput(), new Output<?>[] {x.asOutput()})[0];
      updates = pass.statisticUpdates(pass.tf(), 0.99f);
      session = new Session(graph);
      for (Weights.Weight w : weights.all()) {
        set(w.name(), w.initialValues(7));
      }
    }

    private Shape dims(long batch) {
      return in.image()
          ? Shape.of(batch, in.height(), in.width(), in.channels())
          : Shape.of(batch, in.size());
    }

    void requireShape(String expected) {
      assertEquals(expected, Layer.itemOf(y).toString());
      float[] out = output(random(5, BATCH * in.size()), BATCH);
      assertEquals(BATCH * shape(expected).size(), out.length);
    }

    void seed(int value) {
      seed = value;
    }

    void set(String name, float... values) {
      Weights.Weight w = weights.find(name);
      try (TFloat32 tensor = tensor(w.tensorShape(), values)) {
        session.runner().feed(w.value(), tensor).addTarget(w.assign()).run().close();
      }
    }

    float[] weight(String name) {
      try (Result result = session.runner().fetch(weights.find(name).variable()).run()) {
        return floats(result);
      }
    }

    void updateStatistics(float[] values) {
      run(values, BATCH, null);
    }

    float[] output(float[] values, int n) {
      return run(values, n, y.asOutput());
    }

    double loss(float[] values) {
      return run(values, BATCH, loss.asOutput())[0];
    }

    float[] gradient(float[] values) {
      return run(values, BATCH, gradient);
    }

    private float[] run(float[] values, int n, Output<?> fetched) {
      try (TFloat32 fed = tensor(dims(n), values);
          TInt32 random = TInt32.vectorOf(seed, 11)) {
        Session.Runner runner = session.runner().feed(x, fed);
        pass.random().ifPresent(r -> runner.feed(r, random));
        if (fetched == null) {
          updates.forEach(runner::addTarget);
          runner.run().close();
          return new float[0];
        }
        try (Result result = runner.fetch(fetched).run()) {
          return floats(result);
        }
      }
    }

    private static TFloat32 tensor(Shape dims, float[] values) {
      TFloat32 tensor = TFloat32.tensorOf(dims);
      tensor.asRawTensor().data().asFloats().write(values);
      return tensor;
    }

    private static float[] floats(Result result) {
      float[] values = new float[Math.toIntExact(result.get(0).shape().size())];
      result.get(0).asRawTensor().data().asFloats().read(values);
      return values;
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
