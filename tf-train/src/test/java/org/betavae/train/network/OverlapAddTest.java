package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class OverlapAddTest {
  /** Sums of up to 1,000 float32 products of size 1 in another order. */
  private static final float ROUNDING = 2e-4f;

  @ParameterizedTest
  @CsvSource({"4,2,1,5,7,8", "4,2,3,3,2,5", "8,4,1,4,3,2"})
  void valuesAndGradients_areThoseOfThePlainOperator(
      int kernel, int stride, int filters, int height, int width, int channels) {
    int batch = 3;
    ConvTranspose2d layer = new ConvTranspose2d(filters, kernel, stride);
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TFloat32 x = random(1, batch, height, width, channels);
        TFloat32 k = random(2, kernel, kernel, filters, channels);
        TFloat32 g = random(3, batch, (long) height * stride, (long) width * stride, filters)) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat32> px = placeholder(tf, x);
      Placeholder<TFloat32> pk = placeholder(tf, k);
      Placeholder<TFloat32> pg = placeholder(tf, g);
      Operand<TFloat32> plain =
          tf.nn.conv2dBackpropInput(
              tf.constant(new int[] {batch, height * stride, width * stride, filters}),
              pk,
              px,
              List.of(1L, (long) stride, (long) stride, 1L),
              "SAME");
      Operand<TFloat32> fast =
          new OverlapAdd(layer, batch, new long[] {height, width, channels}).apply(tf, px, pk);
      Session.Runner runner =
          session.runner().feed(px, x).feed(pk, k).feed(pg, g).fetch(plain).fetch(fast);
      for (Operand<TFloat32> y : List.of(plain, fast)) {
        Output<?>[] gradients =
            graph.addGradients(
                y == plain ? "plain" : "fast",
                new Output<?>[] {y.asOutput()},
                new Output<?>[] {px.asOutput(), pk.asOutput()},
                new Output<?>[] {pg.asOutput()});
        runner.fetch(gradients[0]).fetch(gradients[1]);
      }
      try (Result result = runner.run()) {
        assertArrayEquals(floats(result, 0), floats(result, 1), ROUNDING, "values");
        assertArrayEquals(floats(result, 2), floats(result, 4), ROUNDING, "gradient of x");
        assertArrayEquals(floats(result, 3), floats(result, 5), ROUNDING, "gradient of kernel");
      }
    }
  }

  @Test
  void manyChannels_andOtherKernels_keepThePlainOperator() {
    assertTrue(OverlapAdd.suits(new ConvTranspose2d(3, 4, 2)));
    assertFalse(OverlapAdd.suits(new ConvTranspose2d(32, 4, 2)));
    assertFalse(OverlapAdd.suits(new ConvTranspose2d(1, 3, 2)));
    assertFalse(OverlapAdd.suits(new ConvTranspose2d(1, 6, 3)));
  }

  private static Placeholder<TFloat32> placeholder(Ops tf, TFloat32 value) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(value.shape()));
  }

  private static TFloat32 random(long seed, long... dims) {
    TFloat32 tensor = TFloat32.tensorOf(Shape.of(dims));
    Random random = new Random(seed);
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }

  private static float[] floats(Result result, int index) {
    float[] values = new float[(int) result.get(index).shape().size()];
    result.get(index).asRawTensor().data().asFloats().read(values);
    return values;
  }
}
