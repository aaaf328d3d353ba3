package org.betavae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeededRandomTest {
  @Test
  void longs_areThePublishedOnesOfSplitMix64() {
    // The test vector of Vigna's splitmix64.c for the seed 1234567.
    SeededRandom random = new SeededRandom(1234567);
    assertEquals(6457827717110365317L, random.nextLong());
    assertEquals(3203168211198807973L, random.nextLong());
    assertEquals(Long.parseUnsignedLong("9817491932198370423"), random.nextLong());
  }

  @Test
  void ints_coverTheirRangeEvenly() {
    SeededRandom random = new SeededRandom(3);
    int[] counts = new int[10];
    for (int i = 0; i < 100_000; i++) {
      counts[random.nextInt(10)]++;
    }
    // Five standard deviations of a binomial count: sqrt(100000 * 0.1 * 0.9) = 95.
    for (int count : counts) {
      assertTrue(Math.abs(count - 10_000) < 475, () -> Arrays.toString(counts));
    }
  }

  @Test
  void permutation_holdsEveryNumberOnce() {
    int[] order = new int[1000];
    new SeededRandom(5).permutation(order);
    assertFalse(Arrays.equals(IntStream.range(0, 1000).toArray(), order));
    Arrays.sort(order);
    assertArrayEquals(IntStream.range(0, 1000).toArray(), order);
  }

  @Test
  void permutationsOfThree_areAllEquallyOften() {
    int[] counts = new int[27];
    int[] order = new int[3];
    for (int seed = 0; seed < 60_000; seed++) {
      SeededRandom.of(7, seed).permutation(order);
      counts[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    // Six orders of 10,000 each; five standard deviations are 456.
    assertEquals(6, Arrays.stream(counts).filter(count -> Math.abs(count - 10_000) < 456).count());
  }
}
