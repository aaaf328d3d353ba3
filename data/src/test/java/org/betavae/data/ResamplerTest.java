package org.betavae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ResamplerTest {
  private static byte[] resize(int from, int to, int... levels) {
    return Resampler.resize(
        TestFiles.bytes(levels), ItemShape.image(1, from, 1), ItemShape.image(1, to, 1));
  }

  @Test
  void shrinkingByHalf_weighsFourNeighbours() {
    // Weights 3/4 and 1/4 around each centre: (3/4, 3/4, 1/4) / (7/4) at the border, and inside
    // (1/4, 3/4, 3/4, 1/4) / 2.
    byte[] half = resize(6, 3, 0, 70, 140, 35, 200, 100);
    assertEquals(Math.round((0.75 * 0 + 0.75 * 70 + 0.25 * 140) / 1.75), half[0] & 0xff);
    assertEquals(Math.round((0.25 * 70 + 0.75 * 140 + 0.75 * 35 + 0.25 * 200) / 2), half[1] & 0xff);
  }

  @Test
  void enlarging_interpolates() {
    assertArrayEquals(TestFiles.bytes(0, 25, 75, 100), resize(2, 4, 0, 100));
  }

  @Test
  void sameSize_changesNothing() {
    assertArrayEquals(TestFiles.bytes(3, 200, 255), resize(3, 3, 3, 200, 255));
  }

  @Test
  void evenPictures_stayEven() {
    byte[] even = new byte[7 * 11 * 3];
    Arrays.fill(even, (byte) 201);
    for (int size : new int[] {1, 2, 5, 7, 13, 64}) {
      byte[] resized =
          Resampler.resize(even, ItemShape.image(7, 11, 3), ItemShape.image(size, size, 3));
      byte[] expected = new byte[size * size * 3];
      Arrays.fill(expected, (byte) 201);
      assertArrayEquals(expected, resized);
    }
  }

  @Test
  void channelsAndAxes_stayApart() {
    // Two rows of one RGB pixel each.
    byte[] levels = TestFiles.bytes(0, 100, 200, 100, 200, 0);
    byte[] resized = Resampler.resize(levels, ItemShape.image(2, 1, 3), ItemShape.image(1, 2, 3));
    assertArrayEquals(TestFiles.bytes(50, 150, 100, 50, 150, 100), resized);
  }

  @Test
  void shrinking_countsEveryPixel() {
    int[] levels = new int[64];
    levels[10] = 255;
    byte[] small = resize(64, 4, levels);
    int sum = 0;
    for (byte level : small) {
      sum += level & 0xff;
    }
    // One of 64 pixels in 4 wide ones is 255 / 16 in all, but for rounding of each.
    assertEquals(255 / 16.0, sum, 2);
  }
}
