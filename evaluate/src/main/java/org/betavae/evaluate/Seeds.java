package org.betavae.evaluate;

import java.util.Random;

/** Random generators whose first numbers differ even where their seeds are close to each other. */
final class Seeds {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Seeds() {}

  /**
   * Java's own generator, which is specified, from a seed that is mixed: alone it begins almost
   * alike for neighbouring seeds.
   *
   * @param stream tells the generators of one seed apart
   */
  static Random random(long seed, long stream) {
    return new Random(mix(mix(seed) + stream * GOLDEN_GAMMA));
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014), Stafford's variant 13. */
  private static long mix(long value) {
    long mixed = value + GOLDEN_GAMMA;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
