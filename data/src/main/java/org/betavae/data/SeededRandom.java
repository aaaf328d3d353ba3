package org.betavae.data;

/**
 * SplitMix64, written out here so that orders stay the same on every JVM and in every release.
 *
 * <p>Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", Figure
 * 14 with the finaliser of Stafford's variant 13.
 */
final class SeededRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  SeededRandom(long seed) {
    state = seed;
  }

  /** A generator of its own for each pair, so that epochs do not overlap. */
  static SeededRandom of(long seed, long stream) {
    return new SeededRandom(mix(seed) ^ mix(stream * GOLDEN_GAMMA + 1));
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in {@code 0 .. bound - 1}; the bias of the multiplication is below 2^-32. */
  int nextInt(int bound) {
    return (int) Math.multiplyHigh(nextLong() >>> 1, (long) bound << 1);
  }

  /** Fisher-Yates over {@code 0 .. items.length - 1}. */
  void permutation(int[] items) {
    for (int i = 0; i < items.length; i++) {
      int other = nextInt(i + 1);
      items[i] = items[other];
      items[other] = i;
    }
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
