package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.betavae.evaluate.Codes;
import org.betavae.evaluate.FactorClasses;
import org.betavae.evaluate.LabelledCodes;
import org.betavae.evaluate.Posterior;

/**
 * What {@code evaluate} measures: training rows first, test rows after them.
 *
 * @param name of the data
 * @param codes of all rows
 * @param factors of the same rows, without those that never change; empty where nothing is known
 * @param factorNames one name a factor; empty where they have none
 * @param leftOut names or numbers of factors that never change in the training rows
 * @param trainCount number of training rows
 * @param seed of everything random
 * @param table codes and factors of every row there is; empty where nobody draws from it
 * @param posteriors of the model and of those it is compared with, on the rows measured; empty
 *     where nobody compares
 */
record EvaluationData(
    String name,
    Codes codes,
    Optional<FactorClasses> factors,
    List<String> factorNames,
    List<String> leftOut,
    int trainCount,
    long seed,
    Optional<LabelledCodes> table,
    List<Posterior> posteriors) {

  /**
   * Leaves factors out that have one value in the training rows, since nothing can be told of them.
   *
   * @param names one name a factor, or empty
   */
  static EvaluationData of(
      String name,
      Codes codes,
      Optional<FactorClasses> factors,
      List<String> names,
      int trainCount,
      long seed) {
    if (factors.isEmpty()) {
      return new EvaluationData(
          name,
          codes,
          factors,
          List.of(),
          List.of(),
          trainCount,
          seed,
          Optional.empty(),
          List.of());
    }
    FactorClasses all = factors.get();
    List<Integer> constant = all.part(0, trainCount).constant();
    List<Integer> kept =
        IntStream.range(0, all.size()).filter(k -> !constant.contains(k)).boxed().toList();
    List<String> leftOut =
        constant.stream().map(k -> names.isEmpty() ? Integer.toString(k) : names.get(k)).toList();
    return new EvaluationData(
        name,
        codes,
        kept.isEmpty() ? Optional.empty() : Optional.of(all.keep(kept)),
        names.isEmpty() ? names : kept.stream().map(names::get).toList(),
        leftOut,
        trainCount,
        seed,
        Optional.empty(),
        List.of());
  }

  /**
   * The same with a table to draw from.
   *
   * @param codesOfAll codes of every row
   * @param factorsOfAll factors of every row; those that never change in any are left out
   */
  EvaluationData withTable(Codes codesOfAll, FactorClasses factorsOfAll) {
    List<Integer> constant = factorsOfAll.constant();
    List<Integer> kept =
        IntStream.range(0, factorsOfAll.size()).filter(k -> !constant.contains(k)).boxed().toList();
    return kept.isEmpty()
        ? this
        : new EvaluationData(
            name,
            codes,
            factors,
            factorNames,
            leftOut,
            trainCount,
            seed,
            Optional.of(new LabelledCodes(codesOfAll, factorsOfAll.keep(kept))),
            posteriors);
  }

  /** The same with posteriors of several models. */
  EvaluationData withPosteriors(List<Posterior> several) {
    return new EvaluationData(
        name, codes, factors, factorNames, leftOut, trainCount, seed, table, several);
  }

  int testCount() {
    return codes.points() - trainCount;
  }

  Codes trainCodes() {
    return codes.part(0, trainCount);
  }

  LabelledCodes train() {
    return labelled().part(0, trainCount);
  }

  /**
   * The rows to test on.
   *
   * @throws CommandException if there are none
   */
  LabelledCodes test() {
    if (testCount() == 0) {
      throw CommandException.unusable(
          "test rows: there are none, expected at least one. Give --test, or fewer rows to"
              + " --train.");
    }
    return labelled().part(trainCount, codes.points());
  }

  private LabelledCodes labelled() {
    return new LabelledCodes(codes, factors.orElseThrow());
  }

  /** Numbers of rows, codes and factors under the reference's names. */
  void describe(ObjectNode json) {
    json.put("data", name).put("n", codes.points());
    json.put("n_train", trainCount).put("n_test", testCount()).put("seed", seed);
    json.put("num_codes", codes.size());
    factors.ifPresent(
        f -> {
          json.put("num_factors", f.size());
          ArrayNode sizes = json.putArray("factor_sizes");
          for (int k = 0; k < f.size(); k++) {
            sizes.add(f.valuesOf(k).size());
          }
        });
    if (!factorNames.isEmpty()) {
      factorNames.forEach(json.putArray("factor_names")::add);
    }
    if (!leftOut.isEmpty()) {
      leftOut.forEach(json.putArray("factors_left_out")::add);
    }
  }
}
