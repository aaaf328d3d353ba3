package org.betavae.samples.search;

/** Counts how often the original of a changed copy is found. */
final class Recall {
  private int queries;
  private int first;
  private int amongAll;

  /** Takes note of one answer. */
  void add(int original, int[] found) {
    queries++;
    for (int i = 0; i < found.length; i++) {
      if (found[i] == original) {
        amongAll++;
        first += i == 0 ? 1 : 0;
      }
    }
  }

  /** Share of queries whose nearest item is the original. */
  double at1() {
    return (double) first / queries;
  }

  /** Share of queries with the original among the items found. */
  double atAll() {
    return (double) amongAll / queries;
  }
}
