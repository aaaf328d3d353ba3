package org.betavae.infer;

/** The path between two latent vectors. */
public enum Interpolation {
  /** The straight line: (1 − t) a + t b. */
  LINEAR,
  /**
   * The great circle: sin((1 − t) ω)/sin ω · a + sin(t ω)/sin ω · b, where ω is the angle between a
   * and b. Stays where the prior has its mass when both ends do. Where a and b are parallel or
   * opposite, or one of them is zero, ω says nothing and the straight line is taken.
   *
   * <p>Source: Shoemake 1985; for latent spaces White 2016, arXiv:1609.04468, section 2.1.
   */
  SPHERICAL
}
