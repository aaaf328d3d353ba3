package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** What {@code evaluate} can measure, in the order of its results. */
enum EvaluationMetric {
  MIG(true, MetricJson::mig, List.of(), new Headline("discrete_mig", "1")),
  SAP_DISCRETE(true, MetricJson::sapDiscrete, List.of("sap"), new Headline("SAP_score", "1")),
  SAP_CONTINUOUS(true, MetricJson::sapContinuous, List.of("sap"), new Headline("SAP_score", "1")),
  DCI(
      true,
      MetricJson::dci,
      List.of(),
      new Headline("disentanglement", "1"),
      new Headline("completeness", "1"),
      new Headline("informativeness_test", "1")),
  MODULARITY_EXPLICITNESS(
      true,
      MetricJson::modularityExplicitness,
      List.of("modularity", "explicitness"),
      new Headline("modularity_score", "1"),
      new Headline("explicitness_score_test", "1")),
  IRS(true, MetricJson::irs, List.of(), new Headline("IRS", "1")),
  UNSUPERVISED(
      false,
      MetricJson::unsupervised,
      List.of(),
      new Headline("gaussian_total_correlation", "0"),
      new Headline("gaussian_wasserstein_correlation_norm", "0"),
      new Headline("mutual_info_score", "0"));

  /**
   * A number for the table.
   *
   * @param key where it stands in the metric's JSON, with dots between
   * @param best what a perfect code has
   */
  record Headline(String key, String best) {}

  private final boolean needsFactors;
  private final Function<EvaluationData, ObjectNode> measure;
  private final List<String> otherNames;
  private final List<Headline> headlines;

  EvaluationMetric(
      boolean needsFactors,
      Function<EvaluationData, ObjectNode> measure,
      List<String> otherNames,
      Headline... headlines) {
    this.needsFactors = needsFactors;
    this.measure = measure;
    this.otherNames = otherNames;
    this.headlines = List.of(headlines);
  }

  /** Name on the command line and in the result, that of the reference. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  List<Headline> headlines() {
    return headlines;
  }

  /**
   * Measures.
   *
   * @throws CommandException if there are no factors and they are needed
   * @throws IllegalArgumentException if the codes or factors do not allow it, with the reason
   */
  ObjectNode measure(EvaluationData data) {
    if (needsFactors && data.factors().isEmpty()) {
      throw CommandException.unusable(
          key()
              + ": "
              + data.name()
              + (data.leftOut().isEmpty()
                  ? " has no factors"
                  : " has no factors but " + data.leftOut() + ", which never change")
              + ", expected at least one that changes. Give data with factors, or --metrics"
              + " unsupervised.");
    }
    return measure.apply(data);
  }

  /** All names, for the help and for errors. */
  static List<String> names() {
    return Arrays.stream(values()).map(EvaluationMetric::key).toList();
  }

  /**
   * The metrics that a list names.
   *
   * @throws UsageException naming every unknown name, with the nearest one
   */
  static Set<EvaluationMetric> parse(String option, String text) {
    Set<EvaluationMetric> chosen = EnumSet.noneOf(EvaluationMetric.class);
    List<String> problems = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String name = part.strip().toLowerCase(Locale.ROOT).replace('-', '_');
      List<EvaluationMetric> named =
          Arrays.stream(values())
              .filter(
                  m -> name.equals("all") || m.key().equals(name) || m.otherNames.contains(name))
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
    Arrays.stream(values())
        .flatMap(m -> Stream.concat(Stream.of(m.key()), m.otherNames.stream()))
        .forEach(all::add);
    return all;
  }
}
