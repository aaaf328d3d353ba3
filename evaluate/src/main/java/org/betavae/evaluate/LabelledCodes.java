package org.betavae.evaluate;

/**
 * Codes of points whose factors are known.
 *
 * @param codes N rows
 * @param factors N rows, of the same points in the same order
 */
public record LabelledCodes(Codes codes, FactorClasses factors) {
  /**
   * @throws IllegalArgumentException if the numbers of points differ
   */
  public LabelledCodes {
    if (codes.points() != factors.points()) {
      throw new IllegalArgumentException(
          "codes have %d rows and factors %d, expected as many. Give both for the same points in the same order."
              .formatted(codes.points(), factors.points()));
    }
  }

  /** Number of points N. */
  public int points() {
    return codes.points();
  }

  /**
   * The points from one, included, to another, excluded.
   *
   * @throws IllegalArgumentException if there are none or not so many
   */
  public LabelledCodes part(int from, int to) {
    return new LabelledCodes(codes.part(from, to), factors.part(from, to));
  }

  /** Checks that this and another part have the same codes and factors. */
  void requireLike(LabelledCodes other) {
    if (codes.size() != other.codes.size() || factors.size() != other.factors.size()) {
      throw new IllegalArgumentException(
          "training rows have %d codes and %d factors, test rows %d and %d, expected as many. Take both from one table."
              .formatted(codes.size(), factors.size(), other.codes.size(), other.factors.size()));
    }
  }

  /** Checks that a gap between the best and the second best code exists. */
  void requireTwoCodes(String metric) {
    if (codes.size() < 2) {
      throw new IllegalArgumentException(
          "%s needs a best and a second best code: found 1 code, expected at least 2. Use a model with more latents."
              .formatted(metric));
    }
  }
}
