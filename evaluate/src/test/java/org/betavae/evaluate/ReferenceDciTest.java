package org.betavae.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every case's boosted trees, and what follows from importances, against disentanglement_lib. */
@Tag("reference")
class ReferenceDciTest {
  /** Where two states of the reference itself differ by more, single entries say nothing. */
  private static final double MEANINGLESS = 0.02;

  private static Reference reference;

  @BeforeAll
  static void open() throws IOException {
    reference = Reference.open("DCI");
  }

  @AfterAll
  static void report() {
    if (reference != null) {
      reference.report();
    }
  }

  @TestFactory
  Stream<DynamicTest> aggregation() {
    return reference.cases(
        c -> {
          JsonNode dci = c.expected().get("dci");
          JsonNode expected = dci.get("from_first_state_matrix");
          Dci.Aggregation result = Dci.aggregate(matrix(dci.get("importance_matrix_first_state")));
          String name = "dci.from_first_state_matrix";
          reference.near(name, expected.get("disentanglement"), result.disentanglement());
          reference.near(name, expected.get("completeness"), result.completeness());
          reference.near(
              name, expected.get("disentanglement_per_code"), result.disentanglementPerCode());
          reference.near(
              name, expected.get("completeness_per_factor"), result.completenessPerFactor());
        });
  }

  @TestFactory
  Stream<DynamicTest> trees() {
    return reference.cases(
        c -> {
          JsonNode settings = reference.root().at("/hyperparameters/dci");
          Dci dci =
              new Dci(
                  settings.get("n_estimators").asInt(),
                  settings.get("learning_rate").asDouble(),
                  settings.get("max_depth").asInt(),
                  0);
          Dci.Result result = dci.measure(c.train(), c.test());
          JsonNode expected = c.expected().get("dci");
          near(expected, "disentanglement", result.aggregation().disentanglement());
          near(expected, "completeness", result.aggregation().completeness());
          near(expected, "informativeness_train", result.informativenessTrain());
          near(expected, "informativeness_test", result.informativenessTest());
          double spread = expected.get("max_importance_difference_between_states").asDouble();
          if (spread <= MEANINGLESS) {
            reference.near(
                "dci.importance_matrix_first_state",
                expected.get("importance_matrix_first_state"),
                result.importance());
          }
        });
  }

  private static void near(JsonNode expected, String name, double got) {
    reference.near("dci." + name, expected.at("/" + name + "/mean"), got);
  }

  private static Matrix matrix(JsonNode rows) {
    List<Double> values = new ArrayList<>();
    rows.forEach(row -> row.forEach(value -> values.add(value.asDouble())));
    return Matrix.of(
        values.stream().mapToDouble(v -> v).toArray(), rows.size(), rows.get(0).size());
  }
}
