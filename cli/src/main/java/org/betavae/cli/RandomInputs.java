package org.betavae.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;

/**
 * Made-up inputs of a model: images (three dimensions and more) uniform in [0,1], other floating
 * point standard normal, whole numbers 0 or 1, which any table of embeddings has, bool either.
 */
final class RandomInputs {
  private static final int FREE = 8;
  private static final int FREE_OF_IMAGES = 32;

  private RandomInputs() {}

  /**
   * One tensor for each input.
   *
   * @param count what a free first dimension becomes; others become {@value #FREE}, of images
   *     {@value #FREE_OF_IMAGES}
   * @return nothing if a number of dimensions is not known or a type is no number
   */
  static Optional<Map<String, Tensor>> of(List<TensorSpec> inputs, int count, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> made = new LinkedHashMap<>();
    for (TensorSpec input : inputs) {
      ElementType type = type(input);
      if (type == null || !isMade(input)) {
        return Optional.empty();
      }
      long[] shape = shape(input.shape(), count);
      boolean image = shape.length > 2;
      made.put(
          input.name(),
          type.isFloat()
              ? Tensor.ofDoubles(
                  type, shape, i -> image ? random.nextFloat() : (float) random.nextGaussian())
              : Tensor.ofLongs(type, shape, i -> random.nextInt(2)));
    }
    return Optional.of(made);
  }

  private static long[] shape(List<Long> declared, int count) {
    long[] shape = new long[declared.size()];
    int free = shape.length > 3 ? FREE_OF_IMAGES : FREE;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = declared.get(i) >= 0 ? declared.get(i) : i == 0 ? count : free;
    }
    return shape;
  }

  /** Whether an input can be made up. */
  static boolean isMade(TensorSpec input) {
    return input.shape() != null;
  }

  /** The element type; null if it is no number. */
  static ElementType type(TensorSpec spec) {
    for (ElementType type : ElementType.values()) {
      if (type.numpyName().equals(spec.type()) && (type.isFloat() || type.bytes() > 0)) {
        return type.name().startsWith("COMPLEX") ? null : type;
      }
    }
    return null;
  }
}
