package org.betavae.train.objective;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** FactorVAE's discriminator: its loss, accuracy and gradients against PyTorch's in float64. */
@Tag("reference")
class ReferenceDiscriminatorTest {
  @TestFactory
  Stream<DynamicTest> everyDiscriminator() throws IOException {
    return Reference.cases().stream()
        .filter(c -> c.root().has("discriminator_loss"))
        .map(c -> DynamicTest.dynamicTest(c.file(), () -> checkDiscriminator(c)));
  }

  private static void checkDiscriminator(Reference.Case c) {
    JsonNode weights = c.input("discriminator");
    JsonNode expected = c.root().path("discriminator_loss");
    int units = weights.path("b1").size();
    Discriminator discriminator =
        new Discriminator(1, units, (float) weights.path("leaky_slope").asDouble());
    Map<String, String> names =
        Map.of(
            "w1", "discriminator/dense1/kernel",
            "b1", "discriminator/dense1/bias",
            "w2", "discriminator/logits/kernel",
            "b2", "discriminator/logits/bias");
    Formula formula =
        c.inputs(new Formula(), "z", "z_permuted")
            .with("uniform", ReferenceLossesTest.order(c), ReferenceLossesTest.zShape(c));
    names.forEach((key, name) -> formula.withWeight(name, Reference.floats(weights.path(key))));
    FactorVae objective = new FactorVae(10, discriminator);
    Formula.Outcomes ofWeights =
        formula.evaluateAll(
            (pass, in) -> {
              Objective.Loss loss =
                  objective.loss(pass, zeroTerms(pass.tf(), in.get("z"), in.get("uniform")));
              return Map.of(
                  "total", loss.adversary().orElseThrow(),
                  "accuracy", loss.parts().get("discriminator_accuracy"),
                  "z_permuted", FactorVae.permuted(pass.tf(), in.get("z"), in.get("uniform")));
            },
            "total",
            names.values().toArray(String[]::new));
    for (String value : List.of("total", "accuracy")) {
      near(c, value, expected.path(value), ofWeights.values().get(value));
    }
    near(c, "z_permuted", c.input("z_permuted"), ofWeights.values().get("z_permuted"));
    names.forEach(
        (key, name) ->
            near(c, key, expected.path("grad").path(key), ofWeights.gradients().get(name)));
    checkLogits(c, objective, expected);
  }

  private static void checkLogits(Reference.Case c, FactorVae objective, JsonNode expected) {
    String[] logits = {"d_logits_z", "d_logits_permuted"};
    Formula formula = c.inputs(new Formula(), logits);
    Formula.Bodies losses =
        (pass, in) -> {
          Ops tf = pass.tf();
          Objective.Terms terms = zeroTerms(tf, in.get("d_logits_z"), in.get("d_logits_z"));
          Objective.Loss loss =
              objective.loss(tf, terms, in.get("d_logits_z"), in.get("d_logits_permuted"));
          return Map.of("adversary", loss.adversary().orElseThrow(), "total", loss.total());
        };
    Formula.Outcomes adversary = formula.evaluateAll(losses, "adversary", logits);
    near(c, "adversary", expected.path("total"), adversary.values().get("adversary"));
    adversary
        .gradients()
        .forEach((name, got) -> near(c, name, expected.path("grad").path(name), got));
    for (JsonNode o : c.root().path("objectives")) {
      JsonNode partial = o.path("partial").path("d_logits_z");
      if (!partial.isMissingNode()) {
        FactorVae own = (FactorVae) ReferenceLossesTest.objective(o).orElseThrow();
        Formula.Outcomes total =
            formula.evaluateAll(
                (pass, in) -> {
                  Operand<TFloat32> z = in.get("d_logits_z");
                  return Map.of(
                      "total", own.loss(pass.tf(), zeroTerms(pass.tf(), z, z), z, z).total());
                },
                "total",
                "d_logits_z");
        near(c, "d_logits_z", partial, total.gradients().get("d_logits_z"));
      }
    }
  }

  private static Objective.Terms zeroTerms(Ops tf, Operand<TFloat32> z, Operand<TFloat32> uniform) {
    Operand<TFloat32> zero = tf.constant(0f);
    return new Objective.Terms(z, z, z, zero, zero, List.of(), List.of(uniform), 1, 1);
  }

  private static void near(Reference.Case c, String name, JsonNode expected, List<Float> got) {
    JsonNode tensor =
        expected.isArray() ? expected : new ObjectMapper().createArrayNode().add(expected);
    Reference.near(c.file() + " " + name, tensor, got);
  }
}
