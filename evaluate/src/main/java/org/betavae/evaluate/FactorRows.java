package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The rows of a table of factors by the value of each factor, to draw rows that share one.
 *
 * <p>On a grid, that is where every combination of values has as many rows, a row that shares the
 * value of one factor is drawn with all other factors independent, as the scores that are sampled
 * ask for; on other tables they are distributed as in the table.
 */
public final class FactorRows {
  private final int rows;
  private final List<Partition> partitions = new ArrayList<>();

  /** Rows in the order of their class, for each factor. */
  private final List<int[]> orders = new ArrayList<>();

  /** Where each class begins in it. */
  private final List<int[]> begins = new ArrayList<>();

  private final boolean grid;

  private FactorRows(FactorClasses table) {
    rows = table.points();
    for (int k = 0; k < table.size(); k++) {
      Partition partition = table.partition(k);
      int[] begin = new int[partition.classes()];
      for (int label = 1; label < begin.length; label++) {
        begin[label] = begin[label - 1] + partition.count(label - 1);
      }
      int[] next = begin.clone();
      int[] order = new int[rows];
      for (int row = 0; row < rows; row++) {
        order[next[partition.label(row)]++] = row;
      }
      partitions.add(partition);
      orders.add(order);
      begins.add(begin);
    }
    grid = isGrid();
  }

  /**
   * Rows of a table.
   *
   * @throws IllegalArgumentException if there is one factor only, or a factor has one value
   */
  public static FactorRows of(FactorClasses table) {
    table.requireVarying();
    if (table.size() < 2) {
      throw new IllegalArgumentException(
          "scores that hold one factor fixed tell factors apart: found 1 factor, expected at least"
              + " 2. Give more factors, or leave these scores out.");
    }
    return new FactorRows(table);
  }

  private boolean isGrid() {
    long combinations = 1;
    for (Partition partition : partitions) {
      combinations *= partition.classes();
      if (combinations > rows) {
        return false;
      }
    }
    int[] counts = new int[(int) combinations];
    for (int row = 0; row < rows; row++) {
      int combination = 0;
      for (Partition partition : partitions) {
        combination = combination * partition.classes() + partition.label(row);
      }
      counts[combination]++;
    }
    return Arrays.stream(counts).allMatch(count -> count == counts[0]);
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Number of factors K. */
  public int factors() {
    return partitions.size();
  }

  /** Whether every combination of the factors' values occurs, all equally often. */
  public boolean grid() {
    return grid;
  }

  /** Any row. */
  int any(Random random) {
    return random.nextInt(rows);
  }

  /** A row with the same value of a factor; may be the row itself. */
  int like(int row, int factor, Random random) {
    Partition partition = partitions.get(factor);
    int label = partition.label(row);
    int place = begins.get(factor)[label] + random.nextInt(partition.count(label));
    return orders.get(factor)[place];
  }

  /**
   * Checks that batches of rows with one value in common differ enough.
   *
   * @throws IllegalArgumentException if the table is no grid and a value has fewer rows than a
   *     batch
   */
  void requireBatches(int batchSize) {
    for (int k = 0; k < partitions.size() && !grid; k++) {
      Partition partition = partitions.get(k);
      for (int label = 0; label < partition.classes(); label++) {
        if (partition.count(label) < batchSize) {
          throw new IllegalArgumentException(
              "value %d of factor %d has too few rows in a table that is no full grid: %d, expected at least %d, a batch of rows with it in common. Give a grid with every combination, or more rows."
                  .formatted(partition.value(label), k, partition.count(label), batchSize));
        }
      }
    }
  }
}
