package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** FactorVAE and BetaVAE scores of every table, on given draws and on drawn ones. */
@Tag("reference")
class ReferenceSampledTest {
  /**
   * One run of the reference itself has a standard deviation of up to 0.014, and the mean of its
   * five one of 0.006; the mean of these adds half of that. Single runs say little beside a
   * tolerance of 0.03.
   */
  private static final int FACTOR_VAE_RUNS = 20;

  private static Reference reference;
  private static JsonNode table;
  private static FactorRows rows;

  @BeforeAll
  static void open() throws IOException {
    reference = Reference.open("sampled scores");
    table = reference.root().get("table");
    rows = FactorRows.of(Reference.factors(table.get("factors").asText()));
    assertTrue(rows.grid());
  }

  @AfterAll
  static void report() {
    if (reference != null) {
      reference.report();
    }
  }

  /** What is expected of one set of codes, and the codes. */
  private record TableCase(JsonNode expected, Codes codes) {}

  private interface Check {
    void accept(TableCase c);
  }

  private static Stream<DynamicTest> tables(Check check) {
    List<Map.Entry<String, JsonNode>> cases = List.copyOf(table.get("cases").properties());
    assertTrue(!cases.isEmpty());
    return cases.stream()
        .map(
            c ->
                reference.test(
                    c.getKey(),
                    () ->
                        check.accept(
                            new TableCase(
                                c.getValue(),
                                Reference.codes(c.getValue().get("codes").asText())))));
  }

  private static JsonNode settings(String name) {
    return reference.root().get("hyperparameters").get(name);
  }

  private static int[] draws(String name) {
    return Reference.ints(table.get("draws").get(name).asText());
  }

  @TestFactory
  Stream<DynamicTest> factorVae_replayed() {
    FactorVaeDraws draws =
        FactorVaeDraws.of(draws("fv_variance_rows"), draws("fv_factor"), draws("fv_rows"));
    JsonNode replay = settings("replay");
    return tables(
        c -> {
          for (Map.Entry<String, JsonNode> pruned : pruned(c, "factor_vae_replay")) {
            FactorVaeScore.Result result =
                new FactorVaeScore(
                        replay.get("batch_size").asInt(),
                        replay.get("num_train").asInt(),
                        replay.get("num_eval").asInt(),
                        replay.get("num_variance_estimate").asInt(),
                        threshold(pruned))
                    .replay(draws, c.codes()::select, rows.factors());
            check(pruned.getValue(), result);
          }
        });
  }

  private static List<Map.Entry<String, JsonNode>> pruned(TableCase c, String name) {
    List<Map.Entry<String, JsonNode>> pruned = List.copyOf(c.expected().get(name).properties());
    assertTrue(!pruned.isEmpty(), name);
    return pruned;
  }

  private static double threshold(Map.Entry<String, JsonNode> pruned) {
    return Double.parseDouble(pruned.getKey().replace("prune_", ""));
  }

  private static void check(JsonNode expected, FactorVaeScore.Result result) {
    String name = "factor_vae_replay.";
    reference.near(name + "accuracies", expected.get("train_accuracy"), result.trainAccuracy());
    reference.near(name + "accuracies", expected.get("eval_accuracy"), result.evaluationAccuracy());
    reference.near(name + "votes", expected.get("train_votes"), result.trainVotes());
    reference.near(name + "votes", expected.get("eval_votes"), result.evaluationVotes());
    List<Boolean> active =
        StreamSupport.stream(expected.get("active_mask").spliterator(), false)
            .map(JsonNode::asBoolean)
            .toList();
    assertEquals(active, result.active());
    JsonNode variances = expected.get("global_variances");
    double tolerance = reference.tolerance(name + "global_variances_relative");
    for (int code = 0; code < variances.size(); code++) {
      double variance = variances.get(code).asDouble();
      assertEquals(variance, result.globalVariances().get(code), tolerance * variance);
    }
  }

  @TestFactory
  Stream<DynamicTest> betaVae_replayed() {
    BetaVaeDraws draws =
        BetaVaeDraws.of(draws("bv_factor"), draws("bv_rows_a"), draws("bv_rows_b"));
    JsonNode replay = settings("replay");
    int train = replay.get("num_train").asInt();
    BetaVaeScore score =
        new BetaVaeScore(
            replay.get("batch_size").asInt(), train, replay.get("num_eval").asInt(), 1);
    return tables(
        c -> {
          BetaVaeScore.Result result = score.replay(draws, c.codes()::select);
          for (String name : List.of("beta_vae_replay", "beta_vae_replay_converged")) {
            JsonNode expected = c.expected().get(name);
            near("accuracies", expected.get("train_accuracy"), result.trainAccuracy());
            near("accuracies", expected.get("eval_accuracy"), result.evaluationAccuracy());
          }
          JsonNode expected = c.expected().get("beta_vae_replay");
          near("features", expected.get("first_train_feature"), features(draws, c, 0));
          near("features", expected.get("first_eval_feature"), features(draws, c, train));
        });
  }

  private static void near(String name, JsonNode expected, double got) {
    reference.near("beta_vae_replay." + name, expected, got);
  }

  private static void near(String name, JsonNode expected, List<Double> got) {
    reference.near("beta_vae_replay." + name, expected, got);
  }

  private static List<Double> features(BetaVaeDraws draws, TableCase c, int point) {
    List<Double> features = new ArrayList<>();
    for (double feature : BetaVaeScore.features(draws, c.codes()::select, point)) {
      features.add(feature);
    }
    return features;
  }

  @TestFactory
  Stream<DynamicTest> factorVae_drawn() {
    JsonNode drawn = settings("factor_vae_sampled");
    return tables(
        c -> {
          for (Map.Entry<String, JsonNode> pruned : pruned(c, "factor_vae_sampled")) {
            FactorVaeScore score =
                new FactorVaeScore(
                    drawn.get("batch_size").asInt(),
                    drawn.get("num_train").asInt(),
                    drawn.get("num_eval").asInt(),
                    drawn.get("num_variance_estimate").asInt(),
                    threshold(pruned));
            double train = 0;
            double evaluation = 0;
            for (int seed = 0; seed < FACTOR_VAE_RUNS; seed++) {
              FactorVaeScore.Result result = score.measure(rows, c.codes()::select, seed);
              train += result.trainAccuracy() / FACTOR_VAE_RUNS;
              evaluation += result.evaluationAccuracy() / FACTOR_VAE_RUNS;
            }
            mean("factor_vae", pruned.getValue(), "train", train);
            mean("factor_vae", pruned.getValue(), "eval", evaluation);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> betaVae_drawn() {
    JsonNode drawn = settings("beta_vae_sampled");
    BetaVaeScore score =
        new BetaVaeScore(
            drawn.get("batch_size").asInt(),
            drawn.get("num_train").asInt(),
            drawn.get("num_eval").asInt(),
            1);
    return tables(
        c -> {
          JsonNode expected = c.expected().get("beta_vae_sampled");
          double train = 0;
          double evaluation = 0;
          JsonNode seeds = drawn.get("random_states");
          for (JsonNode seed : seeds) {
            BetaVaeScore.Result result = score.measure(rows, c.codes()::select, seed.asLong());
            train += result.trainAccuracy() / seeds.size();
            evaluation += result.evaluationAccuracy() / seeds.size();
          }
          mean("beta_vae", expected, "train", train);
          mean("beta_vae", expected, "eval", evaluation);
        });
  }

  private static void mean(String score, JsonNode expected, String part, double got) {
    JsonNode mean = expected.get(part + "_accuracy").get("mean");
    reference.near(score + "_sampled.mean_of_five_runs", mean, got);
  }
}
