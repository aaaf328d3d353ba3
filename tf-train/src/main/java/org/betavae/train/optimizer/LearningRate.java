package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.schedule.Knots;

/**
 * The learning rate over the steps of a run. A rate depends on the step alone, but for {@link
 * Plateau}, which has a state; not thread-safe.
 */
public sealed interface LearningRate
    permits LearningRate.Constant,
        LearningRate.Cosine,
        LearningRate.Exponential,
        LearningRate.AtKnots,
        LearningRate.WarmUp,
        Plateau {
  /** Names of schedules; knots such as {@code 0:1e-3,5000:1e-4} are the other choice. */
  List<String> NAMES = List.of("constant", "cosine", "exponential", "plateau");

  /**
   * The rate of a step.
   *
   * @param step number of the step, from 1
   */
  double rate(long step);

  /**
   * Tells of a validation, in the order of the run's.
   *
   * @param loss what is minimised, on held-out data
   */
  default void observe(double loss) {}

  /** What a checkpoint has to hold for an exact resumption; finite numbers, none for most. */
  default float[] state() {
    return new float[0];
  }

  /**
   * Goes on from a {@link #state}.
   *
   * @throws IllegalArgumentException if it is not one of this schedule
   */
  default void restore(float[] state) {
    if (state.length != 0) {
      throw new IllegalArgumentException(
          "The learning rate's state has "
              + state.length
              + " values, expected 0. Resume with the run's own learning-rate-schedule.");
    }
  }

  /**
   * Always the same.
   *
   * @param base the rate
   */
  record Constant(double base) implements LearningRate {
    @Override
    public double rate(long step) {
      return base;
    }
  }

  /**
   * Half a cosine wave from α down to f α: α (f + (1 − f) ½ (1 + cos(π (t − 1) / T))) in step t,
   * and f α after step T.
   *
   * <p>Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts; Keras's
   * {@code CosineDecay} with its alpha for f.
   *
   * @param base α
   * @param finalFraction f, in [0, 1]
   * @param steps T, steps in all
   */
  record Cosine(double base, double finalFraction, long steps) implements LearningRate {
    @Override
    public double rate(long step) {
      double part = Math.min(1, (double) (step - 1) / (double) steps);
      double wave = 0.5 * (1 + StrictMath.cos(Math.PI * part));
      return base * (finalFraction + (1 - finalFraction) * wave);
    }
  }

  /**
   * Falls by the same factor in as many steps: α r^((t − 1) / n) in step t, but not below f α.
   *
   * <p>Source: Keras's {@code ExponentialDecay} without its staircase.
   *
   * @param base α
   * @param decay r, in (0, 1]
   * @param decaySteps n, at least 1
   * @param finalFraction f, in [0, 1]
   */
  record Exponential(double base, double decay, long decaySteps, double finalFraction)
      implements LearningRate {
    @Override
    public double rate(long step) {
      double factor = StrictMath.pow(decay, (double) (step - 1) / (double) decaySteps);
      return base * Math.max(finalFraction, factor);
    }
  }

  /**
   * Through given points.
   *
   * @param knots steps and rates
   */
  record AtKnots(Knots knots) implements LearningRate {
    @Override
    public double rate(long step) {
      return knots.at(step);
    }
  }

  /**
   * Rises in a straight line to another schedule: its rate times min(1, t / n) in step t. The other
   * schedule's steps count from the run's beginning, so that its knots and its end stay where they
   * are.
   *
   * <p>Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2 (gradual warm-up).
   *
   * @param next the other schedule
   * @param steps n, at least 1
   */
  record WarmUp(LearningRate next, long steps) implements LearningRate {
    @Override
    public double rate(long step) {
      return next.rate(step) * Math.min(1, (double) step / (double) steps);
    }

    @Override
    public void observe(double loss) {
      next.observe(loss);
    }

    @Override
    public float[] state() {
      return next.state();
    }

    @Override
    public void restore(float[] state) {
      next.restore(state);
    }
  }
}
