package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.betavae.train.network.Pass;
import org.betavae.train.objective.ReferenceObjectivesTest.Reconstruction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Every objective's loss, parts and gradients against PyTorch's in float64. */
@Tag("reference")
class ReferenceLossesTest {
  /** The reference's names of parts that are further terms of a loss under other names. */
  private static final Map<String, String> PARTS =
      Map.of("tc", "total_correlation", "mi", "mutual_information");

  private static double largestError;
  private static int ran;

  @TestFactory
  Stream<DynamicTest> everyObjective() throws IOException {
    return Reference.cases().stream()
        .flatMap(
            c ->
                StreamSupport.stream(c.root().path("objectives").spliterator(), false)
                    .map(
                        o ->
                            DynamicTest.dynamicTest(
                                c.file() + " " + o.path("name").asText(), () -> check(c, o))));
  }

  @TestFactory
  Stream<DynamicTest> farApartPosteriors_keepTheirTotalCorrelation() throws IOException {
    return Reference.cases().stream()
        .filter(c -> c.root().has("total_correlation"))
        .map(c -> DynamicTest.dynamicTest(c.file(), () -> checkFarApart(c)));
  }

  @AfterAll
  static void report() {
    System.out.println("losses: " + ran + " cases ran; largest error " + largestError);
  }

  private static void check(Reference.Case c, JsonNode expected) {
    Optional<Objective> objective = objective(expected);
    Optional<Reconstruction> reconstruction =
        Reconstruction.of(expected.path("reconstruction").asText());
    assumeTrue(objective.isPresent(), () -> "no objective for " + expected.path("name"));
    assumeTrue(reconstruction.isPresent(), () -> "no term " + expected.path("reconstruction"));
    Loss loss = new Loss(c, expected, objective.get(), reconstruction.get());
    Formula.Outcomes whole =
        loss.formula("eps")
            .evaluateAll(
                (pass, in) -> {
                  Map<String, Operand<TFloat32>> all = new LinkedHashMap<>(in);
                  all.put("z", sample(pass.tf(), in));
                  return loss.values(pass, all);
                },
                "total",
                "logits",
                "mean",
                "log_var");
    near(c, "total", expected.path("total"), whole.values().get("total"));
    checkParts(c, expected.path("parts"), whole.values());
    checkGradients(c, expected.path("grad"), whole.gradients());
    List<String> partial =
        expected.path("partial").properties().stream()
            .map(Map.Entry::getKey)
            .filter(input -> !input.startsWith("d_"))
            .toList();
    if (!partial.isEmpty()) {
      Formula.Outcomes apart =
          loss.formula("z").evaluateAll(loss::values, "total", partial.toArray(String[]::new));
      checkGradients(c, expected.path("partial"), apart.gradients());
    }
    ran++;
  }

  private static void checkParts(
      Reference.Case c, JsonNode parts, Map<String, List<Float>> values) {
    parts
        .properties()
        .forEach(
            part -> {
              if (part.getValue().isObject()) {
                checkParts(c, part.getValue(), values);
              } else {
                String name = PARTS.getOrDefault(part.getKey(), part.getKey());
                near(c, name, part.getValue(), values.get(name));
              }
            });
  }

  private static void checkGradients(
      Reference.Case c, JsonNode expected, Map<String, List<Float>> got) {
    got.forEach((name, values) -> near(c, "gradient of " + name, expected.path(name), values));
  }

  private static void checkFarApart(Reference.Case c) {
    JsonNode expected = c.root().path("total_correlation");
    Formula formula = new Formula();
    for (String input : List.of("mean", "log_var", "eps")) {
      JsonNode values = expected.path(input);
      formula.with(input, Reference.floats(values), Reference.shape(values));
    }
    BetaTcVae objective = new BetaTcVae(TcEstimator.ANALYTIC, 1, new BetaSchedule.Constant(2), 1);
    Formula.Outcomes outcome =
        formula.evaluateAll(
            (pass, in) -> {
              Ops tf = pass.tf();
              Operand<TFloat32> zero = tf.constant(0f);
              Objective.Terms terms =
                  new Objective.Terms(
                      in.get("mean"),
                      in.get("log_var"),
                      sample(tf, in),
                      zero,
                      zero,
                      List.of(tf.constant(2f)),
                      List.of(),
                      1,
                      1);
              return objective.loss(pass, terms).parts();
            },
            "total_correlation",
            "mean",
            "log_var");
    near(
        c,
        "total correlation",
        expected.path("tc_constants_dropped"),
        outcome.values().get("total_correlation"));
    near(c, "mean", expected.path("grad_mean"), outcome.gradients().get("mean"));
    near(c, "log_var", expected.path("grad_log_var"), outcome.gradients().get("log_var"));
    ran++;
  }

  /** An entry's objective, told by its name's beginning and its parameters. */
  static Optional<Objective> objective(JsonNode entry) {
    String name = entry.path("name").asText();
    JsonNode p = entry.path("params");
    double gamma = p.path("gamma").asDouble(1);
    BetaSchedule beta = new BetaSchedule.Constant(p.path("beta").asDouble());
    if (name.startsWith("annealed_vae")) {
      return Optional.of(
          new AnnealedVae(
              gamma, p.path("c_max").asDouble(), p.path("iteration_threshold").asLong()));
    } else if (name.startsWith("factor_vae")) {
      return Optional.of(new FactorVae(gamma, Discriminator.PUBLISHED));
    } else if (name.startsWith("dip_vae_i")) {
      DipVae.Kind kind = name.startsWith("dip_vae_ii") ? DipVae.Kind.II : DipVae.Kind.I;
      // Settings give the other weight as a multiple of this one, which 0 has none of.
      double od = Math.max(p.path("lambda_od").asDouble(), 1e-30);
      return Optional.of(new DipVae(kind, od, p.path("lambda_d").asDouble() / od));
    } else if (name.startsWith("beta_tcvae")) {
      TcEstimator estimator =
          name.contains("mss")
              ? TcEstimator.MSS
              : !name.contains("mws")
                  ? TcEstimator.ANALYTIC
                  : name.contains("analytic") ? TcEstimator.MWS_ANALYTIC : TcEstimator.MWS;
      return Optional.of(new BetaTcVae(estimator, p.path("alpha").asDouble(1), beta, gamma));
    } else if (name.startsWith("info_vae")) {
      return Optional.of(new InfoVae(p.path("alpha").asDouble(), p.path("lambda").asDouble()));
    }
    return p.size() == 1 && p.has("beta")
        ? Optional.of(new BetaVae("beta-vae", beta, false))
        : Optional.empty();
  }

  /** One entry, evaluated. */
  private record Loss(
      Reference.Case file, JsonNode entry, Objective objective, Reconstruction reconstruction) {

    Formula formula(String noiseOrSample) {
      Formula formula = file.inputs(new Formula(), "x", "logits", "mean", "log_var", noiseOrSample);
      if (objective instanceof FactorVae) {
        JsonNode weights = file.input("discriminator");
        formula
            .with("uniform", order(file), zShape(file))
            .withWeight("discriminator/dense1/kernel", Reference.floats(weights.path("w1")))
            .withWeight("discriminator/dense1/bias", Reference.floats(weights.path("b1")))
            .withWeight("discriminator/logits/kernel", Reference.floats(weights.path("w2")))
            .withWeight("discriminator/logits/bias", Reference.floats(weights.path("b2")));
      }
      return objective instanceof InfoVae ? file.inputs(formula, "prior_samples") : formula;
    }

    /** The loss as {@code total}, and everything that the reference may have as a part. */
    Map<String, Operand<TFloat32>> values(Pass pass, Map<String, Operand<TFloat32>> in) {
      Ops tf = pass.tf();
      Operand<TFloat32> r =
          Reduce.batchMean(tf, reconstruction.perSample(tf, in.get("x"), in.get("logits")));
      Operand<TFloat32> kl =
          Reduce.batchMean(
              tf, Reduce.sum(tf, GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var")), 1));
      Objective.Terms terms =
          new Objective.Terms(
              in.get("mean"),
              in.get("log_var"),
              in.get("z"),
              r,
              kl,
              controls(tf),
              Stream.of("uniform", "prior_samples")
                  .filter(in::containsKey)
                  .<Operand<TFloat32>>map(in::get)
                  .toList(),
              file.input("dataset_size").asLong(),
              1);
      Objective.Loss loss = withDiscriminator().loss(pass, terms);
      Map<String, Operand<TFloat32>> values = new LinkedHashMap<>(loss.parts());
      values.put("total", loss.total());
      values.put("reconstruction", r);
      values.put("kl", kl);
      if (objective instanceof DipVae dip) {
        values.put("covariance", dip.covariance(tf, terms));
      } else if (objective instanceof BetaTcVae tc && tc.estimator().sampled()) {
        PosteriorDensities densities = tc.densities(tf, terms);
        values.put("log_q_z_given_x", densities.ofPosterior());
        values.put("log_q_z", densities.ofAggregate());
        values.put("log_prod_q_z", densities.ofMarginals());
        values.put("log_p_z", densities.ofPrior());
        values.put(
            "kl_sampled",
            Reduce.batchMean(tf, tf.math.sub(densities.ofPosterior(), densities.ofPrior())));
      }
      return values;
    }

    private Objective withDiscriminator() {
      JsonNode weights = file.input("discriminator");
      return objective instanceof FactorVae factor
          ? new FactorVae(
              factor.gamma(),
              new Discriminator(
                  1, weights.path("b1").size(), (float) weights.path("leaky_slope").asDouble()))
          : objective;
    }

    private List<Operand<TFloat32>> controls(Ops tf) {
      float[] controls = new float[objective.controls().size()];
      objective.controlsAt(entry.path("params").path("step").asLong() + 1, controls);
      List<Operand<TFloat32>> operands = new ArrayList<>();
      for (float control : controls) {
        operands.add(tf.constant(control));
      }
      return operands;
    }
  }

  private static Operand<TFloat32> sample(Ops tf, Map<String, Operand<TFloat32>> in) {
    Operand<TFloat32> sigma = tf.math.exp(tf.math.mul(in.get("log_var"), tf.constant(0.5f)));
    return tf.math.add(in.get("mean"), tf.math.mul(sigma, in.get("eps")));
  }

  /** Numbers that sort each latent into the file's permutation, largest first. */
  static float[] order(Reference.Case c) {
    JsonNode permutation = c.input("permutation");
    int latents = permutation.size();
    int batch = permutation.get(0).size();
    float[] uniform = new float[batch * latents];
    for (int l = 0; l < latents; l++) {
      for (int i = 0; i < batch; i++) {
        uniform[permutation.get(l).get(i).asInt() * latents + l] = 1 - (float) i / batch;
      }
    }
    return uniform;
  }

  static long[] zShape(Reference.Case c) {
    return Reference.shape(c.input("z"));
  }

  private static void near(Reference.Case c, String name, JsonNode expected, List<Float> got) {
    assertEquals(false, got == null, c.file() + ": no value for " + name);
    JsonNode tensor =
        expected.isArray() ? expected : new ObjectMapper().createArrayNode().add(expected);
    largestError = Math.max(largestError, Reference.near(c.file() + " " + name, tensor, got));
  }
}
