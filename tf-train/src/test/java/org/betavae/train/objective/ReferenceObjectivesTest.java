package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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

/** Terms of the loss and their gradients against values that PyTorch worked out in float64. */
@Tag("reference")
class ReferenceObjectivesTest {
  private static final Pattern NAME =
      Pattern.compile(
          "(?:(gaussian|laplace)_(?:unit|(?:sigma|scale)_([0-9.eE-]+))|half_squared_error)"
              + "_(identity|sigmoid)");

  /**
   * A likelihood and how the mean comes from the decoder's output.
   *
   * @param perValue constant of each value that the reference leaves out
   */
  record Reconstruction(Likelihood likelihood, boolean sigmoid, double perValue) {
    static Optional<Reconstruction> of(String name) {
      if (name.equals("bernoulli")) {
        return Optional.of(new Reconstruction(new Bernoulli(), false, 0));
      }
      Matcher matcher = NAME.matcher(name);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      double width = matcher.group(2) == null ? 1 : Double.parseDouble(matcher.group(2));
      double constant = matcher.group(1) == null ? 0.5 * Math.log(2 * Math.PI) : 0;
      boolean sigmoid = matcher.group(3).equals("sigmoid");
      Likelihood likelihood =
          "laplace".equals(matcher.group(1))
              ? new Laplace(Location.IDENTITY, Scale.fixed(width))
              : new Gaussian(width);
      return Optional.of(new Reconstruction(likelihood, sigmoid, constant));
    }

    Operand<TFloat32> perSample(Ops tf, Operand<TFloat32> x, Operand<TFloat32> output) {
      Operand<TFloat32> parameter = sigmoid ? tf.math.sigmoid(output) : output;
      Operand<TFloat32> whole = likelihood.negativeLogLikelihood(Formula.pass(tf), x, parameter);
      double constant = perValue * x.shape().tail().size();
      return tf.math.sub(whole, tf.constant((float) constant));
    }
  }

  @TestFactory
  Stream<DynamicTest> everyFile() throws IOException {
    return Reference.cases().stream().map(c -> DynamicTest.dynamicTest(c.file(), () -> check(c)));
  }

  @Test
  void extremeValues_stayFinite() throws IOException {
    for (Reference.Case c : Reference.cases()) {
      if (c.root().path("bernoulli").isArray()) {
        checkBernoulliStability(c.root().path("bernoulli"));
        checkKlStability(c.root().path("kl"));
      }
    }
  }

  private static void check(Reference.Case c) {
    int[] ran = {0};
    TreeSet<String> notCovered = new TreeSet<>();
    c.root()
        .path("reconstruction")
        .properties()
        .forEach(
            entry ->
                Reconstruction.of(entry.getKey())
                    .ifPresentOrElse(
                        r -> {
                          checkReconstruction(c, entry.getKey(), entry.getValue(), r);
                          ran[0]++;
                        },
                        () -> notCovered.add(entry.getKey())));
    if (c.root().has("kl") && c.root().has("inputs")) {
      checkKl(c);
      ran[0]++;
    }
    System.out.println(c.file() + ": " + ran[0] + " terms ran; not covered: " + notCovered);
  }

  private static void checkReconstruction(
      Reference.Case c, String name, JsonNode expected, Reconstruction r) {
    Formula.Outcomes outcome =
        c.inputs(new Formula(), "x", "logits")
            .evaluateAll(
                (pass, in) -> {
                  Operand<TFloat32> perSample =
                      r.perSample(pass.tf(), in.get("x"), in.get("logits"));
                  return Map.of(
                      "per_sample", perSample, "mean", Reduce.batchMean(pass.tf(), perSample));
                },
                "mean",
                "logits");
    for (String value : List.of("per_sample", "mean")) {
      Reference.near(name + " " + value, expected.path(value), outcome.values().get(value));
    }
    Reference.near(
        name + " gradient", expected.path("grad_logits"), outcome.gradients().get("logits"));
  }

  private static void checkKl(Reference.Case c) {
    Formula.Outcomes outcome =
        c.inputs(new Formula(), "mean", "log_var")
            .evaluateAll(
                (pass, in) -> {
                  Ops tf = pass.tf();
                  Operand<TFloat32> each =
                      GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var"));
                  Operand<TFloat32> perSample = Reduce.sum(tf, each, 1);
                  return Map.of(
                      "per_sample_per_dim",
                      each,
                      "per_dim",
                      Reduce.batchMean(tf, each),
                      "per_sample",
                      perSample,
                      "total",
                      Reduce.batchMean(tf, perSample));
                },
                "total",
                "mean",
                "log_var");
    JsonNode kl = c.root().path("kl");
    outcome.values().forEach((name, got) -> Reference.near("kl " + name, kl.path(name), got));
    outcome
        .gradients()
        .forEach((name, got) -> Reference.near("kl " + name, kl.path("grad_" + name), got));
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
    assertEquals(wanted, got, Reference.FLOAT32 * Math.max(1, Math.abs(wanted)), name);
  }
}
