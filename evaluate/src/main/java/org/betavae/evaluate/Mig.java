package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.List;

/**
 * Mutual information gap: for each factor, how much more one code tells of it than any other code
 * does, as a share of the factor's entropy.
 *
 * <p>Per factor (I₁ − I₂) / H, with I₁ and I₂ the largest and second largest mutual information of
 * a binned code and the factor, and H the factor's entropy; the score is the mean over factors. 1
 * is best, 0 worst.
 *
 * <p>Source: Chen, Li, Grosse and Duvenaud 2018, "Isolating Sources of Disentanglement in
 * Variational Autoencoders", arXiv:1802.04942, section 4.
 *
 * @param bins equal-width bins of each code's range, at least 2
 */
public record Mig(int bins) {
  /** As published by Locatello et al.: 20 bins. */
  public static final Mig PUBLISHED = new Mig(MutualInformation.PUBLISHED_BINS);

  /**
   * @throws IllegalArgumentException if there are fewer than 2 bins
   */
  public Mig {
    Shapes.atLeast("bins", bins, 2);
  }

  /**
   * The gap and what it is made of.
   *
   * @param score mean over factors, in [0, 1]
   * @param perFactor the gap of each factor, in [0, 1]
   * @param factorEntropies in nats
   * @param mutualInformation in nats, codes by factors
   */
  public record Result(
      double score,
      List<Double> perFactor,
      List<Double> factorEntropies,
      Matrix mutualInformation) {
    /** Takes a copy of the lists. */
    public Result {
      perFactor = List.copyOf(perFactor);
      factorEntropies = List.copyOf(factorEntropies);
    }
  }

  /**
   * Measures training rows.
   *
   * @throws IllegalArgumentException if there is one code only, or a factor has one value
   */
  public Result measure(LabelledCodes train) {
    train.requireTwoCodes("MIG");
    train.factors().requireVarying();
    Matrix information = MutualInformation.withFactors(train, bins);
    List<Double> gaps = Gap.perFactor(information);
    List<Double> entropies = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    for (int factor = 0; factor < gaps.size(); factor++) {
      entropies.add(train.factors().partition(factor).entropy());
      shares.add(gaps.get(factor) / entropies.get(factor));
    }
    return new Result(Gap.mean(shares), shares, entropies, information);
  }
}
