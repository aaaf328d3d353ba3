package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Likelihoods against values that PyTorch worked out in float64. */
@Tag("reference")
class LikelihoodReferenceTest {
  /** The inputs are read as float32. */
  private static final double TOLERANCE = 1e-5;

  private static final Pattern NAME =
      Pattern.compile(
          "(?:(half_squared_error)|(gaussian|laplace)_(?:unit|(?:sigma|scale)_([0-9.eE-]+)))"
              + "_(identity|sigmoid)");

  private static int ran;

  @TestFactory
  Stream<DynamicTest> everyLikelihood() throws IOException {
    Path folder =
        Path.of(System.getProperty("betavae.shared", "../shared"), "reference/objectives");
    assumeTrue(Files.isDirectory(folder), "no folder " + folder);
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files) {
      JsonNode root = new ObjectMapper().readTree(file.toFile());
      for (Map.Entry<String, JsonNode> entry : root.path("reconstruction").properties()) {
        tests.add(
            DynamicTest.dynamicTest(
                file.getFileName() + " " + entry.getKey(),
                () -> reconstruction(root.path("inputs"), entry.getKey(), entry.getValue())));
      }
      if (root.has("beta_binomial")) {
        tests.add(DynamicTest.dynamicTest(file.getFileName() + " beta", () -> betaBinomial(root)));
      }
    }
    return tests.stream();
  }

  private static void reconstruction(JsonNode inputs, String name, JsonNode expected) {
    float[] x = floats(inputs.path("x"));
    float[] output = floats(inputs.path("logits"));
    int count = inputs.path("x").size();
    int size = x.length / count;
    if (name.equals("bernoulli")) {
      near(expected, BernoulliLikelihood::fromLogits, x, new float[][] {output}, size, 0);
      return;
    }
    Matcher m = NAME.matcher(name);
    assumeTrue(m.matches(), "no likelihood of ours has the name " + name);
    if (m.group(4).equals("sigmoid")) {
      for (int i = 0; i < output.length; i++) {
        output[i] = (float) (1 / (1 + Math.exp(-output[i])));
      }
    }
    double width = Optional.ofNullable(m.group(3)).map(Double::parseDouble).orElse(1.0);
    boolean laplace = "laplace".equals(m.group(2));
    double leftOut = m.group(1) == null ? 0 : 0.5 * Math.log(2 * Math.PI) * size;
    WidthLikelihood.Kind kind =
        laplace ? WidthLikelihood.Kind.LAPLACE : WidthLikelihood.Kind.GAUSSIAN;
    near(
        expected,
        new WidthLikelihood(kind, OptionalDouble.of(width)),
        x,
        new float[][] {output},
        size,
        leftOut);
  }

  private static void betaBinomial(JsonNode root) {
    JsonNode in = root.path("inputs").path("beta_binomial");
    int n = in.path("n").asInt();
    float[] x = floats(in.path("k"));
    for (int i = 0; i < x.length; i++) {
      x[i] /= n;
    }
    float[][] outputs = {floats(in.path("log_alpha")), floats(in.path("log_beta"))};
    near(
        root.path("beta_binomial"),
        new BetaBinomialLikelihood(n),
        x,
        outputs,
        x.length / in.path("k").size(),
        0);
  }

  private static void near(
      JsonNode expected,
      ItemLikelihood likelihood,
      float[] x,
      float[][] outputs,
      int size,
      double leftOut) {
    JsonNode values = expected.path("per_sample");
    assertEquals(x.length / size, values.size(), "images");
    for (int i = 0; i < values.size(); i++) {
      double wanted = values.get(i).asDouble() + leftOut;
      double got = likelihood.negativeLog(x, i * size, outputs, i * size, size);
      assertEquals(wanted, got, TOLERANCE * Math.max(1, Math.abs(wanted)), "image " + i);
    }
    ran++;
  }

  private static float[] floats(JsonNode node) {
    List<Float> values = new ArrayList<>();
    flatten(node, values);
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private static void flatten(JsonNode node, List<Float> values) {
    if (node.isArray()) {
      node.forEach(child -> flatten(child, values));
    } else {
      values.add((float) node.asDouble());
    }
  }

  @AfterAll
  static void report() {
    System.out.println("likelihoods: " + ran + " cases ran");
  }
}
