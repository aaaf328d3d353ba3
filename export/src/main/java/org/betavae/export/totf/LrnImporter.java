package org.betavae.export.totf;

import java.util.Set;

/**
 * ONNX {@code LRN}, put together of sums over neighbouring channels: TensorFlow's operator of this
 * name does the same, but the native library takes its gradient with other settings.
 */
final class LrnImporter implements OpImporter {
  /** More than any model sums over; each channel is a node. */
  private static final int MOST_CHANNELS = 1024;

  @Override
  public Set<String> onnxOps() {
    return Set.of("LRN");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int rank = out.rank(x);
    long size = n.integer("size", 1);
    if (size < 1 || size > MOST_CHANNELS) {
      throw out.fail("its size is " + size, "expected 1 to " + MOST_CHANNELS);
    }
    float alpha = n.number("alpha", 1e-4f) / size;
    float beta = n.number("beta", 0.75f);
    float bias = n.number("bias", 1);
    TfValue last = out.transpose(x, Shapes.toChannelsLast(rank));
    TfValue y = composed(last, size, new float[] {bias, alpha, beta}, out);
    out.out(out.transpose(y, Shapes.toChannelsFirst(rank)));
  }

  private static TfValue composed(TfValue x, long size, float[] settings, TfEmitter out) {
    int axis = x.rank() - 1;
    long[] before = new long[x.rank()];
    long[] after = new long[x.rank()];
    before[axis] = (size - 1) / 2;
    after[axis] = size - 1 - before[axis];
    TfValue squares = out.padZeros(out.unary("Square", x), before, after);
    TfValue sum = null;
    for (int i = 0; i < size; i++) {
      long end = i + 1 < size ? i + 1 - size : Long.MAX_VALUE;
      TfValue part = out.slice(squares, axis, i, end);
      part = TfValue.of(out.output(part), part.type(), x.shape());
      sum = sum == null ? part : out.binary("AddV2", sum, part);
    }
    TfValue base =
        out.binary(
            "AddV2",
            out.binary("Mul", sum, out.scalarLike(x, settings[1])),
            out.scalarLike(x, settings[0]));
    return out.binary("RealDiv", x, out.binary("Pow", base, out.scalarLike(x, settings[2])));
  }
}
