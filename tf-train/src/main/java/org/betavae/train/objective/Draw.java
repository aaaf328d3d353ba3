package org.betavae.train.objective;

/**
 * Random numbers that an objective wants anew at each step, {@code [rows, latent]}. They are drawn
 * from the run's seed and the step, and fed, so that a resumed run gets what an unbroken one would.
 *
 * @param kind their distribution
 * @param rows how many, or {@link #BATCH}
 */
public record Draw(Kind kind, int rows) {
  /** As many rows as the batch has items. */
  public static final int BATCH = 0;

  /** A distribution. */
  public enum Kind {
    /** N(0, 1). */
    NORMAL,
    /** Uniform in [0, 1). */
    UNIFORM
  }

  public Draw {
    if (rows < 0) {
      throw new IllegalArgumentException("rows is " + rows + ", expected at least 0.");
    }
  }

  /** Rows for a batch of that size. */
  public int rowsFor(int batch) {
    return rows == BATCH ? batch : rows;
  }
}
