package org.betavae.export.toonnx;

import java.util.Map;
import java.util.TreeMap;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * What a Pad puts around an image, in front of a convolution or a MaxPool that alone reads it, to
 * the pads of that: zeros for a convolution, minus infinity for a maximum.
 */
final class PadIntoConv implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      OnnxNode pad =
          graph.has(n) && (n.is("Conv") || n.is("MaxPool")) ? n.input(0).producer() : null;
      // Where the last window may reach over the end, what lies there depends on whose pads they
      // are.
      boolean alone =
          pad != null
              && n.outputs().size() == 1
              && n.integer("ceil_mode", 0) == 0
              && pad.is("Pad")
              && pad.output().users().size() == 1
              && !graph.isOutput(pad.output());
      if (alone && n.attributes().containsKey("pads") && isBorder(pad, n)) {
        long[] pads = n.integers("pads");
        long[] more = pad.input(1).constant().toLongs();
        int spatial = pads.length / 2;
        for (int i = 0; i < spatial; i++) {
          pads[i] += more[i + 2];
          pads[i + spatial] += more[i + 4 + spatial];
        }
        if (n.is("MaxPool") && !isNarrow(pads, n.integers("kernel_shape"))) {
          continue;
        }
        Map<String, Object> attributes = new TreeMap<>(n.attributes());
        attributes.put("pads", pads);
        OnnxValue y =
            graph.node(n.op(), n.name(), Build.with(n.inputs(), 0, pad.input(0)), attributes);
        Build.replace(graph, n.output(), y);
        changed = true;
      }
    }
    return changed;
  }

  /** Windows of ONNX's MaxPool have to touch the image. */
  private static boolean isNarrow(long[] pads, long[] kernel) {
    for (int i = 0; i < pads.length; i++) {
      if (pads[i] >= kernel[i % kernel.length]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBorder(OnnxNode pad, OnnxNode of) {
    OnnxValue value = pad.input(2);
    double border =
        value == null ? 0 : value.isConstant() ? value.constant().doubleAt(0) : Double.NaN;
    if (border != (of.is("Conv") ? 0 : Double.NEGATIVE_INFINITY)
        || !pad.text("mode", "constant").equals("constant")
        || !pad.input(1).isConstant()
        || pad.input(3) != null) {
      return false;
    }
    Tensor pads = pad.input(1).constant();
    int rank = pads.size() / 2;
    for (int i = 0; i < 2 * rank; i++) {
      long p = pads.longAt(i);
      if (p < 0 || (p > 0 && i % rank < 2)) {
        return false;
      }
    }
    return true;
  }
}
