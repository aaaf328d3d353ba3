package org.betavae.export.toonnx;

import java.nio.ByteBuffer;
import org.betavae.export.Tensor;

/** Constants with their rows or columns in another order. */
final class Reorder {
  private Reorder() {}

  /**
   * Row i of the result is row {@code order[i]}; a row is all that one index of the first axis
   * picks.
   */
  static Tensor rows(Tensor t, int[] order) {
    int run = t.size() / order.length * t.type().bytes();
    ByteBuffer in = t.data();
    ByteBuffer out = ByteBuffer.allocate(in.remaining());
    for (int row : order) {
      out.put(in.duplicate().position(row * run).limit((row + 1) * run));
    }
    return Tensor.of(t.type(), t.shape(), out.flip());
  }

  /**
   * Column i of the result is column {@code order[i]}; columns are the entries of the last axis.
   */
  static Tensor columns(Tensor t, int[] order) {
    int bytes = t.type().bytes();
    int width = order.length;
    byte[] in = new byte[t.size() * bytes];
    t.data().get(in);
    byte[] out = new byte[in.length];
    for (int row = 0; row < t.size() / width; row++) {
      for (int i = 0; i < width; i++) {
        System.arraycopy(
            in, (row * width + order[i]) * bytes, out, (row * width + i) * bytes, bytes);
      }
    }
    return Tensor.of(t.type(), t.shape(), ByteBuffer.wrap(out));
  }
}
