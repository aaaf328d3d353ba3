package org.betavae.train.objective;

import java.util.List;
import org.betavae.train.schedule.Knots;

/** The weight of the KL term over the steps of a run. */
public sealed interface BetaSchedule {
  /** Names for {@link #of}; knots such as {@code 0:12,1500:2} are the other choice. */
  List<String> NAMES = List.of("constant", "warm-up", "cyclic");

  /**
   * β at a step.
   *
   * @param step number of the step, from 1
   */
  double at(long step);

  /** For a model's facts: the number where it never changes, else a text. */
  Object describe();

  /**
   * The schedule of that name, or of those knots.
   *
   * @param beta weight that it is about; knots have their own
   * @param steps length of the warm-up or of one cycle
   * @param ramp part of a cycle in which β rises, in (0, 1]
   * @throws IllegalArgumentException if the name is unknown or the knots cannot be read
   */
  static BetaSchedule of(String name, double beta, long steps, double ramp) {
    if (Knots.looksLike(name)) {
      return new AtKnots(Knots.parse("beta-schedule", name));
    }
    return switch (name) {
      case "constant" -> new Constant(beta);
      case "warm-up" -> new WarmUp(beta, steps);
      case "cyclic" -> new Cyclic(beta, steps, ramp);
      default ->
          throw new IllegalArgumentException(
              "beta-schedule is "
                  + name
                  + ", expected one of "
                  + String.join(", ", NAMES)
                  + ", or knots such as 0:12,1500:2.");
    };
  }

  /**
   * Always the same.
   *
   * @param beta the weight
   */
  record Constant(double beta) implements BetaSchedule {
    @Override
    public double at(long step) {
      return beta;
    }

    @Override
    public Object describe() {
      return beta;
    }
  }

  /**
   * From 0 in a straight line.
   *
   * <p>Source: Bowman et al. 2016, arXiv:1511.06349, section 3.1; Sønderby et al. 2016,
   * arXiv:1602.02282, section 2.3.
   *
   * @param beta the weight at the end and after
   * @param steps length
   */
  record WarmUp(double beta, long steps) implements BetaSchedule {
    @Override
    public double at(long step) {
      return beta * Math.min(1, (double) step / (double) steps);
    }

    @Override
    public Object describe() {
      return "warm-up to " + beta + " over " + steps + " steps";
    }
  }

  /**
   * Again and again from 0 in a straight line, then level.
   *
   * <p>Source: Fu et al. 2019, arXiv:1903.10145, equations 6 and 7.
   *
   * @param beta the weight at the top
   * @param steps length of a cycle
   * @param ramp R, part of a cycle in which the weight rises
   */
  record Cyclic(double beta, long steps, double ramp) implements BetaSchedule {
    @Override
    public double at(long step) {
      double tau = (double) ((step - 1) % steps) / (double) steps;
      return beta * Math.min(1, tau / ramp);
    }

    @Override
    public Object describe() {
      return "cyclic to " + beta + " every " + steps + " steps, rising in " + ramp + " of them";
    }
  }

  /**
   * Through given points.
   *
   * @param knots steps and weights
   */
  record AtKnots(Knots knots) implements BetaSchedule {
    @Override
    public double at(long step) {
      return knots.at(step);
    }

    @Override
    public Object describe() {
      return knots.toString();
    }
  }
}
