package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PairwiseSumTest {
  /** {@code numpy.sum(1 / (numpy.arange(n) + 3.0))} of NumPy 2.4.6, to the last bit. */
  @Test
  void sums_areNumPys() {
    assertEquals(0.0, sum(0));
    assertEquals(0.3333333333333333, sum(1));
    assertEquals(1.328968253968254, sum(7));
    assertEquals(1.4289682539682538, sum(8));
    assertEquals(1.8182289932289928, sum(13));
    assertEquals(3.948591338265976, sum(128));
    assertEquals(3.956224926052236, sum(129));
    assertEquals(4.789297397713862, sum(300));
    assertEquals(5.987467865541362, sum(1000));
    assertEquals(7.595508253424077, sum(5003));
  }

  private static double sum(int count) {
    double[] values = new double[count + 2];
    Arrays.setAll(values, i -> 1 / (i + 2.0));
    return PairwiseSum.of(values, 1, count);
  }
}
