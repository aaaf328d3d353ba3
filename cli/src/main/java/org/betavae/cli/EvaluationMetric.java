package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Something that {@code evaluate} can measure.
 *
 * @param key name on the command line and in the result, that of the reference
 * @param otherNames shorter names; several metrics may share one
 * @param needs what it cannot do without
 * @param measurement to its JSON
 * @param headlines what the table shows of it
 */
record EvaluationMetric(
    String key,
    List<String> otherNames,
    Need needs,
    Function<EvaluationData, ObjectNode> measurement,
    List<Headline> headlines) {

  /** What a metric cannot do without. */
  enum Need {
    NOTHING,
    FACTORS,
    /** Factors, and the codes of every row there is, to draw from. */
    TABLE,
    /** Further models. */
    MODELS
  }

  /**
   * A number for the table.
   *
   * @param key where it stands in the metric's JSON, with / between
   * @param best what a perfect code has
   */
  record Headline(String key, String best) {}

  /** Every metric, in the order of the results. */
  private static final List<EvaluationMetric> ALL =
      List.of(
          of("mig", Need.FACTORS, MetricJson::mig, "discrete_mig"),
          of("sap_discrete", Need.FACTORS, MetricJson::sapDiscrete, "SAP_score").called("sap"),
          of("sap_continuous", Need.FACTORS, MetricJson::sapContinuous, "SAP_score").called("sap"),
          of(
              "dci",
              Need.FACTORS,
              MetricJson::dci,
              "disentanglement",
              "completeness",
              "informativeness_test"),
          of(
                  "modularity_explicitness",
                  Need.FACTORS,
                  MetricJson::modularityExplicitness,
                  "modularity_score",
                  "explicitness_score_test")
              .called("modularity", "explicitness"),
          of("irs", Need.FACTORS, MetricJson::irs, "IRS"),
          of("factor_vae_sampled", Need.TABLE, MetricJson::factorVae, "prune_0.05/eval_accuracy")
              .called("factor_vae"),
          of("beta_vae_sampled", Need.TABLE, MetricJson::betaVae, "eval_accuracy")
              .called("beta_vae"),
          new EvaluationMetric(
              "unsupervised",
              List.of(),
              Need.NOTHING,
              MetricJson::unsupervised,
              Stream.of(
                      "gaussian_total_correlation",
                      "gaussian_wasserstein_correlation_norm",
                      "mutual_info_score")
                  .map(key -> new Headline(key, "0"))
                  .toList()),
          of(
              "udr",
              Need.MODELS,
              MetricJson::udr,
              "spearman/model_scores/0",
              "lasso/model_scores/0"));

  private static EvaluationMetric of(
      String key, Need needs, Function<EvaluationData, ObjectNode> measurement, String... shown) {
    List<Headline> headlines = Stream.of(shown).map(s -> new Headline(s, "1")).toList();
    return new EvaluationMetric(key, List.of(), needs, measurement, headlines);
  }

  private EvaluationMetric called(String... names) {
    return new EvaluationMetric(key, List.of(names), needs, measurement, headlines);
  }

  /**
   * Measures.
   *
   * @throws CommandException if what it needs is not there
   * @throws IllegalArgumentException if the codes or factors do not allow it, with the reason
   */
  ObjectNode measure(EvaluationData data) {
    if ((needs == Need.FACTORS || needs == Need.TABLE) && data.factors().isEmpty()) {
      throw CommandException.unusable(
          key
              + ": "
              + data.name()
              + (data.leftOut().isEmpty()
                  ? " has no factors"
                  : " has no factors but " + data.leftOut() + ", which never change")
              + ", expected at least one that changes. Give data with factors, or --metrics"
              + " unsupervised.");
    }
    if (needs == Need.MODELS && data.posteriors().size() < 2) {
      throw CommandException.unusable(
          key
              + ": compares models: found "
              + Math.max(1, data.posteriors().size())
              + ", expected at least 2. Name others of the same settings with --against.");
    }
    return measurement.apply(data);
  }

  /** All names, for the help and for errors. */
  static List<String> names() {
    return ALL.stream().map(EvaluationMetric::key).toList();
  }

  /**
   * The metrics that a list names.
   *
   * @throws UsageException naming every unknown name, with the nearest one
   */
  static Set<EvaluationMetric> parse(String option, String text) {
    Set<EvaluationMetric> chosen = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String name = part.strip().toLowerCase(Locale.ROOT).replace('-', '_');
      List<EvaluationMetric> named =
          ALL.stream()
              .filter(m -> name.equals("all") || m.key.equals(name) || m.otherNames.contains(name))
              .toList();
      if (named.isEmpty()) {
        problems.add(
            option
                + " names \""
                + part.strip()
                + "\", expected all or some of "
                + String.join(", ", names())
                + Text.suggestion(name, "", everyName()));
      }
      chosen.addAll(named);
    }
    if (!problems.isEmpty()) {
      throw new UsageException(problems);
    }
    return chosen;
  }

  private static Set<String> everyName() {
    Set<String> all = new TreeSet<>(Set.of("all"));
    ALL.stream()
        .flatMap(m -> Stream.concat(Stream.of(m.key), m.otherNames.stream()))
        .forEach(all::add);
    return all;
  }
}
