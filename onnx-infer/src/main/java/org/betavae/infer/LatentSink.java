package org.betavae.infer;

import java.nio.FloatBuffer;

/** Where means and log-variances go. */
interface LatentSink {
  /**
   * Takes those of some items over.
   *
   * @param mean from its start on
   * @param logVar from its start on
   */
  void accept(int firstItem, int count, FloatBuffer mean, FloatBuffer logVar);
}
