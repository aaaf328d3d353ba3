package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Bins, entropies and mutual information. */
class PartitionTest {
  @Test
  void bins_coverTheRange_andTheLargestSharesTheLast() {
    // Borders at 0, 1, 2, 3: a value on a border belongs to the bin that begins there.
    Partition bins = Partition.ofBins(new float[] {0, 0.99f, 1, 2.5f, 3, 4}, 4);
    assertArrayEquals(new int[] {0, 0, 1, 2, 3, 3}, bins.labels());
    assertEquals(1, Partition.ofBins(new float[] {7, 7, 7}, 4).classes());
    assertArrayEquals(new int[] {0, 0, 1, 1}, Partition.ofBins(new int[] {3, 4, 5, 6}, 2).labels());
  }

  @Test
  void levelsOnABorder_areBinnedInSinglePrecision_asByNumPy() {
    // numpy.digitize(a, numpy.histogram(a, 20)[1][:-1]) of NumPy 2.4; in double precision, rounded
    // afterwards, 0.9 would be in the bin after 0.88's, and 0 in that of -0.01.
    float[] high = {0, 0.88f, 0.9f, 1};
    assertArrayEquals(new int[] {0, 1, 1, 2}, Partition.ofBins(high, 20).labels());
    float[] middle = {-0.2f, -0.01f, 0, 0.3f};
    assertArrayEquals(new int[] {0, 1, 2, 3}, Partition.ofBins(middle, 20).labels());
  }

  @Test
  void mutualInformation_byHand() {
    Partition a = Partition.of(new int[] {0, 0, 5, 5});
    Partition b = Partition.of(new int[] {0, 0, 0, 1});
    // ln 2 less three quarters of the entropy of 2/3 and 1/3.
    assertEquals(0.215762, Partition.mutualInformation(a, b), Small.BY_HAND);
    assertEquals(0.215762, Partition.mutualInformation(b, a), Small.BY_HAND);
    assertEquals(Math.log(2), a.entropy(), Small.ROUNDING);
  }

  @Test
  void mutualInformation_withItself_isTheEntropy_andOfIndependentOnesExactlyZero() {
    Partition a = Partition.of(new int[] {0, 0, 0, 1, 1, 1, 2, 2, 2});
    Partition b = Partition.of(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2});
    assertEquals(a.entropy(), Partition.mutualInformation(a, a), Small.ROUNDING);
    assertEquals(0, Partition.mutualInformation(a, b));
  }

  @Test
  void bins_ofARangeBeyondSinglePrecision_areStillApart() {
    Partition halves = Partition.ofBins(new float[] {-3e38f, -1e38f, 1e38f, 3e38f}, 2);
    assertArrayEquals(new int[] {0, 0, 1, 1}, halves.labels());
  }
}
