package org.betavae.export.toonnx;

import java.util.Map;
import java.util.TreeMap;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Zeros that a Pad puts around an image, in front of a convolution that alone reads it, to the
 * convolution's own pads.
 */
final class PadIntoConv implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      OnnxNode pad = graph.has(n) && n.is("Conv") ? n.input(0).producer() : null;
      boolean alone =
          pad != null
              && pad.is("Pad")
              && pad.output().users().size() == 1
              && !graph.isOutput(pad.output());
      if (alone && n.attributes().containsKey("pads") && isBorderOfZeros(pad)) {
        long[] pads = n.integers("pads");
        long[] more = pad.input(1).constant().toLongs();
        int spatial = pads.length / 2;
        for (int i = 0; i < spatial; i++) {
          pads[i] += more[i + 2];
          pads[i + spatial] += more[i + 4 + spatial];
        }
        Map<String, Object> attributes = new TreeMap<>(n.attributes());
        attributes.put("pads", pads);
        OnnxValue y =
            graph.node("Conv", n.name(), Build.with(n.inputs(), 0, pad.input(0)), attributes);
        Build.replace(graph, n.output(), y);
        changed = true;
      }
    }
    return changed;
  }

  private static boolean isBorderOfZeros(OnnxNode pad) {
    OnnxValue value = pad.input(2);
    boolean zeros = value == null || (value.isConstant() && value.constant().doubleAt(0) == 0);
    if (!zeros
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
