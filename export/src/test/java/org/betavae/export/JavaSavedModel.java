package org.betavae.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * SavedModels as TensorFlow Java writes them, variables of the first kind, restored by the saver in
 * the graph.
 */
final class JavaSavedModel {
  private final Ops tf;
  private final Session session;
  private final Random random = new Random(7);

  private JavaSavedModel(Ops tf, Session session) {
    this.tf = tf;
    this.session = session;
  }

  /** Outputs by name. */
  interface Net {
    Map<String, Operand<TFloat32>> build(JavaSavedModel model, Operand<TFloat32> in);
  }

  /** Writes a model and gives what TensorFlow computes for a sample. */
  static Map<String, Tensor> write(
      Path folder, String input, long[] shape, Tensor sample, Net net) {
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        org.tensorflow.Tensor in = TfTensors.open(sample)) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat32> x =
          tf.withName(input).placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
      Map<String, Operand<TFloat32>> outputs = net.build(new JavaSavedModel(tf, session), x);
      Signature.Builder signature = Signature.builder().key(Signature.DEFAULT_KEY).input(input, x);
      outputs.forEach(signature::output);
      Session.Runner runner = session.runner().feed(x, in);
      outputs.values().forEach(runner::fetch);
      Map<String, Tensor> results = new LinkedHashMap<>();
      try (Result result = runner.run()) {
        int i = 0;
        for (String name : outputs.keySet()) {
          results.put(name, TfTensors.copy(result.get(i++)));
        }
      }
      SavedModelBundle.exporter(folder.toString())
          .withFunction(SessionFunction.create(signature.build(), session))
          .export();
      return results;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Operations. */
  Ops tf() {
    return tf;
  }

  /** A variable with small random values. */
  Operand<TFloat32> weight(String name, long... shape) {
    Variable<TFloat32> v = tf.withName(name).variable(Shape.of(shape), TFloat32.class);
    long fan = 1;
    for (int i = 0; i < shape.length - 1; i++) {
      fan *= shape[i];
    }
    double scale = Math.sqrt(1.0 / fan);
    Tensor value = Tensor.ofDoubles(ElementType.FLOAT32, shape, i -> scale * random.nextGaussian());
    try (org.tensorflow.Tensor t = TfTensors.open(value)) {
      Placeholder<TFloat32> feed =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
      session.runner().feed(feed, t).addTarget(tf.assign(v, feed)).run().close();
    }
    return tf.identity(v);
  }

  /** x W + b. */
  Operand<TFloat32> dense(String name, Operand<TFloat32> x, long in, long out) {
    return tf.nn.biasAdd(
        tf.linalg.matMul(x, weight(name + "_kernel", in, out)), weight(name + "_bias", out));
  }

  /** A convolution with padding SAME, a bias and ReLU. */
  Operand<TFloat32> conv(
      String name, Operand<TFloat32> x, long size, long stride, long in, long out) {
    Operand<TFloat32> y =
        tf.nn.conv2d(
            x,
            weight(name + "_kernel", size, size, in, out),
            List.of(1L, stride, stride, 1L),
            "SAME");
    return tf.nn.relu(tf.nn.biasAdd(y, weight(name + "_bias", out)));
  }

  /** A transposed convolution with padding SAME that doubles height and width, and a bias. */
  Operand<TFloat32> up(String name, Operand<TFloat32> x, int height, int in, int out) {
    Operand<TInt32> batch =
        tf.squeeze(tf.slice(tf.shape(x), tf.constant(new int[] {0}), tf.constant(new int[] {1})));
    Operand<TInt32> sizes =
        tf.stack(
            List.of(batch, tf.constant(2 * height), tf.constant(2 * height), tf.constant(out)));
    Operand<TFloat32> y =
        tf.nn.conv2dBackpropInput(
            sizes, weight(name + "_kernel", 4, 4, out, in), x, List.of(1L, 2L, 2L, 1L), "SAME");
    return tf.nn.biasAdd(y, weight(name + "_bias", out));
  }

  /** The encoder of disentanglement_lib for images of 64 x 64. */
  Map<String, Operand<TFloat32>> conv64Encoder(Operand<TFloat32> x, int channels, int latent) {
    Operand<TFloat32> h = conv("conv1", x, 4, 2, channels, 32);
    h = conv("conv2", h, 4, 2, 32, 32);
    h = conv("conv3", h, 2, 2, 32, 64);
    h = conv("conv4", h, 2, 2, 64, 64);
    h = tf.nn.relu(dense("fc", tf.reshape(h, tf.constant(new int[] {-1, 1024})), 1024, 256));
    Map<String, Operand<TFloat32>> out = new LinkedHashMap<>();
    out.put("mean", dense("mean", h, 256, latent));
    out.put("log_var", dense("log_var", h, 256, latent));
    return out;
  }

  /** The decoder of disentanglement_lib for images of 64 x 64. */
  Map<String, Operand<TFloat32>> conv64Decoder(Operand<TFloat32> z, int channels, int latent) {
    Operand<TFloat32> h = tf.nn.relu(dense("fc1", z, latent, 256));
    h = tf.nn.relu(dense("fc2", h, 256, 1024));
    h = tf.reshape(h, tf.constant(new int[] {-1, 4, 4, 64}));
    List<Integer> sizes = new ArrayList<>(List.of(64, 64, 32, 32));
    int height = 4;
    for (int i = 0; i < 3; i++, height *= 2) {
      h = tf.nn.relu(up("up" + i, h, height, sizes.get(i), sizes.get(i + 1)));
    }
    Operand<TFloat32> logits = up("up3", h, height, 32, channels);
    Map<String, Operand<TFloat32>> out = new LinkedHashMap<>();
    out.put("x", tf.math.sigmoid(logits));
    out.put("logits", logits);
    return out;
  }
}
