package org.betavae.evaluate;

import org.hipparchus.stat.ranking.NaNStrategy;
import org.hipparchus.stat.ranking.NaturalRanking;
import org.hipparchus.stat.ranking.TiesStrategy;

/** Area under the receiver operating characteristic. */
final class RocArea {
  private RocArea() {}

  /**
   * How often a positive point scores above a negative one; ties count half.
   *
   * @param positive at least one of either kind
   */
  static double of(double[] scores, boolean[] positive) {
    double[] ranks = new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE).rank(scores);
    double sum = 0;
    long positives = 0;
    for (int i = 0; i < ranks.length; i++) {
      if (positive[i]) {
        sum += ranks[i];
        positives++;
      }
    }
    long pairs = positives * (ranks.length - positives);
    return (sum - positives * (positives + 1) / 2.0) / pairs;
  }
}
