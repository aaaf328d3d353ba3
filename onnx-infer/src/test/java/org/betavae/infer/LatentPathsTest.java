package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LatentPathsTest {
  /** Rounding of the last operation to float. */
  private static final float FLOAT_ROUNDING = 1e-6f;

  @Test
  void linear_isTheStraightLine() {
    assertArrayEquals(
        new float[] {1, -2, 1.5f, -1, 2, 0, 2.5f, 1, 3, 2},
        LatentPaths.between(new float[] {1, -2}, new float[] {3, 2}, 5, Interpolation.LINEAR));
  }

  @Test
  void spherical_betweenUnitVectors_staysOnTheCircle() {
    // A third and two thirds of the way from (1, 0) to (0, 1): 30 and 60 degrees.
    float half = 0.5f;
    float root = (float) (Math.sqrt(3) / 2);
    assertArrayEquals(
        new float[] {1, 0, root, half, half, root, 0, 1},
        LatentPaths.between(new float[] {1, 0}, new float[] {0, 1}, 4, Interpolation.SPHERICAL),
        FLOAT_ROUNDING);
  }

  @Test
  void spherical_keepsTheNorm() {
    float[] from = {1, 2, -2};
    float[] to = {-2, 2, 1};
    float[] path = LatentPaths.between(from, to, 9, Interpolation.SPHERICAL);
    for (int step = 0; step < 9; step++) {
      double sum = 0;
      for (int i = 0; i < 3; i++) {
        sum += (double) path[step * 3 + i] * path[step * 3 + i];
      }
      assertEquals(3, Math.sqrt(sum), FLOAT_ROUNDING);
    }
  }

  @Test
  void spherical_withoutAnAngle_isTheStraightLine() {
    float[] from = {1, -2};
    for (float[] to : new float[][] {{0, 0}, {2, -4}, {-1, 2}, {1, -2}}) {
      assertArrayEquals(
          LatentPaths.between(from, to, 5, Interpolation.LINEAR),
          LatentPaths.between(from, to, 5, Interpolation.SPHERICAL));
    }
  }

  @Test
  void ends_areExact() {
    float[] from = {0.1f, 0.7f, -1.3f};
    float[] to = {2.3f, -0.9f, 0.2f};
    for (Interpolation how : Interpolation.values()) {
      float[] path = LatentPaths.between(from, to, 7, how);
      assertArrayEquals(from, java.util.Arrays.copyOf(path, 3));
      assertArrayEquals(to, java.util.Arrays.copyOfRange(path, 18, 21));
    }
  }

  @Test
  void prior_scalesWithTheTemperature() {
    float[] one = LatentPaths.prior(4, 3, 11, 1);
    float[] two = LatentPaths.prior(4, 3, 11, 2);
    for (int i = 0; i < one.length; i++) {
      assertEquals(2 * one[i], two[i]);
    }
  }

  @Test
  void prior_hasMeanZeroAndVarianceOne() {
    // Of 200,000 samples: five standard errors are 0.011 for the mean, 0.016 for the variance.
    float[] z = LatentPaths.prior(20_000, 10, 5, 1);
    double sum = 0;
    double squares = 0;
    for (float value : z) {
      sum += value;
      squares += (double) value * value;
    }
    assertEquals(0, sum / z.length, 0.011);
    assertEquals(1, squares / z.length, 0.016);
  }
}
