package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Dense;
import org.betavae.train.network.LayerNetwork;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Reshape;
import org.betavae.train.network.Weights;
import org.betavae.train.objective.Bernoulli;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Importance weighted bounds and beta-VAE through a linear decoder, sampling included, against
 * values and gradients that PyTorch worked out in float64.
 */
@Tag("reference")
class ReferenceBoundsTest {
  /** Largest error over max(1, largest value): half of what the reference allows float32. */
  private static final double FLOAT32 = 1e-5;

  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "objectives");

  private static final List<String> INPUTS = List.of("mean", "log_var", "decoder_w", "decoder_b");

  @TestFactory
  Stream<DynamicTest> everyBound() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "no reference data at " + FOLDER);
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> entries = Files.list(FOLDER)) {
      for (Path file : entries.filter(p -> p.toString().endsWith(".json")).sorted().toList()) {
        JsonNode root = new ObjectMapper().readTree(file.toFile());
        for (JsonNode bound : root.path("iwae")) {
          String name = file.getFileName() + " iwae " + bound.path("k").asInt();
          tests.add(DynamicTest.dynamicTest(name, () -> checkBound(root, bound)));
        }
        if (root.has("through_decoder")) {
          String name = file.getFileName() + " through_decoder";
          tests.add(DynamicTest.dynamicTest(name, () -> checkThroughDecoder(root)));
        }
      }
    }
    System.out.println("bounds: " + tests.size() + " cases");
    return tests.stream();
  }

  private static void checkBound(JsonNode root, JsonNode expected) {
    int samples = expected.path("k").asInt();
    JsonNode draws = root.path("inputs").path("iwae").path("eps");
    int batch = draws.get(0).size();
    List<Double> noise = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      for (int k = 0; k < samples; k++) {
        flatten(draws.get(k).get(i), noise);
      }
    }
    Map<String, float[]> got =
        run(
            root,
            samples,
            floats(noise),
            (tf, f) -> {
              Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
              values.put("loss", tf.math.mean(f.negativeBound(tf), tf.constant(0)));
              values.put("bound", tf.math.neg(f.negativeBound(tf)));
              values.put(
                  "log_weights",
                  tf.linalg.transpose(f.logWeights(), tf.constant(new int[] {1, 0})));
              return values;
            });
    near("per_sample", expected.path("per_sample"), got.get("bound"));
    near("log_weights", expected.path("log_weights"), got.get("log_weights"));
    for (String input : INPUTS) {
      near(input, expected.path("grad_of_negative_mean").path(input), got.get(input));
    }
  }

  private static void checkThroughDecoder(JsonNode root) {
    JsonNode expected = root.path("through_decoder");
    float beta = (float) expected.path("params").path("beta").asDouble();
    List<Double> noise = new ArrayList<>();
    flatten(root.path("inputs").path("eps"), noise);
    Map<String, float[]> got =
        run(
            root,
            1,
            floats(noise),
            (tf, f) -> {
              Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
              Operand<TFloat32> kl = tf.math.mean(f.kl(), tf.constant(0));
              Operand<TFloat32> reconstruction = tf.math.mean(f.reconstruction(), tf.constant(0));
              values.put("total", tf.math.add(reconstruction, tf.math.mul(kl, tf.constant(beta))));
              values.put("reconstruction", reconstruction);
              values.put("kl", kl);
              return values;
            });
    for (String term : List.of("total", "reconstruction", "kl")) {
      near(term, expected.path(term), got.get(term));
    }
    for (String input : INPUTS) {
      near(input, expected.path("grad").path(input), got.get(input));
    }
  }

  /** Makes what is compared; the first value is differentiated. */
  private interface Body {
    Map<String, Operand<TFloat32>> build(Ops tf, Forward forward);
  }

  /** Values by name, and gradients of the first of them by {@link #INPUTS}. */
  private static Map<String, float[]> run(JsonNode root, int samples, float[] noise, Body body) {
    JsonNode in = root.path("inputs");
    JsonNode x = in.path("x");
    int latent = in.path("mean").get(0).size();
    ItemShape shape =
        ItemShape.image(x.get(0).size(), x.get(0).get(0).size(), x.get(0).get(0).get(0).size());
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Map<String, Placeholder<TFloat32>> fed = new LinkedHashMap<>();
      fed.put("x", input(tf, VaeGraph.itemsShape(shape, x.size())));
      fed.put("noise", input(tf, Shape.of((long) x.size() * samples, latent)));
      fed.put("mean", input(tf, Shape.of(x.size(), latent)));
      fed.put("log_var", input(tf, Shape.of(x.size(), latent)));
      Weights weights = new Weights(tf);
      Forward forward =
          Forward.of(
              Pass.inference(tf, weights),
              new Forward.Model(linear(shape), new Bernoulli(), Optional.empty(), latent, samples),
              new Network.Posterior(fed.get("mean"), fed.get("log_var")),
              fed.get("x"),
              fed.get("noise"));
      Map<String, Operand<?>> wanted = new LinkedHashMap<>(body.build(tf, forward));
      Weights.Weight kernel = weights.find("decoder/dense1/kernel");
      Weights.Weight bias = weights.find("decoder/dense1/bias");
      Output<?>[] by = {
        fed.get("mean").asOutput(),
        fed.get("log_var").asOutput(),
        kernel.variable().asOutput(),
        bias.variable().asOutput()
      };
      Output<?>[] gradients = graph.addGradients(wanted.values().iterator().next().asOutput(), by);
      for (int i = 0; i < by.length; i++) {
        wanted.put(INPUTS.get(i), gradients[i]);
      }
      assign(session, kernel, floats(in.path("iwae").path("decoder_w")));
      assign(session, bias, floats(in.path("iwae").path("decoder_b")));
      Map<Placeholder<TFloat32>, float[]> values = new LinkedHashMap<>();
      values.put(fed.get("noise"), noise);
      for (String name : List.of("x", "mean", "log_var")) {
        values.put(fed.get(name), floats(in.path(name)));
      }
      return fetch(session, values, wanted);
    }
  }

  /** a = z w + b, pixels in [H][W][C] order. */
  private static Network linear(ItemShape s) {
    return new LayerNetwork(
        "linear",
        List.of(),
        List.of(new Dense(s.size()), new Reshape(s.height(), s.width(), s.channels())));
  }

  private static Map<String, float[]> fetch(
      Session session, Map<Placeholder<TFloat32>, float[]> values, Map<String, Operand<?>> wanted) {
    List<TFloat32> tensors = new ArrayList<>();
    try {
      Session.Runner runner = session.runner();
      values.forEach(
          (placeholder, value) -> {
            tensors.add(Tensors.of(placeholder.shape(), value));
            runner.feed(placeholder, tensors.get(tensors.size() - 1));
          });
      wanted.values().forEach(runner::fetch);
      try (Result result = runner.run()) {
        Map<String, float[]> got = new LinkedHashMap<>();
        int i = 0;
        for (String name : wanted.keySet()) {
          int size = Math.toIntExact(result.get(i).shape().size());
          got.put(name, Tensors.read(result, i, size));
          i++;
        }
        return got;
      }
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  private static void assign(Session session, Weights.Weight weight, float[] values) {
    try (TFloat32 value = Tensors.of(weight.tensorShape(), values)) {
      session.runner().feed(weight.value(), value).addTarget(weight.assign()).run().close();
    }
  }

  private static Placeholder<TFloat32> input(Ops tf, Shape shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  private static void near(String what, JsonNode expected, float[] actual) {
    List<Double> wanted = new ArrayList<>();
    flatten(expected, wanted);
    assertTrue(!wanted.isEmpty(), what + " is not in the file");
    assertEquals(wanted.size(), actual.length, what);
    double largest = 1;
    double error = 0;
    for (int i = 0; i < actual.length; i++) {
      assertTrue(Float.isFinite(actual[i]), what + " is " + actual[i]);
      largest = Math.max(largest, Math.abs(wanted.get(i)));
      error = Math.max(error, Math.abs(actual[i] - wanted.get(i)));
    }
    assertTrue(error / largest <= FLOAT32, what + ": error " + error / largest);
  }

  private static float[] floats(JsonNode node) {
    List<Double> values = new ArrayList<>();
    flatten(node, values);
    return floats(values);
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }

  private static void flatten(JsonNode node, List<Double> target) {
    if (node.isArray()) {
      node.forEach(child -> flatten(child, target));
    } else if (node.isNumber()) {
      target.add(node.asDouble());
    }
  }
}
