package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.betavae.evaluate.BetaVaeScore;
import org.betavae.evaluate.Dci;
import org.betavae.evaluate.Explicitness;
import org.betavae.evaluate.FactorRows;
import org.betavae.evaluate.FactorVaeScore;
import org.betavae.evaluate.Irs;
import org.betavae.evaluate.LabelledCodes;
import org.betavae.evaluate.Matrix;
import org.betavae.evaluate.Mig;
import org.betavae.evaluate.Modularity;
import org.betavae.evaluate.SapContinuous;
import org.betavae.evaluate.SapDiscrete;
import org.betavae.evaluate.Udr;
import org.betavae.evaluate.Unsupervised;

/**
 * Metrics under the names that disentanglement_lib gives them, with every digit. Numbers that do
 * not exist are null.
 */
final class MetricJson {
  private MetricJson() {}

  static ObjectNode mig(EvaluationData data) {
    Mig.Result result = Mig.PUBLISHED.measure(data.train());
    ObjectNode json = Json.object();
    put(json, "discrete_mig", result.score());
    json.set("per_factor", numbers(result.perFactor()));
    json.set("factor_entropy_nats", numbers(result.factorEntropies()));
    json.set("mutual_information_nats", matrix(result.mutualInformation()));
    return json;
  }

  static ObjectNode sapDiscrete(EvaluationData data) {
    SapDiscrete.Result result = SapDiscrete.PUBLISHED.measure(data.train(), data.test());
    return sap(result.score(), result.scores());
  }

  static ObjectNode sapContinuous(EvaluationData data) {
    SapContinuous.Result result = SapContinuous.PUBLISHED.measure(data.train());
    return sap(result.score(), result.scores());
  }

  private static ObjectNode sap(double score, Matrix scores) {
    ObjectNode json = Json.object();
    put(json, "SAP_score", score);
    json.set("score_matrix", matrix(scores));
    return json;
  }

  static ObjectNode dci(EvaluationData data) {
    Dci dci = Dci.PUBLISHED.withSeed(data.seed());
    Dci.Result result = dci.measure(data.train(), data.test());
    Dci.Aggregation aggregation = result.aggregation();
    ObjectNode json = Json.object();
    put(json, "disentanglement", aggregation.disentanglement());
    put(json, "completeness", aggregation.completeness());
    put(json, "informativeness_train", result.informativenessTrain());
    put(json, "informativeness_test", result.informativenessTest());
    json.set("disentanglement_per_code", numbers(aggregation.disentanglementPerCode()));
    json.set("completeness_per_factor", numbers(aggregation.completenessPerFactor()));
    json.set("importance_matrix", matrix(result.importance()));
    return json;
  }

  /** What ends the name of a key whose value says why half of a metric is not there. */
  static final String NOT_MEASURED = "_not_measured";

  /** Either without the other where the data allow one alone. */
  static ObjectNode modularityExplicitness(EvaluationData data) {
    ObjectNode json = Json.object();
    try {
      put(json, "modularity_score", Modularity.PUBLISHED.measure(data.train()).score());
    } catch (IllegalArgumentException e) {
      json.putNull("modularity_score").put("modularity" + NOT_MEASURED, e.getMessage());
    }
    try {
      json.setAll(explicitness(data));
    } catch (IllegalArgumentException | CommandException e) {
      if (json.get("modularity_score").isNull()) {
        throw e;
      }
      json.putNull("explicitness_score_train").putNull("explicitness_score_test");
      json.put("explicitness" + NOT_MEASURED, e.getMessage());
    }
    return json;
  }

  private static ObjectNode explicitness(EvaluationData data) {
    ObjectNode json = Json.object();
    Explicitness.Result result = Explicitness.PUBLISHED.measure(data.train(), data.test());
    put(json, "explicitness_score_train", result.train());
    put(json, "explicitness_score_test", result.test());
    json.set("explicitness_train_per_factor", numbers(result.trainPerFactor()));
    json.set("explicitness_test_per_factor", numbers(result.testPerFactor()));
    return json;
  }

  static ObjectNode irs(EvaluationData data) {
    Irs.Result result = Irs.PUBLISHED.measure(data.train());
    ObjectNode json = Json.object();
    put(json, "IRS", result.score());
    json.set("kept_code_indices", Json.integers(result.keptCodes()));
    json.set("irs_matrix", matrix(result.matrix()));
    json.set("max_deviations", numbers(result.maxDeviations()));
    json.set("disentanglement_scores", numbers(result.perCode()));
    json.set("parents", Json.integers(result.parents()));
    return json;
  }

  static ObjectNode unsupervised(EvaluationData data) {
    Unsupervised.Result result = Unsupervised.PUBLISHED.measure(data.trainCodes());
    ObjectNode json = Json.object();
    put(json, "gaussian_total_correlation", result.gaussianTotalCorrelation());
    put(json, "gaussian_wasserstein_correlation", result.wassersteinCorrelation());
    put(json, "gaussian_wasserstein_correlation_norm", result.wassersteinCorrelationNorm());
    put(json, "mutual_info_score", result.mutualInformationScore());
    return json;
  }

  static ObjectNode factorVae(EvaluationData data) {
    LabelledCodes table = data.table().orElseThrow();
    FactorRows rows = FactorRows.of(table.factors());
    ObjectNode json = Json.object();
    // The published threshold, and none, as the reference has both.
    for (double threshold : List.of(FactorVaeScore.PUBLISHED.pruneThreshold(), 0.0)) {
      FactorVaeScore.Result result =
          FactorVaeScore.PUBLISHED
              .withPruneThreshold(threshold)
              .measure(rows, table.codes()::select, data.seed());
      ObjectNode pruned = json.putObject("prune_" + threshold);
      put(pruned, "train_accuracy", result.trainAccuracy());
      put(pruned, "eval_accuracy", result.evaluationAccuracy());
      result.active().forEach(pruned.putArray("active_mask")::add);
      pruned.set("global_variances", numbers(result.globalVariances()));
    }
    return json;
  }

  static ObjectNode betaVae(EvaluationData data) {
    LabelledCodes table = data.table().orElseThrow();
    BetaVaeScore.Result result =
        BetaVaeScore.PUBLISHED.measure(
            FactorRows.of(table.factors()), table.codes()::select, data.seed());
    ObjectNode json = Json.object();
    put(json, "train_accuracy", result.trainAccuracy());
    put(json, "eval_accuracy", result.evaluationAccuracy());
    return json;
  }

  static ObjectNode udr(EvaluationData data) {
    ObjectNode json = Json.object();
    json.set("spearman", udr(Udr.SPEARMAN, data));
    json.set("lasso", udr(Udr.LASSO, data));
    ArrayNode kl = json.putArray("average_kl");
    data.posteriors().forEach(p -> kl.add(numbers(p.averageKl())));
    return json;
  }

  private static ObjectNode udr(Udr udr, EvaluationData data) {
    Udr.Result result = udr.measure(data.posteriors());
    ObjectNode json = Json.object();
    json.set("model_scores", numbers(result.modelScores()));
    json.set("pairwise_scores", matrix(result.pairwiseScores()));
    return json;
  }

  private static void put(ObjectNode json, String key, double value) {
    if (Double.isFinite(value)) {
      json.put(key, value);
    } else {
      json.putNull(key);
    }
  }

  private static ArrayNode numbers(List<Double> values) {
    ArrayNode array = Json.array();
    for (double value : values) {
      add(array, value);
    }
    return array;
  }

  private static ArrayNode matrix(Matrix matrix) {
    ArrayNode rows = Json.array();
    for (int row = 0; row < matrix.rows(); row++) {
      ArrayNode array = rows.addArray();
      for (int column = 0; column < matrix.columns(); column++) {
        add(array, matrix.value(row, column));
      }
    }
    return rows;
  }

  private static void add(ArrayNode array, double value) {
    if (Double.isFinite(value)) {
      array.add(value);
    } else {
      array.addNull();
    }
  }
}
