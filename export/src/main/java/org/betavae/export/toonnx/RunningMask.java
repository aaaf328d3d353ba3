package org.betavae.export.toonnx;

import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/** Which elements of an axis a running result has seen. */
final class RunningMask {
  private RunningMask() {}

  /**
   * True where element j counts for result i: {@code [i, j, 1, ...]}.
   *
   * @param length of the axis
   * @param rank of the mask, at least 2
   */
  static Tensor of(int length, int rank, boolean exclusive, boolean reverse) {
    return Tensor.ofLongs(
        ElementType.BOOL,
        Emitter.numbers(rank, i -> i < 2 ? length : 1),
        k -> {
          int behind = reverse ? k % length - k / length : k / length - k % length;
          return behind > 0 || (behind == 0 && !exclusive) ? 1 : 0;
        });
  }
}
