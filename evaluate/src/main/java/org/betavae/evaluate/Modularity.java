package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Modularity: whether each code tells of one factor only.
 *
 * <p>Per code 1 − (Σₖ Iₖ² − max I²) / ((K − 1) max I²), with Iₖ its mutual information with factor
 * k; 0 for a code that tells of none. The score is the mean over all codes, dead ones included. 1
 * is best.
 *
 * <p>Source: Ridgeway and Mozer 2018, "Learning Deep Disentangled Embeddings with the F-Statistic
 * Loss", arXiv:1802.05312, section 3, as disentanglement_lib has it.
 *
 * @param bins equal-width bins of each code's range, at least 2
 */
public record Modularity(int bins) {
  /** As published by Locatello et al.: 20 bins. */
  public static final Modularity PUBLISHED = new Modularity(MutualInformation.PUBLISHED_BINS);

  /**
   * @throws IllegalArgumentException if there are fewer than 2 bins
   */
  public Modularity {
    Shapes.atLeast("bins", bins, 2);
  }

  /**
   * Modularity of all codes and of each.
   *
   * @param score mean over codes, in [0, 1]
   * @param perCode in [0, 1]
   */
  public record Result(double score, List<Double> perCode) {
    /** Takes a copy of the list. */
    public Result {
      perCode = List.copyOf(perCode);
    }
  }

  /**
   * Measures training rows.
   *
   * @throws IllegalArgumentException if there is one factor only, or a factor has one value
   */
  public Result measure(LabelledCodes train) {
    train.factors().requireVarying();
    int factors = train.factors().size();
    if (factors < 2) {
      throw new IllegalArgumentException(
          "modularity compares factors: found 1 factor, expected at least 2. Give more factors, or"
              + " leave modularity out.");
    }
    Matrix information = MutualInformation.withFactors(train, bins);
    List<Double> perCode = new ArrayList<>();
    for (int code = 0; code < information.rows(); code++) {
      double[] squares = Arrays.stream(information.row(code)).map(i -> i * i).toArray();
      double largest = Arrays.stream(squares).max().orElseThrow();
      double rest = Arrays.stream(squares).sum() - largest;
      perCode.add(largest == 0 ? 0 : 1 - rest / (largest * (factors - 1)));
    }
    return new Result(Gap.mean(perCode), perCode);
  }
}
