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
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Losses and gradients against values that PyTorch worked out in float64. */
@Tag("reference")
class ReferenceObjectivesTest {
  /** The reference's own limit for float32: largest error over max(1, largest value). */
  private static final double FLOAT32 = 2e-5;

  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "objectives");

  private static final Pattern GAUSSIAN =
      Pattern.compile("gaussian_(?:unit|sigma_([0-9.]+))_(identity|sigmoid)");

  /** A likelihood and how the mean comes from the decoder's output. */
  private record Reconstruction(Likelihood likelihood, boolean sigmoid) {
    static Optional<Reconstruction> of(String name) {
      if (name.equals("bernoulli")) {
        return Optional.of(new Reconstruction(new Bernoulli(), false));
      }
      Matcher matcher = GAUSSIAN.matcher(name);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      double sigma = matcher.group(1) == null ? 1 : Double.parseDouble(matcher.group(1));
      return Optional.of(
          new Reconstruction(new Gaussian(sigma), matcher.group(2).equals("sigmoid")));
    }

    Operand<TFloat32> perSample(Ops tf, Operand<TFloat32> x, Operand<TFloat32> output) {
      Operand<TFloat32> parameter = sigmoid ? tf.math.sigmoid(output) : output;
      return likelihood.negativeLogLikelihood(Formula.pass(tf), x, parameter);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyFile() throws IOException {
    return files().stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
  }

  @Test
  void extremeValues_stayFinite() throws IOException {
    for (Path file : files()) {
      JsonNode root = new ObjectMapper().readTree(file.toFile());
      if (root.path("bernoulli").isArray()) {
        checkBernoulliStability(root.path("bernoulli"));
        checkKlStability(root.path("kl"));
      }
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

  private static void check(Path file) throws IOException {
    JsonNode root = new ObjectMapper().readTree(file.toFile());
    int[] ran = {0};
    TreeSet<String> notCovered = new TreeSet<>();
    root.path("reconstruction")
        .properties()
        .forEach(
            entry ->
                Reconstruction.of(entry.getKey())
                    .ifPresentOrElse(
                        r -> {
                          checkReconstruction(root, entry.getKey(), entry.getValue(), r);
                          ran[0]++;
                        },
                        () -> notCovered.add(entry.getKey())));
    if (root.has("kl") && root.has("inputs")) {
      checkKl(root);
      ran[0]++;
    }
    for (JsonNode objective : root.path("objectives")) {
      String name = objective.path("name").asText();
      Optional<Reconstruction> r = Reconstruction.of(objective.path("reconstruction").asText());
      boolean betaAlone =
          objective.path("params").size() == 1 && objective.path("params").has("beta");
      if (betaAlone && r.isPresent() && !objective.path("uses_z").asBoolean()) {
        checkBetaVae(root, objective, r.get());
        ran[0]++;
      } else {
        notCovered.add(name);
      }
    }
    System.out.println(
        file.getFileName() + ": " + ran[0] + " cases ran; not covered: " + notCovered);
  }

  private static void checkReconstruction(
      JsonNode root, String name, JsonNode expected, Reconstruction r) {
    Formula formula = images(root);
    UnaryOperator<double[]> same = v -> v;
    Formula.Outcome outcome =
        formula.evaluate((tf, in) -> r.perSample(tf, in.get("x"), in.get("logits")), "logits");
    near(name + " per sample", expected.path("per_sample"), outcome.value(), same);
    int batch = outcome.value().size();
    near(
        name + " gradient",
        expected.path("grad_logits"),
        outcome.gradients().get("logits"),
        v -> {
          for (int i = 0; i < v.length; i++) {
            v[i] *= batch; // the reference averages over the batch
          }
          return v;
        });
  }

  private static void checkKl(JsonNode root) {
    Formula.Outcome outcome =
        latents(new Formula(), root)
            .evaluate((tf, in) -> GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var")));
    near("kl", root.path("kl").path("per_sample_per_dim"), outcome.value(), v -> v);
  }

  private static void checkBetaVae(JsonNode root, JsonNode expected, Reconstruction r) {
    float beta = (float) expected.path("params").path("beta").asDouble();
    Objective objective = new BetaVae("beta-vae", BetaSchedule.of("constant", beta, 1, 1));
    Formula.Outcome outcome =
        latents(images(root), root)
            .evaluate(
                (tf, in) -> {
                  Operand<TFloat32> perLatent =
                      GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var"));
                  Operand<TFloat32> kl =
                      tf.math.mean(Likelihood.sumPerItem(tf, perLatent), tf.constant(0));
                  Operand<TFloat32> reconstruction =
                      tf.math.mean(r.perSample(tf, in.get("x"), in.get("logits")), tf.constant(0));
                  return objective
                      .loss(
                          Formula.pass(tf),
                          new Objective.Terms(
                              in.get("mean"),
                              in.get("log_var"),
                              in.get("mean"),
                              reconstruction,
                              kl,
                              List.of(tf.constant(beta)),
                              List.of(),
                              1))
                      .total();
                },
                "logits",
                "mean",
                "log_var");
    String name = expected.path("name").asText();
    near(
        name,
        new ObjectMapper().createArrayNode().add(expected.path("total")),
        outcome.value(),
        v -> v);
    for (String input : List.of("logits", "mean", "log_var")) {
      near(
          name + " " + input,
          expected.path("grad").path(input),
          outcome.gradients().get(input),
          v -> v);
    }
  }

  private static void checkBernoulliStability(JsonNode cases) {
    for (JsonNode c : cases) {
      Formula.Outcome outcome =
          new Formula()
              .with("x", new float[] {(float) c.path("x").asDouble()}, 1, 1)
              .with("logits", new float[] {(float) c.path("logit").asDouble()}, 1, 1)
              .evaluate(
                  (tf, in) ->
                      new Bernoulli()
                          .negativeLogLikelihood(Formula.pass(tf), in.get("x"), in.get("logits")),
                  "logits");
      single(c.toString(), c.path("loss").asDouble(), outcome.value().get(0));
      single(c.toString(), c.path("grad").asDouble(), outcome.gradients().get("logits").get(0));
    }
  }

  private static void checkKlStability(JsonNode cases) {
    for (JsonNode c : cases) {
      Formula.Outcome outcome =
          new Formula()
              .with("mean", new float[] {(float) c.path("mean").asDouble()}, 1, 1)
              .with("log_var", new float[] {(float) c.path("log_var").asDouble()}, 1, 1)
              .evaluate(
                  (tf, in) -> GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var")),
                  "mean",
                  "log_var");
      single(c.toString(), c.path("kl").asDouble(), outcome.value().get(0));
      single(c.toString(), c.path("grad_mean").asDouble(), outcome.gradients().get("mean").get(0));
      single(
          c.toString(),
          c.path("grad_log_var").asDouble(),
          outcome.gradients().get("log_var").get(0));
    }
  }

  private static void single(String name, double wanted, float got) {
    assertEquals(wanted, got, FLOAT32 * Math.max(1, Math.abs(wanted)), name);
  }

  private static Formula images(JsonNode root) {
    JsonNode x = root.path("inputs").path("x");
    long[] shape = shape(x);
    return new Formula()
        .with("x", floats(x), shape)
        .with("logits", floats(root.path("inputs").path("logits")), shape);
  }

  private static Formula latents(Formula formula, JsonNode root) {
    JsonNode mean = root.path("inputs").path("mean");
    long[] shape = shape(mean);
    return formula
        .with("mean", floats(mean), shape)
        .with("log_var", floats(root.path("inputs").path("log_var")), shape);
  }

  private static void near(
      String name, JsonNode expected, List<Float> got, UnaryOperator<double[]> scaled) {
    double[] wanted = scaled.apply(doubles(expected));
    assertEquals(wanted.length, got.size(), name);
    double largest = 1;
    for (double w : wanted) {
      largest = Math.max(largest, Math.abs(w));
    }
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], got.get(i), FLOAT32 * largest, name + " [" + i + "]");
    }
  }

  private static long[] shape(JsonNode array) {
    List<Long> dims = new ArrayList<>();
    for (JsonNode node = array; node.isArray(); node = node.get(0)) {
      dims.add((long) node.size());
    }
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  private static float[] floats(JsonNode array) {
    double[] values = doubles(array);
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double[] doubles(JsonNode array) {
    List<Double> values = new ArrayList<>();
    collect(array, values);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void collect(JsonNode node, List<Double> into) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, into));
    } else {
      into.add(node.asDouble());
    }
  }
}
