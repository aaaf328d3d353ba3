package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every case's metrics without random numbers against those of disentanglement_lib. */
@Tag("reference")
class ReferenceMetricsTest {
  private static Reference reference;

  @BeforeAll
  static void open() throws IOException {
    reference = Reference.open("metrics");
  }

  @AfterAll
  static void report() {
    if (reference != null) {
      reference.report();
    }
  }

  @TestFactory
  Stream<DynamicTest> mig() {
    return reference.cases(
        c -> {
          Mig.Result result = new Mig(bins()).measure(c.train());
          JsonNode expected = c.expected().get("mig");
          reference.near("mig.discrete_mig", expected.get("discrete_mig"), result.score());
          reference.near("mig.discrete_mig", expected.get("per_factor"), result.perFactor());
          reference.near(
              "mig.factor_entropy_nats",
              expected.get("factor_entropy_nats"),
              result.factorEntropies());
          reference.near(
              "mig.mutual_information_nats",
              expected.get("mutual_information_nats"),
              result.mutualInformation());
        });
  }

  @TestFactory
  Stream<DynamicTest> sapContinuous() {
    return reference.cases(
        c -> {
          SapContinuous.Result result = SapContinuous.PUBLISHED.measure(c.train());
          JsonNode expected = c.expected().get("sap_continuous");
          reference.near("sap_continuous.SAP_score", expected.get("SAP_score"), result.score());
          reference.near(
              "sap_continuous.score_matrix", expected.get("score_matrix"), result.scores());
        });
  }

  @TestFactory
  Stream<DynamicTest> sapDiscrete() {
    return reference.cases(
        c -> {
          double penalty = reference.root().at("/hyperparameters/sap_discrete/C").asDouble();
          SapDiscrete.Result result = new SapDiscrete(penalty).measure(c.train(), c.test());
          JsonNode expected = c.expected().get("sap_discrete");
          reference.near("sap_discrete.SAP_score", expected.get("SAP_score"), result.score());
          reference.near(
              "sap_discrete.score_matrix", expected.get("score_matrix"), result.scores());
          String exact = "variants.sap_discrete_tight_tolerance";
          JsonNode minimum = c.expected().at("/variants/sap_discrete_tight_tolerance");
          reference.near(exact + ".SAP_score", minimum.get("SAP_score"), result.score());
          reference.near(exact + ".score_matrix", minimum.get("score_matrix"), result.scores());
        });
  }

  @TestFactory
  Stream<DynamicTest> modularity() {
    return reference.cases(
        c ->
            reference.near(
                "modularity_explicitness.modularity_score",
                c.expected().at("/modularity_explicitness/modularity_score"),
                new Modularity(bins()).measure(c.train()).score()));
  }

  @TestFactory
  Stream<DynamicTest> explicitness() {
    return reference.cases(
        c -> {
          Explicitness.Result result = Explicitness.PUBLISHED.measure(c.train(), c.test());
          JsonNode expected = c.expected().get("modularity_explicitness");
          String name = "modularity_explicitness.explicitness_score_";
          reference.near(name + "train", expected.get("explicitness_score_train"), result.train());
          reference.near(name + "test", expected.get("explicitness_score_test"), result.test());
          if (c.expected().at("/variants/explicitness_converged").isObject()) {
            JsonNode optimum = c.expected().at("/variants/explicitness_converged");
            String converged = "variants.explicitness_converged";
            reference.near(converged, optimum.get("train"), result.train());
            reference.near(converged, optimum.get("test"), result.test());
            reference.near(converged, optimum.get("train_per_factor"), result.trainPerFactor());
            reference.near(converged, optimum.get("test_per_factor"), result.testPerFactor());
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> irs() {
    return reference.cases(
        c -> {
          JsonNode settings = reference.root().at("/hyperparameters/irs");
          Irs.Result result =
              new Irs(settings.get("diff_quantile").asDouble(), settings.get("factor_bins").asInt())
                  .measure(c.train());
          JsonNode expected = c.expected().get("irs");
          assertEquals(integers(expected.get("kept_code_indices")), result.keptCodes());
          assertEquals(integers(expected.get("parents")), result.parents());
          reference.near("irs.IRS", expected.get("IRS"), result.score());
          reference.near("irs.irs_matrix", expected.get("irs_matrix"), result.matrix());
          reference.near(
              "irs.irs_matrix", expected.get("disentanglement_scores"), result.perCode());
          reference.near("irs.irs_matrix", expected.get("max_deviations"), result.maxDeviations());
        });
  }

  @TestFactory
  Stream<DynamicTest> unsupervised() {
    return reference.cases(
        c -> {
          Unsupervised.Result result = new Unsupervised(bins()).measure(c.train().codes());
          for (var value :
              List.of(
                  new Value("gaussian_total_correlation", result.gaussianTotalCorrelation()),
                  new Value("gaussian_wasserstein_correlation", result.wassersteinCorrelation()),
                  new Value(
                      "gaussian_wasserstein_correlation_norm", result.wassersteinCorrelationNorm()),
                  new Value("mutual_info_score", result.mutualInformationScore()))) {
            JsonNode expected = c.expected().get("unsupervised").get(value.name());
            reference.near("unsupervised." + value.name(), expected, value.value());
          }
        });
  }

  private record Value(String name, double value) {}

  private static int bins() {
    return reference.root().at("/hyperparameters/discretizer/num_bins").asInt();
  }

  private static List<Integer> integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }
}
