package org.betavae.evaluate;

import java.util.Arrays;
import java.util.Random;

/** Which pairs of rows a {@link BetaVaeScore} looks at: drawn by a seed, or given. */
public final class BetaVaeDraws {
  private final int[] factors;
  private final int[] first;
  private final int[] second;

  private BetaVaeDraws(int[] factors, int[] first, int[] second) {
    this.factors = factors;
    this.first = first;
    this.second = second;
  }

  /**
   * Given draws, which are copied.
   *
   * @param factors the factor that the pairs of each point share
   * @param first rows of the pairs' one half, shape {@code [points, batch]}
   * @param second rows of the other half, same shape
   * @throws IllegalArgumentException if the lengths do not fit
   */
  public static BetaVaeDraws of(int[] factors, int[] first, int[] second) {
    Shapes.requireBatches("points", factors.length, first.length);
    Shapes.requireBatches("points", factors.length, second.length);
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "pairs have %d first rows and %d second ones, expected as many. Give both halves of every pair."
              .formatted(first.length, second.length));
    }
    return new BetaVaeDraws(factors.clone(), first.clone(), second.clone());
  }

  static BetaVaeDraws random(FactorRows table, BetaVaeScore settings, long seed) {
    table.requireBatches(settings.batchSize());
    Random random = Seeds.random(seed, 1);
    int points = settings.trainPoints() + settings.evaluationPoints();
    int batch = settings.batchSize();
    int[] factors = new int[points];
    int[] first = new int[Math.multiplyExact(points, batch)];
    int[] second = new int[first.length];
    for (int point = 0; point < points; point++) {
      factors[point] = random.nextInt(table.factors());
      for (int i = point * batch; i < (point + 1) * batch; i++) {
        first[i] = table.any(random);
        second[i] = table.like(first[i], factors[point], random);
      }
    }
    return new BetaVaeDraws(factors, first, second);
  }

  int points() {
    return factors.length;
  }

  int factor(int point) {
    return factors[point];
  }

  int[] first(int point) {
    return batch(first, point);
  }

  int[] second(int point) {
    return batch(second, point);
  }

  private int[] batch(int[] rows, int point) {
    int batch = rows.length / factors.length;
    return Arrays.copyOfRange(rows, point * batch, (point + 1) * batch);
  }
}
