package org.betavae.train.objective;

/**
 * Random numbers that an objective wants anew at each step, {@code [batch, latent]}, by their
 * distribution. They are drawn from the run's seed and the step, and fed, so that a resumed run
 * gets what an unbroken one would.
 */
public enum Draw {
  /** N(0, 1). */
  NORMAL,
  /** Uniform in [0, 1). */
  UNIFORM
}
