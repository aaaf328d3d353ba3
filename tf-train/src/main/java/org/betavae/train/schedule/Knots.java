package org.betavae.train.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A value over steps, given at some of them and linear between: {@code 0:12,1500:12,1501:2}. Before
 * the first knot it has the first value, after the last one the last.
 *
 * @param knots by step, strictly rising
 */
public record Knots(List<Knot> knots) {

  /**
   * A value at a step.
   *
   * @param step at least 0
   * @param value finite, at least 0
   */
  public record Knot(long step, double value) {}

  public Knots {
    knots = List.copyOf(knots);
    if (knots.isEmpty()) {
      throw new IllegalArgumentException("A schedule has no knots, expected STEP:VALUE,... .");
    }
    long before = -1;
    for (Knot knot : knots) {
      if (knot.step() <= before) {
        throw new IllegalArgumentException(
            "Knot "
                + knot.step()
                + ":"
                + knot.value()
                + " follows step "
                + before
                + ", expected steps that rise from 0. Put the knots in order.");
      }
      if (!(knot.value() >= 0 && knot.value() < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "Knot "
                + knot.step()
                + ":"
                + knot.value()
                + " has the value "
                + knot.value()
                + ", expected a finite number >= 0.");
      }
      before = knot.step();
    }
  }

  /** Whether a text is meant as knots: it has a colon, which no schedule's name has. */
  public static boolean looksLike(String text) {
    return text.indexOf(':') >= 0;
  }

  /**
   * Reads {@code STEP:VALUE,STEP:VALUE,...}.
   *
   * @throws IllegalArgumentException if it is not that; names the part that is wrong
   */
  public static Knots parse(String text) {
    List<Knot> knots = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int colon = part.indexOf(':');
      try {
        long step = Long.parseLong(part.substring(0, Math.max(0, colon)).strip());
        knots.add(new Knot(step, Double.parseDouble(part.substring(colon + 1).strip())));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "Schedule \""
                + text
                + "\" has the part \""
                + part
                + "\", expected STEP:VALUE such as 1000:4. Write knots as STEP:VALUE,STEP:VALUE.",
            e);
      }
    }
    return new Knots(knots);
  }

  /**
   * The same for a setting, which errors name.
   *
   * @throws IllegalArgumentException if it is not that; names the setting and the part
   */
  public static Knots parse(String setting, String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + ": " + e.getMessage(), e);
    }
  }

  /** The value at a step. */
  public double at(long step) {
    int after = 0;
    while (after < knots.size() && knots.get(after).step() < step) {
      after++;
    }
    if (after == 0 || after == knots.size()) {
      return knots.get(Math.min(after, knots.size() - 1)).value();
    }
    Knot from = knots.get(after - 1);
    Knot to = knots.get(after);
    double part = (double) (step - from.step()) / (double) (to.step() - from.step());
    return from.value() + part * (to.value() - from.value());
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return knots.stream().map(k -> k.step() + ":" + k.value()).collect(Collectors.joining(","));
  }
}
