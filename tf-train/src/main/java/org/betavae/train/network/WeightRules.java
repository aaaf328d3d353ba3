package org.betavae.train.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which weights of a graph stay as they are, and how fast the others change.
 *
 * <p>Patterns are names in which {@code *} stands for any text, slashes too, and {@code ?} for one
 * character. A pattern without a star, such as {@code encoder}, also means all below it, after a
 * slash or, as PyTorch names weights, a dot.
 *
 * @param frozen patterns of weights that no step changes, moving statistics included
 * @param statisticsMove whether batch norm uses and follows the statistics of the batches while
 *     training; where it does not, or where they are frozen, it uses the moving ones throughout
 * @param rates factors of the learning rate by pattern; the last that fits counts, 1 where none
 *     does
 */
public record WeightRules(List<String> frozen, boolean statisticsMove, Map<String, Double> rates) {
  /** Everything changes, at the same rate. */
  public static final WeightRules NONE = new WeightRules(List.of(), true, Map.of());

  public WeightRules {
    frozen = List.copyOf(frozen);
    rates = new LinkedHashMap<>(rates);
    rates.forEach(
        (pattern, factor) -> {
          if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                "learning-rate-scale of "
                    + pattern
                    + " is "
                    + factor
                    + ", expected a finite number >= 0. Use 1 for the learning rate itself.");
          }
        });
  }

  /** Factors by pattern; not to be changed. */
  @Override
  public Map<String, Double> rates() {
    return Collections.unmodifiableMap(rates);
  }

  /** Whether a weight stays as it is. */
  public boolean isFrozen(String weight) {
    return frozen.stream().anyMatch(pattern -> fits(pattern, weight)) || rate(weight) == 0;
  }

  /** Whether a moving statistic follows the batches. */
  public boolean moves(String statistic) {
    return statisticsMove && !isFrozen(statistic);
  }

  /** What the learning rate of a weight is multiplied by. */
  public double rate(String weight) {
    double rate = 1;
    for (Map.Entry<String, Double> entry : rates.entrySet()) {
      if (fits(entry.getKey(), weight)) {
        rate = entry.getValue();
      }
    }
    return rate;
  }

  /** Patterns that fit none of these weights. */
  public List<String> unused(List<String> weights) {
    List<String> patterns = new ArrayList<>(frozen);
    patterns.addAll(rates.keySet());
    return patterns.stream()
        .filter(pattern -> weights.stream().noneMatch(weight -> fits(pattern, weight)))
        .toList();
  }

  private static boolean fits(String pattern, String weight) {
    boolean below = weight.startsWith(pattern + "/") || weight.startsWith(pattern + ".");
    if (below && !pattern.contains("*")) {
      return true;
    }
    String regex = "\\Q" + pattern.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E";
    return weight.matches(regex);
  }
}
