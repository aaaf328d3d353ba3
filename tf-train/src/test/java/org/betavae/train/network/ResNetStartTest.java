package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * What the residual network makes of pictures before its first step. Where the latents' noise
 * drowns what they tell of a picture, a likelihood with a narrow width teaches the decoder to
 * ignore them, and the posterior collapses.
 */
class ResNetStartTest {
  private static final int COUNT = 8;
  private static final int LATENT = 32;

  @ParameterizedTest
  @ValueSource(ints = {64, 128})
  void posteriorMeans_differMoreBetweenPicturesThanTheNoiseIsWide(int side) {
    Start start = new Start(ItemShape.image(side, side, 3));
    double between = betweenPictures(start.values(start.q.mean()));
    double noise = 0;
    for (float logVar : start.values(start.q.logVar())) {
      noise += Math.exp(logVar) / (COUNT * LATENT);
    }
    noise = Math.sqrt(noise);
    // Seen: 0.35 to 0.14, and 0.21 to 0.14 at 128x128. With pixels in [0, 1] and a log-variance
    // about 0, where the posterior collapsed: 0.14 to 1.
    assertTrue(between > 1.2 * noise, between + " between pictures, noise " + noise);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128})
  void activations_neitherVanishNorExplode(int side) {
    Start start = new Start(ItemShape.image(side, side, 3));
    for (int i = 0; i < start.layers.size(); i++) {
      double rms = start.rms(start.layers.get(i));
      assertTrue(rms > 0.15 && rms < 2, "layer " + i + ": " + rms);
    }
  }

  @Test
  void decoder_beginsWithTheSamePictureForAllLatents() {
    ItemShape shape = ItemShape.image(64, 64, 3);
    Start start = new Start(shape);
    assertArrayEquals(new float[COUNT * shape.size()], start.values(start.output));
  }

  @Test
  void otherNetworks_beginWithALogVarianceAboutZero() {
    for (String name : List.of("conv64", "burgess64", "mlp")) {
      assertEquals(0, Networks.of(name, ItemShape.image(64, 64, 1), 1).firstLogVar(), name);
    }
  }

  /** Root of the variance among pictures, averaged over latents. */
  private static double betweenPictures(float[] values) {
    double variance = 0;
    for (int j = 0; j < LATENT; j++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < COUNT; i++) {
        double v = values[i * LATENT + j];
        sum += v / COUNT;
        squares += v * v / COUNT;
      }
      variance += (squares - sum * sum) / LATENT;
    }
    return Math.sqrt(variance);
  }

  /** Pictures with a square of one colour on another, through the network's first weights. */
  private static final class Start {
    private final Map<Operand<TFloat32>, float[]> values = new HashMap<>();
    private final List<Operand<TFloat32>> layers = new ArrayList<>();
    final Network.Posterior q;
    final Operand<TFloat32> output;

    Start(ItemShape shape) {
      try (Graph graph = new Graph()) {
        Ops tf = Ops.create(graph);
        Weights weights = new Weights(tf);
        Pass pass = Pass.inference(tf, weights);
        LayerNetwork network = Networks.of("resnet", shape, 1);
        Shape dims = Shape.of(COUNT, shape.height(), shape.width(), shape.channels());
        Placeholder<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(dims));
        through(pass, "encoder", network.encoder(), x);
        q = network.encode(pass, x, LATENT);
        output = through(pass, "decoder", network.decoder(), q.mean());
        layers.remove(layers.size() - 1); // zero on purpose
        run(graph, weights, x, tensor(dims, pictures(shape)));
      }
    }

    private Operand<TFloat32> through(
        Pass pass, String scope, List<Layer> list, Operand<TFloat32> from) {
      Operand<TFloat32> h = from;
      for (int i = 0; i < list.size(); i++) {
        h = list.get(i).apply(pass, scope + "/each" + i, h);
        layers.add(h);
      }
      return h;
    }

    private void run(Graph graph, Weights weights, Placeholder<TFloat32> x, TFloat32 fed) {
      List<Operand<TFloat32>> fetched = new ArrayList<>(layers);
      fetched.addAll(List.of(q.mean(), q.logVar(), output));
      // Sums themselves may be gone: TensorFlow fuses them with the convolution and ReLU around
      // them.
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> seen = new ArrayList<>();
      fetched.forEach(value -> seen.add(tf.identity(value)));
      try (fed;
          Session session = new Session(graph)) {
        for (Weights.Weight w : weights.all()) {
          try (TFloat32 tensor = tensor(w.tensorShape(), w.initialValues(7))) {
            session.runner().feed(w.value(), tensor).addTarget(w.assign()).run().close();
          }
        }
        Session.Runner runner = session.runner().feed(x, fed);
        seen.forEach(runner::fetch);
        try (Result result = runner.run()) {
          for (int i = 0; i < fetched.size(); i++) {
            float[] of = new float[Math.toIntExact(result.get(i).shape().size())];
            result.get(i).asRawTensor().data().asFloats().read(of);
            values.put(fetched.get(i), of);
          }
        }
      }
    }

    float[] values(Operand<TFloat32> of) {
      return values.get(of);
    }

    double rms(Operand<TFloat32> of) {
      double sum = 0;
      for (float v : values.get(of)) {
        sum += (double) v * v;
      }
      return Math.sqrt(sum / values.get(of).length);
    }

    private static TFloat32 tensor(Shape dims, float[] values) {
      TFloat32 tensor = TFloat32.tensorOf(dims);
      tensor.asRawTensor().data().asFloats().write(values);
      return tensor;
    }

    private static float[] pictures(ItemShape shape) {
      Random random = new Random(1);
      float[] values = new float[COUNT * shape.size()];
      for (int i = 0; i < COUNT; i++) {
        float[] colours = {
          random.nextFloat(), random.nextFloat(), random.nextFloat(),
          random.nextFloat(), random.nextFloat(), random.nextFloat()
        };
        int x = random.nextInt(shape.width() / 2);
        int y = random.nextInt(shape.height() / 2);
        for (int k = 0; k < shape.size(); k++) {
          int dx = k / shape.channels() % shape.width() - x;
          int dy = k / shape.channels() / shape.width() - y;
          boolean inside = Math.min(dx, dy) >= 0 && Math.max(dx, dy) < shape.width() / 3;
          values[i * shape.size() + k] = colours[(inside ? 3 : 0) + k % 3];
        }
      }
      return values;
    }
  }
}
