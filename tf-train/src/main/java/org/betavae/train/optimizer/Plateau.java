package org.betavae.train.optimizer;

/**
 * Falls by a factor each time that the validation loss has stopped to improve: after more than
 * {@code patience} validations in a row without a loss below the best by a 10⁻⁴th of its size. No
 * number and no improvement counts the same. Not below f α.
 *
 * <p>Source: PyTorch's {@code ReduceLROnPlateau} with its defaults (relative threshold, no
 * cooldown). There the threshold makes a negative best loss easier to beat, not harder; here it is
 * of the loss's size.
 */
public final class Plateau implements LearningRate {
  private static final double THRESHOLD = 1e-4;

  /** Stands for no loss so far, where a checkpoint's numbers have to be finite. */
  private static final float NONE = Float.MAX_VALUE;

  private final double base;
  private final double factor;
  private final int patience;
  private final double finalFraction;

  // Floats, as a checkpoint holds them: a resumed run decides as an unbroken one.
  private float best = NONE;
  private float bad;
  private float reductions;

  /**
   * At the beginning of a run.
   *
   * @param base α, the rate at first
   * @param factor what the rate is multiplied by, in (0, 1)
   * @param patience validations without improvement that are let pass, at least 0
   * @param finalFraction f, in [0, 1]
   */
  Plateau(double base, double factor, int patience, double finalFraction) {
    this.base = base;
    this.factor = factor;
    this.patience = patience;
    this.finalFraction = finalFraction;
  }

  @Override
  public double rate(long step) {
    return base * Math.max(finalFraction, StrictMath.pow(factor, reductions));
  }

  @Override
  public void observe(double loss) {
    float rounded = (float) loss;
    if (best == NONE ? Float.isFinite(rounded) : rounded < best - THRESHOLD * Math.abs(best)) {
      best = rounded;
      bad = 0;
    } else if (++bad > patience) {
      bad = 0;
      // At the floor there is nothing to count; a float counts to 2^24 only.
      if (StrictMath.pow(factor, reductions) > finalFraction) {
        reductions++;
      }
    }
  }

  /** Best loss, validations since, reductions so far. */
  @Override
  public float[] state() {
    return new float[] {best, bad, reductions};
  }

  @Override
  public void restore(float[] state) {
    if (state.length != 3) {
      throw new IllegalArgumentException(
          "The learning rate's state has "
              + state.length
              + " values, expected 3. Resume with the run's own learning-rate-schedule.");
    }
    best = state[0];
    bad = state[1];
    reductions = state[2];
  }
}
