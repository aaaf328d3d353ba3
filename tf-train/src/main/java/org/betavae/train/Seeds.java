package org.betavae.train;

import java.util.Random;
import org.betavae.train.objective.Draw;
import org.tensorflow.types.TInt32;

/**
 * Random numbers that depend on a run's seed, a purpose and a step alone, so that a resumed run
 * draws what an unbroken one would have drawn.
 */
final class Seeds {
  /** Noise of the training steps. */
  static final long NOISE = 1;

  /** Noise of the validation batches. */
  static final long VALIDATION = 2;

  /** Latents of the sampled pictures. */
  static final long SAMPLES = 3;

  /** Seeds of the graph's own random operations. */
  static final long RANDOM_OPS = 4;

  /** Noise of the importance weighted bound. */
  static final long BOUND = 5;

  /** Which components of a mixture prior are sampled. */
  static final long COMPONENTS = 6;

  /** Which items have labels. */
  static final long LABELS = 7;

  /** The first of an objective's own draws; the next ones follow. */
  static final long OBJECTIVE = 1000;

  private Seeds() {}

  /** A generator whose algorithm is fixed by the Java specification. */
  static Random random(long seed, long purpose, long step) {
    return new Random(mix(mix(mix(seed) + purpose) + step));
  }

  /** Fills {@code target} with draws from N(0, 1). */
  static void gaussian(float[] target, int length, long seed, long purpose, long step) {
    Random random = random(seed, purpose, step);
    for (int i = 0; i < length; i++) {
      target[i] = (float) random.nextGaussian();
    }
  }

  /** Fills all of {@code target} with draws of that kind. */
  static void draw(float[] target, Draw kind, long seed, long purpose, long step) {
    switch (kind) {
      case NORMAL -> gaussian(target, target.length, seed, purpose, step);
      case UNIFORM -> {
        Random random = random(seed, purpose, step);
        for (int i = 0; i < target.length; i++) {
          target[i] = random.nextFloat();
        }
      }
    }
  }

  /** Fills the seed of stateless random operations, {@code [2]}. */
  static void integers(TInt32 target, long seed, long step) {
    Random random = random(seed, RANDOM_OPS, step);
    target.setInt(random.nextInt(), 0);
    target.setInt(random.nextInt(), 1);
  }

  /** SplitMix64's finaliser (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
