package org.betavae.export.totf;

import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;

/**
 * ONNX {@code CausalConvWithState(X [N,C,L], W [C,1,K], B [C], past [N,C,K-1])}: a depthwise
 * convolution that looks back alone, and what the next call has to look back at.
 */
final class CausalConvImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("CausalConvWithState");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    TfValue w = out.in(1);
    if (out.rank(x) != 3 || out.rank(w) != 3 || out.size(w, 1) != 1) {
      throw out.fail("its input is " + x + ", its weights " + w, "expected [N,C,L] and [C,1,K]");
    }
    int look = out.size(w, 2) - 1;
    TfValue padded =
        out.has(3)
            ? out.concat(2, List.of(out.in(3), x))
            : out.padZeros(x, new long[] {0, 0, look}, new long[3]);
    // The standard rounds to 16 bits at the end, behind the activation.
    ElementType wide = x.type() == ElementType.FLOAT64 ? ElementType.FLOAT64 : ElementType.FLOAT32;
    Window window = Window.of(n, padded, new int[] {look + 1}, out);
    TfValue y =
        ConvImporter.convolve(
            out.transpose(out.cast(padded, wide), 0, 2, 1),
            ConvImporter.kernelLast(out.cast(w, wide), out),
            window,
            out.size(w, 0),
            out);
    if (out.has(2)) {
      y = GemmImporter.addBias(out, y, out.cast(out.in(2), wide));
    }
    out.out(out.transpose(out.cast(activated(n, y, out), x.type()), 0, 2, 1));
    out.out(
        1, look == 0 ? out.slice(padded, 2, 0, 0) : out.slice(padded, 2, -look, Long.MAX_VALUE));
  }

  private static TfValue activated(OnnxOp n, TfValue y, TfEmitter out) {
    String activation = n.text("activation", "none");
    return switch (activation) {
      case "none" -> y;
      case "silu", "swish" -> out.binary("Mul", y, out.unary("Sigmoid", y));
      default -> throw out.fail("its activation is " + activation, "expected none, silu or swish");
    };
  }
}
