package org.betavae.train.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Convolutions whose channels are even in number, as bfloat16 needs them.
 *
 * <p>oneDNN's bfloat16 kernels take channels in pairs. As TensorFlow calls them, the last of an odd
 * number is paired with whatever lies in memory behind it: a convolution of 3, 5, 7 ... channels,
 * and the gradient with respect to the input of one with a single filter, give other values at each
 * run, infinite ones among them. A channel of zeros beside them changes no value.
 */
public final class EvenChannels {
  private EvenChannels() {}

  /** A convolution of that input by that kernel. */
  @FunctionalInterface
  public interface Convolution {
    /** Adds it to the graph. */
    Operand<TFloat32> of(Operand<TFloat32> x, Operand<TFloat32> kernel);
  }

  /** A transposed convolution of that input by that kernel to an output of those sizes. */
  @FunctionalInterface
  public interface Transposed {
    /** Adds it to the graph. */
    Operand<TFloat32> of(Operand<TInt32> sizes, Operand<TFloat32> kernel, Operand<TFloat32> x);
  }

  /**
   * A convolution, with even channels where the pass wants them; one of several groups, whose
   * kernel has fewer channels than its input, and one of a kernel of unknown sizes stay as they
   * are.
   *
   * @param x {@code [batch, h, w, c]}
   * @param kernel {@code [kh, kw, c, filters]}
   */
  public static Operand<TFloat32> convolution(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> kernel, Convolution convolution) {
    if (!pass.evenChannels() || !isKnown(kernel) || isGrouped(x, kernel)) {
      return convolution.of(x, kernel);
    }
    long channels = kernel.shape().get(2);
    long filters = kernel.shape().get(3);
    int more = channels == 1 ? 0 : missing(channels); // a single channel is no pair and read as one
    int moreFilters = missing(filters);
    if (more + moreFilters == 0) {
      return convolution.of(x, kernel);
    }
    Ops tf = pass.tf();
    Operand<TFloat32> y = convolution.of(pad(tf, x, 0, more), pad(tf, kernel, more, moreFilters));
    return moreFilters == 0 ? y : firstChannels(tf, y, filters);
  }

  /**
   * A transposed convolution, with even channels where the pass wants them and the kernel's sizes
   * are known.
   *
   * @param sizes shape of the output, {@code [4]}
   * @param kernel {@code [kh, kw, filters, c]}
   * @param x {@code [batch, h, w, c]}
   */
  public static Operand<TFloat32> transposed(
      Pass pass,
      Operand<TInt32> sizes,
      Operand<TFloat32> kernel,
      Operand<TFloat32> x,
      Transposed convolution) {
    if (!pass.evenChannels() || !isKnown(kernel)) {
      return convolution.of(sizes, kernel, x);
    }
    long filters = kernel.shape().get(2);
    int more = missing(kernel.shape().get(3));
    int moreFilters = filters == 1 ? 0 : missing(filters);
    if (more + moreFilters == 0) {
      return convolution.of(sizes, kernel, x);
    }
    Ops tf = pass.tf();
    Operand<TFloat32> y =
        convolution.of(
            tf.math.add(sizes, tf.constant(new int[] {0, 0, 0, moreFilters})),
            pad(tf, kernel, moreFilters, more),
            pad(tf, x, 0, more));
    return moreFilters == 0 ? y : firstChannels(tf, y, filters);
  }

  private static boolean isKnown(Operand<TFloat32> kernel) {
    return kernel.shape().numDimensions() == 4
        && kernel.shape().get(2) > 0
        && kernel.shape().get(3) > 0;
  }

  private static boolean isGrouped(Operand<TFloat32> x, Operand<TFloat32> kernel) {
    return x.shape().numDimensions() == 4
        && x.shape().get(3) > 0
        && x.shape().get(3) != kernel.shape().get(2);
  }

  private static int missing(long channels) {
    return (int) (channels % 2);
  }

  /** Zeros behind the last two dimensions of four. */
  private static Operand<TFloat32> pad(Ops tf, Operand<TFloat32> x, int third, int fourth) {
    return third + fourth == 0
        ? x
        : tf.pad(
            x, tf.constant(new int[][] {{0, 0}, {0, 0}, {0, third}, {0, fourth}}), tf.constant(0f));
  }

  private static Operand<TFloat32> firstChannels(Ops tf, Operand<TFloat32> y, long count) {
    return tf.slice(
        y,
        tf.constant(new int[] {0, 0, 0, 0}),
        tf.constant(new int[] {-1, -1, -1, Math.toIntExact(count)}));
  }
}
