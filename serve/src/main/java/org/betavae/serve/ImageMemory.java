package org.betavae.serve;

import java.util.function.Supplier;

/** Lets images be made, and pictures be read, only while there is memory for them. */
final class ImageMemory {
  private final MemoryBudget budget;

  /**
   * @param budget what all requests together may take for it
   */
  ImageMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Does some work if there is memory for it; where it needs more than there may be, only alone.
   *
   * @param bytes what it takes until it is done
   * @throws Problem if others hold too much at the moment
   */
  <T> T hold(long bytes, Supplier<T> work) {
    long held = Math.min(bytes, budget.bytes());
    if (!budget.hold(held)) {
      throw Problem.later(
          ProblemType.BUSY,
          "The images of requests under way take as many bytes as they may, "
              + budget.bytes()
              + ". Try again later, or ask for fewer.",
          1);
    }
    try {
      return work.get();
    } finally {
      budget.release(held);
    }
  }
}
