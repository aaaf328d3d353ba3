package org.betavae.infer;

/**
 * The natural logarithm of Γ(x) for x > 0.
 *
 * <p>Source: Stirling's series, Abramowitz and Stegun 1964, 6.1.41, from {@value #SERIES_FROM} on,
 * where its next term is below 1e-13; smaller x are moved there by Γ(x + 1) = x Γ(x).
 */
final class LogGamma {
  private static final double SERIES_FROM = 10;
  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  private LogGamma() {}

  static double of(double x) {
    double product = 1;
    double shifted = x;
    while (shifted < SERIES_FROM) {
      product *= shifted;
      shifted++;
    }
    double inverse = 1 / shifted;
    double square = inverse * inverse;
    double series =
        inverse
            * (1.0 / 12
                - square
                    * (1.0 / 360
                        - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188)))));
    double log = (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + series;
    return product == 1 ? log : log - Math.log(product);
  }
}
