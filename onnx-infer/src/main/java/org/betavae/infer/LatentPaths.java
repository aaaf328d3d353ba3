package org.betavae.infer;

import java.util.Random;

/** Latent vectors to decode: from the prior, along one dimension, between two. */
final class LatentPaths {
  /** Below this the great circle's formula divides by what is mostly rounding. */
  private static final double MIN_SINE = 1e-6;

  private LatentPaths() {}

  /** Shape {@code [count, L]}; see {@link BetaVaeModel#samplePrior}. */
  static float[] prior(int count, int latentSize, long seed, double temperature) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "count is " + count + ", expected 1 or more. Ask for at least one sample.");
    }
    if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "temperature is "
              + temperature
              + ", expected a finite number >= 0. Use 1 for the prior itself, less for more"
              + " typical images.");
    }
    Random random = new Random(seed);
    float[] z = new float[Inputs.arrayLength(count, latentSize)];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) (temperature * random.nextGaussian());
    }
    return z;
  }

  /** {@code z} with one dimension set to each of the values, shape {@code [values.length, L]}. */
  static float[] sweep(float[] z, int dimension, float[] values) {
    if (dimension < 0 || dimension >= z.length) {
      throw new IllegalArgumentException(
          "dimension is "
              + dimension
              + ", expected 0 to "
              + (z.length - 1)
              + ". Latent dimensions count from 0.");
    }
    checkValues(values);
    float[] path = new float[Inputs.arrayLength(values.length, z.length)];
    fillSweep(z, dimension, values, path, 0);
    return path;
  }

  /** The sweeps of all dimensions, one after another, shape {@code [L, values.length, L]}. */
  static float[] sweepAll(float[] z, float[] values) {
    checkValues(values);
    float[] path = new float[Inputs.arrayLength((long) z.length * values.length, z.length)];
    for (int dimension = 0; dimension < z.length; dimension++) {
      fillSweep(z, dimension, values, path, dimension * values.length * z.length);
    }
    return path;
  }

  /** Shape {@code [steps, L]}, the ends themselves included. */
  static float[] between(float[] from, float[] to, int steps, Interpolation how) {
    if (steps < 2) {
      throw new IllegalArgumentException(
          "steps is " + steps + ", expected 2 or more. Both ends are counted.");
    }
    if (how == null) {
      throw new IllegalArgumentException("how is null, expected LINEAR or SPHERICAL. Pass one.");
    }
    double angle = how == Interpolation.SPHERICAL ? angle(from, to) : 0;
    boolean straight = Math.abs(StrictMath.sin(angle)) < MIN_SINE;
    int size = from.length;
    float[] path = new float[Inputs.arrayLength(steps, size)];
    for (int step = 0; step < steps; step++) {
      double t = (double) step / (steps - 1);
      double a = straight ? 1 - t : StrictMath.sin((1 - t) * angle) / StrictMath.sin(angle);
      double b = straight ? t : StrictMath.sin(t * angle) / StrictMath.sin(angle);
      for (int i = 0; i < size; i++) {
        path[step * size + i] = (float) (a * from[i] + b * to[i]);
      }
    }
    System.arraycopy(from, 0, path, 0, size);
    System.arraycopy(to, 0, path, path.length - size, size);
    return path;
  }

  /** Radians between two vectors; 0 if one of them is zero. */
  private static double angle(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    double norms = Math.sqrt(aa) * Math.sqrt(bb);
    return norms > 0 ? StrictMath.acos(Math.max(-1, Math.min(1, dot / norms))) : 0;
  }

  private static void fillSweep(float[] z, int dimension, float[] values, float[] path, int start) {
    for (int i = 0; i < values.length; i++) {
      System.arraycopy(z, 0, path, start + i * z.length, z.length);
      path[start + i * z.length + dimension] = values[i];
    }
  }

  private static void checkValues(float[] values) {
    if (values == null || values.length == 0) {
      throw new IllegalArgumentException(
          "values is "
              + (values == null ? "null" : "empty")
              + ", expected at least one number. Pass those that the dimension takes in turn.");
    }
    Inputs.finite("values", values, 0, values.length);
  }
}
