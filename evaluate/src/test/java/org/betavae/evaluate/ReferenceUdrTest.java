package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** UDR of the reference's models against disentanglement_lib's. */
@Tag("reference")
class ReferenceUdrTest {
  private static Reference reference;
  private static JsonNode expected;
  private static List<Posterior> models;

  @BeforeAll
  static void open() throws IOException {
    reference = Reference.open("UDR");
    expected = reference.root().get("udr");
    models = new ArrayList<>();
    for (JsonNode model : expected.get("models")) {
      models.add(
          new Posterior(
              Reference.codes(model.get("means").asText()),
              Reference.codes(model.get("logvars").asText())));
    }
  }

  @AfterAll
  static void report() {
    if (reference != null) {
      reference.report();
    }
  }

  @TestFactory
  Stream<DynamicTest> scores() {
    JsonNode settings = reference.root().at("/hyperparameters/udr");
    double threshold = settings.get("kl_filter_threshold").asDouble();
    double alpha = settings.get("lasso_alpha").asDouble();
    Udr spearman = new Udr(Udr.Similarity.SPEARMAN, threshold, true, alpha);
    Udr lasso = new Udr(Udr.Similarity.LASSO, threshold, true, alpha);
    Udr unfiltered = new Udr(Udr.Similarity.LASSO, threshold, false, alpha);
    return Stream.of(
        reference.test("average KL", ReferenceUdrTest::averageKl),
        reference.test("spearman", () -> check("spearman", spearman, "udr.spearman")),
        reference.test("lasso", () -> check("lasso", lasso, "udr.lasso.pairwise_and_model_scores")),
        reference.test(
            "lasso without filter",
            () ->
                check(
                    "lasso_without_kl_filter", unfiltered, "udr.lasso.pairwise_and_model_scores")),
        reference.test(
            "lasso converged", () -> check("lasso_converged", lasso, "udr.lasso_converged")));
  }

  private static void averageKl() {
    for (int m = 0; m < models.size(); m++) {
      List<Double> kl = models.get(m).averageKl();
      reference.near("udr.average_kl", expected.get("average_kl").get(m), kl);
      for (int latent = 0; latent < kl.size(); latent++) {
        assertEquals(
            expected.get("kl_mask").get(m).get(latent).asBoolean(),
            kl.get(latent) > Udr.LASSO.klThreshold());
      }
    }
  }

  private static void check(String name, Udr udr, String tolerance) {
    Udr.Result result = udr.measure(models);
    JsonNode scores = expected.get(name);
    reference.near(tolerance, scores.get("pairwise_scores"), result.pairwiseScores());
    reference.near(tolerance, scores.get("model_scores"), result.modelScores());
    if (scores.has("raw_correlations")) {
      List<Double> all = new ArrayList<>();
      for (Matrix similarity : result.similarities()) {
        Arrays.stream(similarity.toArray()).forEach(all::add);
      }
      String ofEntries = name.equals("lasso") ? "udr.lasso.raw_correlations" : tolerance;
      reference.near(ofEntries, scores.get("raw_correlations"), all);
    }
  }
}
