package org.betavae.evaluate;

import java.util.Arrays;
import java.util.Random;

/** Which rows a {@link FactorVaeScore} looks at: drawn by a seed, or given. */
public final class FactorVaeDraws {
  private final int[] varianceRows;
  private final int[] factors;
  private final int[] rows;

  private FactorVaeDraws(int[] varianceRows, int[] factors, int[] rows) {
    this.varianceRows = varianceRows;
    this.factors = factors;
    this.rows = rows;
  }

  /**
   * Given draws, which are copied.
   *
   * @param varianceRows rows for the variances over all data, at least 2
   * @param factors the factor held in each vote
   * @param rows rows of each vote, shape {@code [votes, batch]}, all with one value of its factor
   * @throws IllegalArgumentException if the lengths do not fit
   */
  public static FactorVaeDraws of(int[] varianceRows, int[] factors, int[] rows) {
    Shapes.atLeast("number of rows for the variances", varianceRows.length, 2);
    Shapes.requireBatches("votes", factors.length, rows.length);
    return new FactorVaeDraws(varianceRows.clone(), factors.clone(), rows.clone());
  }

  static FactorVaeDraws random(FactorRows table, FactorVaeScore settings, long seed) {
    table.requireBatches(settings.batchSize());
    Random random = Seeds.random(seed, 0);
    int[] varianceRows = new int[settings.varianceRows()];
    Arrays.setAll(varianceRows, i -> table.any(random));
    int votes = settings.trainVotes() + settings.evaluationVotes();
    int batch = settings.batchSize();
    int[] factors = new int[votes];
    int[] rows = new int[Math.multiplyExact(votes, batch)];
    for (int vote = 0; vote < votes; vote++) {
      factors[vote] = random.nextInt(table.factors());
      int first = table.any(random);
      rows[vote * batch] = first;
      for (int i = 1; i < batch; i++) {
        rows[vote * batch + i] = table.like(first, factors[vote], random);
      }
    }
    return new FactorVaeDraws(varianceRows, factors, rows);
  }

  int votes() {
    return factors.length;
  }

  int factor(int vote) {
    return factors[vote];
  }

  int[] varianceRows() {
    return varianceRows.clone();
  }

  int[] rows(int vote) {
    int batch = rows.length / factors.length;
    return Arrays.copyOfRange(rows, vote * batch, (vote + 1) * batch);
  }
}
