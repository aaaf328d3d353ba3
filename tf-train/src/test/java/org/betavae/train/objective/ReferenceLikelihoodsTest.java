package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** Likelihoods and bounds against values that PyTorch worked out in float64. */
@Tag("reference")
class ReferenceLikelihoodsTest {
  /** The reference's own limits for float32: largest error over max(1, largest value). */
  private static final double FLOAT32 = 2e-5;

  private static final double BETA_BINOMIAL = 1e-4;

  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "objectives");

  private static final Pattern NAME =
      Pattern.compile(
          "(?:(half_squared_error)|(gaussian|laplace)_(?:unit|(?:sigma|scale)_([0-9.eE-]+)))"
              + "_(identity|sigmoid)");

  /** A likelihood, and what the entry leaves out of it for each value. */
  private record Reconstruction(Likelihood likelihood, double leftOut) {
    static Optional<Reconstruction> of(String name) {
      if (name.equals("bernoulli")) {
        return Optional.of(new Reconstruction(new Bernoulli(), 0));
      }
      Matcher m = NAME.matcher(name);
      if (!m.matches()) {
        return Optional.empty();
      }
      Location location = Location.of(m.group(4));
      Scale scale = Scale.fixed(m.group(3) == null ? 1 : Double.parseDouble(m.group(3)));
      if ("laplace".equals(m.group(2))) {
        return Optional.of(new Reconstruction(new Laplace(location, scale), 0));
      }
      double leftOut = m.group(1) == null ? 0 : 0.5 * Math.log(2 * Math.PI);
      return Optional.of(new Reconstruction(new Gaussian(location, scale), leftOut));
    }
  }

  @TestFactory
  Stream<DynamicTest> everyReconstruction() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files()) {
      JsonNode root = new ObjectMapper().readTree(file.toFile());
      root.path("reconstruction")
          .properties()
          .forEach(
              entry ->
                  tests.add(
                      DynamicTest.dynamicTest(
                          file.getFileName() + " " + entry.getKey(),
                          () -> checkReconstruction(root, entry.getKey(), entry.getValue()))));
    }
    System.out.println("reconstruction: " + tests.size() + " cases");
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> everyBetaBinomial() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files()) {
      JsonNode root = new ObjectMapper().readTree(file.toFile());
      if (root.has("beta_binomial")) {
        tests.add(
            DynamicTest.dynamicTest(file.getFileName().toString(), () -> checkBetaBinomial(root)));
      }
    }
    System.out.println("beta_binomial: " + tests.size() + " cases");
    return tests.stream();
  }

  private static void checkReconstruction(JsonNode root, String name, JsonNode expected) {
    Optional<Reconstruction> known = Reconstruction.of(name);
    assumeTrue(known.isPresent(), "no likelihood of ours has the name " + name);
    Reconstruction r = known.get();
    JsonNode x = root.path("inputs").path("x");
    Formula.Outcome outcome =
        new Formula()
            .with("x", floats(x), shape(x))
            .with("logits", floats(root.path("inputs").path("logits")), shape(x))
            .evaluate(
                (tf, in) -> {
                  Operand<TFloat32> nll =
                      r.likelihood()
                          .negativeLogLikelihood(Formula.pass(tf), in.get("x"), in.get("logits"));
                  double leftOut = r.leftOut() * in.get("x").shape().tail().size();
                  return tf.math.sub(nll, tf.constant((float) leftOut));
                },
                "logits");
    near("per sample", expected.path("per_sample"), outcome.value(), 1, FLOAT32);
    near(
        "gradient",
        expected.path("grad_logits"),
        outcome.gradients().get("logits"),
        1.0 / x.size(), // the reference averages over the batch
        FLOAT32);
  }

  private static void checkBetaBinomial(JsonNode root) {
    JsonNode in = root.path("inputs").path("beta_binomial");
    JsonNode expected = root.path("beta_binomial");
    int n = in.path("n").asInt();
    float[] x = floats(in.path("k"));
    for (int i = 0; i < x.length; i++) {
      x[i] /= n;
    }
    long[] shape = shape(in.path("k"));
    Formula.Outcome outcome =
        new Formula()
            .with("x", x, shape)
            .with("log_alpha", floats(in.path("log_alpha")), shape)
            .with("log_beta", floats(in.path("log_beta")), shape)
            .evaluate(
                (tf, inputs) ->
                    new BetaBinomial(n)
                        .negativeLogLikelihood(
                            Formula.pass(tf),
                            inputs.get("x"),
                            tf.concat(
                                List.of(inputs.get("log_alpha"), inputs.get("log_beta")),
                                tf.constant(1))),
                "log_alpha",
                "log_beta");
    near("per sample", expected.path("per_sample"), outcome.value(), 1, BETA_BINOMIAL);
    for (String input : List.of("log_alpha", "log_beta")) {
      near(
          input,
          expected.path("grad_" + input),
          outcome.gradients().get(input),
          1.0 / shape[0],
          BETA_BINOMIAL);
    }
  }

  private static List<Path> files() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "no reference data at " + FOLDER);
    try (Stream<Path> entries = Files.list(FOLDER)) {
      List<Path> files = entries.filter(p -> p.toString().endsWith(".json")).sorted().toList();
      assertTrue(!files.isEmpty(), "no cases in " + FOLDER);
      return files;
    }
  }

  private static void near(
      String what, JsonNode expected, List<Float> actual, double factor, double limit) {
    List<Double> wanted = new ArrayList<>();
    flatten(expected, wanted);
    assertTrue(!wanted.isEmpty(), what + " is not in the file");
    assertEquals(wanted.size(), actual.size(), what);
    double largest = 1;
    double error = 0;
    for (int i = 0; i < wanted.size(); i++) {
      largest = Math.max(largest, Math.abs(wanted.get(i)));
      error = Math.max(error, Math.abs(actual.get(i) * factor - wanted.get(i)));
      assertTrue(Float.isFinite(actual.get(i)), what + " is not finite");
    }
    assertTrue(error / largest <= limit, what + ": error " + error / largest);
  }

  private static float[] floats(JsonNode node) {
    List<Double> values = new ArrayList<>();
    flatten(node, values);
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

  private static long[] shape(JsonNode node) {
    List<Long> dims = new ArrayList<>();
    for (JsonNode n = node; n.isArray(); n = n.get(0)) {
      dims.add((long) n.size());
    }
    return dims.stream().mapToLong(Long::longValue).toArray();
  }
}
