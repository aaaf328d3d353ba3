package org.betavae.serve;

import java.util.function.Supplier;

/** Lets images be made and read only while there is memory for them. */
final class ImageMemory {
  private final MemoryBudget budget;

  /**
   * @param budget what all requests together may take for it
   */
  ImageMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  /** What one request holds, nothing at first. */
  Held open() {
    return new Held();
  }

  /** Memory of one request; for one thread at a time. */
  final class Held implements AutoCloseable {
    private long bytes;

    private Held() {}

    /**
     * Takes some more.
     *
     * @throws Problem if others hold too much at the moment, or it is more than there may be
     */
    void more(long more) {
      if (more > budget.bytes() - bytes) {
        throw new Problem(
            ProblemType.TOO_LARGE,
            "The request takes about "
                + mega(bytes + more)
                + " MB of memory, expected at most "
                + mega(budget.bytes())
                + ", a quarter of what the service has. Ask for fewer or smaller images in a"
                + " request, or have the service started with more memory.");
      }
      if (!budget.hold(more)) {
        throw Problem.later(
            ProblemType.BUSY,
            "The images of requests under way take as many bytes as they may, "
                + budget.bytes()
                + ". Try again later, or ask for fewer.",
            1);
      }
      bytes += more;
    }

    /**
     * Does some work that takes memory until it is done.
     *
     * @throws Problem if others hold too much at the moment, or it is more than there may be
     */
    <T> T during(long bytesOfWork, Supplier<T> work) {
      more(bytesOfWork);
      try {
        return work.get();
      } finally {
        budget.release(bytesOfWork);
        bytes -= bytesOfWork;
      }
    }

    private static long mega(long bytes) {
      return (bytes >> 20) + 1;
    }

    @Override
    public void close() {
      budget.release(bytes);
      bytes = 0;
    }
  }
}
