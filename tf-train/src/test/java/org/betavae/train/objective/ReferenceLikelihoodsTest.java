package org.betavae.train.objective;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** Likelihoods and bounds against values that PyTorch worked out in float64. */
@Tag("reference")
class ReferenceLikelihoodsTest {
  private static int ran;
  private static double largestError;

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
    for (Reference.Case c : Reference.cases()) {
      JsonNode root = c.root();
      root.path("reconstruction")
          .properties()
          .forEach(
              entry ->
                  tests.add(
                      DynamicTest.dynamicTest(
                          c.file() + " " + entry.getKey(),
                          () -> checkReconstruction(root, entry.getKey(), entry.getValue()))));
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> everyBetaBinomial() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Reference.Case c : Reference.cases()) {
      JsonNode root = c.root();
      if (root.has("beta_binomial")) {
        tests.add(DynamicTest.dynamicTest(c.file(), () -> checkBetaBinomial(root)));
      }
    }
    return tests.stream();
  }

  private static void checkReconstruction(JsonNode root, String name, JsonNode expected) {
    Optional<Reconstruction> known = Reconstruction.of(name);
    assumeTrue(known.isPresent(), "no likelihood of ours has the name " + name);
    Reconstruction r = known.get();
    JsonNode x = root.path("inputs").path("x");
    Formula.Outcome outcome =
        new Formula()
            .with("x", Reference.floats(x), Reference.shape(x))
            .with(
                "logits", Reference.floats(root.path("inputs").path("logits")), Reference.shape(x))
            .evaluate(
                (tf, in) -> {
                  Operand<TFloat32> nll =
                      r.likelihood()
                          .negativeLogLikelihood(Formula.pass(tf), in.get("x"), in.get("logits"));
                  double leftOut = r.leftOut() * in.get("x").shape().tail().size();
                  return tf.math.sub(nll, tf.constant((float) leftOut));
                },
                "logits");
    near("per sample", expected.path("per_sample"), outcome.value(), 1);
    ran++;
    near(
        "gradient",
        expected.path("grad_logits"),
        outcome.gradients().get("logits"),
        1.0 / x.size()); // the reference averages over the batch
  }

  private static void checkBetaBinomial(JsonNode root) {
    JsonNode in = root.path("inputs").path("beta_binomial");
    JsonNode expected = root.path("beta_binomial");
    int n = in.path("n").asInt();
    float[] x = Reference.floats(in.path("k"));
    for (int i = 0; i < x.length; i++) {
      x[i] /= n;
    }
    long[] shape = Reference.shape(in.path("k"));
    Formula.Outcome outcome =
        new Formula()
            .with("x", x, shape)
            .with("log_alpha", Reference.floats(in.path("log_alpha")), shape)
            .with("log_beta", Reference.floats(in.path("log_beta")), shape)
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
    ran++;
    near("per sample", expected.path("per_sample"), outcome.value(), 1);
    for (String input : List.of("log_alpha", "log_beta")) {
      near(input, expected.path("grad_" + input), outcome.gradients().get(input), 1.0 / shape[0]);
    }
  }

  @AfterAll
  static void report() {
    System.out.println("likelihoods: " + ran + " cases ran; largest error " + largestError);
  }

  private static void near(String what, JsonNode expected, List<Float> got, double factor) {
    List<Float> scaled = got.stream().map(v -> (float) (v * factor)).toList();
    largestError = Math.max(largestError, Reference.near(what, expected, scaled));
  }
}
