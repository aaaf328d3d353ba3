package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TFloat32;

/**
 * Layers in bfloat16 beside the same in float32. Where kernels read memory that is not theirs, the
 * values depend on what lay there, so each is run several times with large numbers left behind.
 */
class EvenChannelsTest {
  /** bfloat16 keeps 8 bits, and a layer adds the errors of a few products. */
  private static final double BFLOAT16 = 0.02;

  private static final int BATCH = 8;
  private static final int SIDE = 8;
  private static final int RUNS = 4;

  record Case(Layer layer, int channels) {
    @Override
    public String toString() {
      return layer.entry() + " of " + channels;
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int channels : new int[] {1, 3, 16, 17}) {
      for (int filters : new int[] {1, 3, 16}) {
        cases.add(new Case(new Conv2d(filters, 4, 2, Padding.SAME, KernelInit.HE), channels));
        cases.add(new Case(new ConvTranspose2d(filters, 3, 2), channels)); // the plain operator
        cases.add(new Case(new ConvTranspose2d(filters, 4, 2), channels)); // OverlapAdd up to 3
      }
      for (Pool.Method method : Pool.Method.values()) {
        cases.add(new Case(new Pool(method, 2, 2, Padding.SAME), channels));
      }
      cases.add(new Case(Resize.by(2, Resize.Method.NEAREST), channels));
      cases.add(new Case(Resize.by(2, Resize.Method.BILINEAR), channels));
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void inBfloat16_valuesAndGradientsAreThoseOfFloat32(Case c) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf);
      Pass pass = Pass.training(tf, weights).withEvenChannels(true);
      Placeholder<TFloat32> x =
          tf.placeholder(
              TFloat32.class, Placeholder.shape(Shape.of(BATCH, SIDE, SIDE, c.channels())));
      // Something before and behind the layer, as in a network.
      Operand<TFloat32> y = c.layer().apply(pass, "layer", tf.nn.relu(x));
      Operand<TFloat32> loss =
          tf.reduceSum(
              tf.math.square(tf.dtypes.cast(tf.identity(y), TFloat32.class)),
              tf.constant(new int[] {0, 1, 2, 3}));
      List<Output<?>> towards = new ArrayList<>(List.of(x.asOutput()));
      weights.all().forEach(w -> towards.add(w.variable().asOutput()));
      List<Output<?>> fetches = new ArrayList<>(List.of(y.asOutput()));
      fetches.addAll(
          List.of(graph.addGradients(loss.asOutput(), towards.toArray(Output<?>[]::new))));
      try (TFloat32 items = items(c.channels())) {
        List<float[]> exact = run(graph, weights, x, items, fetches, false).get(0);
        for (List<float[]> got : run(graph, weights, x, items, fetches, true)) {
          for (int i = 0; i < exact.size(); i++) {
            requireNear(exact.get(i), got.get(i), fetches.get(i).toString());
          }
        }
      }
    }
  }

  @Test
  void groupsAndKernelsOfUnknownSizes_stayAsTheyAre() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Pass pass = Pass.training(tf, new Weights(tf)).withEvenChannels(true);
      Operand<TFloat32> x = placeholder(tf, Shape.of(BATCH, SIDE, SIDE, 6));
      Operand<TFloat32> twoGroups = placeholder(tf, Shape.of(3, 3, 3, 2));
      Operand<TFloat32> unknown = placeholder(tf, Shape.unknown());
      for (Operand<TFloat32> kernel : List.of(twoGroups, unknown)) {
        EvenChannels.convolution(
            pass, x, kernel, (items, k) -> tf.nn.conv2d(items, k, Layer.strides(1), "SAME"));
      }
      EvenChannels.transposed(
          pass,
          tf.constant(new int[] {BATCH, SIDE, SIDE, 3}),
          unknown,
          x,
          (sizes, k, y) -> tf.nn.conv2dBackpropInput(sizes, k, y, Layer.strides(1), "SAME"));
      List<String> operators = new ArrayList<>();
      graph.operations().forEachRemaining(operation -> operators.add(operation.type()));
      assertEquals(2, Collections.frequency(operators, "Conv2D"));
      assertEquals(1, Collections.frequency(operators, "Conv2DBackpropInput"));
      assertFalse(operators.contains("Pad") || operators.contains("PadV2"), operators.toString());
    }
  }

  private static Operand<TFloat32> placeholder(Ops tf, Shape shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  private static void requireNear(float[] exact, float[] got, String what) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += Math.pow(exact[i] - (double) got[i], 2);
      size += Math.pow(exact[i], 2);
    }
    double relative = Math.sqrt(difference / size);
    assertTrue(size > 0 && relative <= BFLOAT16, () -> what + " is off by " + relative);
  }

  private static List<List<float[]>> run(
      Graph graph,
      Weights weights,
      Placeholder<TFloat32> x,
      TFloat32 items,
      List<Output<?>> fetches,
      boolean bfloat16) {
    RewriterConfig.Builder rewriter = RewriterConfig.newBuilder();
    if (bfloat16) {
      rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    ConfigProto config =
        ConfigProto.newBuilder()
            .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
            .build();
    List<List<float[]>> runs = new ArrayList<>();
    try (Session session = new Session(graph, config)) {
      for (Weights.Weight w : weights.all()) {
        try (TFloat32 value =
            TFloat32.tensorOf(w.variable().shape(), DataBuffers.of(w.initialValues(3)))) {
          session.runner().feed(w.value(), value).addTarget(w.assign()).run().close();
        }
      }
      for (int i = 0; i < (bfloat16 ? RUNS : 1); i++) {
        leaveLargeNumbers(items.shape());
        Session.Runner runner = session.runner().feed(x, items);
        fetches.forEach(runner::fetch);
        try (Result result = runner.run()) {
          List<float[]> values = new ArrayList<>();
          for (int k = 0; k < fetches.size(); k++) {
            TFloat32 tensor = (TFloat32) result.get(k);
            float[] copy = new float[Math.toIntExact(tensor.size())];
            tensor.copyTo(DataBuffers.of(copy));
            values.add(copy);
          }
          runs.add(values);
        }
      }
    }
    assertEquals(bfloat16 ? RUNS : 1, runs.size());
    return runs;
  }

  /** Memory that the next run will be given. */
  private static void leaveLargeNumbers(Shape shape) {
    for (int i = 1; i <= 3; i++) {
      float[] large = new float[Math.toIntExact(shape.size()) * i];
      Arrays.fill(large, 3e30f);
      TFloat32.tensorOf(Shape.of(large.length), DataBuffers.of(large)).close();
    }
  }

  private static TFloat32 items(int channels) {
    Random random = new Random(5);
    float[] values = new float[BATCH * SIDE * SIDE * channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.3f;
    }
    return TFloat32.tensorOf(Shape.of(BATCH, SIDE, SIDE, channels), DataBuffers.of(values));
  }
}
