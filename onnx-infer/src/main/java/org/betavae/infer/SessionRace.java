package org.betavae.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.Map;

/** Which of two sessions of one file answers a call sooner on this machine, found by trying. */
final class SessionRace {
  private static final int WARM_UP_RUNS = 3;
  private static final int RUNS = 9;
  private static final long NANOS = 30_000_000;

  /** Threads that are busy with one call are lost to other callers, so a tie is not enough. */
  private static final double CLEARLY = 0.9;

  private SessionRace() {}

  /** Whether the challenger's median time is below 0.9 of the other's. */
  static boolean isFaster(OrtSession challenger, OrtSession other, Map<String, OnnxTensor> inputs)
      throws OrtException {
    long deadline = System.nanoTime() + NANOS;
    for (int i = 0; i < WARM_UP_RUNS && (i == 0 || System.nanoTime() < deadline); i++) {
      nanos(challenger, inputs);
      nanos(other, inputs);
    }
    long[] ofChallenger = new long[RUNS];
    long[] ofOther = new long[RUNS];
    int runs = 0;
    // In turns, so that whatever else the machine does hits both.
    while (runs < RUNS && (runs == 0 || System.nanoTime() < deadline)) {
      ofChallenger[runs] = nanos(challenger, inputs);
      ofOther[runs] = nanos(other, inputs);
      runs++;
    }
    return isClearlyBelow(Arrays.copyOf(ofChallenger, runs), Arrays.copyOf(ofOther, runs));
  }

  /** Compares medians. */
  static boolean isClearlyBelow(long[] nanos, long[] others) {
    return median(nanos) < CLEARLY * median(others);
  }

  private static double median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2.0;
  }

  private static long nanos(OrtSession session, Map<String, OnnxTensor> inputs)
      throws OrtException {
    long start = System.nanoTime();
    session.run(inputs).close();
    return System.nanoTime() - start;
  }
}
