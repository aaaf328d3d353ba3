package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * MatMul of two matrices with what surrounds it, a Transpose of either and a bias computed at run
 * time, to Gemm.
 */
final class ToGemm implements Rewrite {
  private static final int[] FLIP = {1, 0};

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      boolean matrices =
          graph.has(n)
              && n.is("MatMul")
              && n.input(0).rank() == 2
              && n.input(1).rank() == 2
              && n.output().type().isFloat();
      if (matrices) {
        changed |= merge(graph, n);
      }
    }
    return changed;
  }

  private static boolean merge(OnnxGraph graph, OnnxNode n) {
    OnnxNode add = bias(graph, n);
    Map<String, Object> attributes = new LinkedHashMap<>();
    List<OnnxValue> in = new ArrayList<>();
    in.add(unflipped(n.input(0), "transA", attributes));
    in.add(unflipped(n.input(1), "transB", attributes));
    if (attributes.isEmpty() && add == null) {
      return false;
    }
    if (add != null) {
      in.add(add.input(add.input(0) == n.output() ? 1 : 0));
    }
    OnnxNode last = add != null ? add : n;
    Build.replace(graph, last.output(), graph.node("Gemm", n.name(), in, attributes));
    return true;
  }

  private static OnnxValue unflipped(
      OnnxValue v, String attribute, Map<String, Object> attributes) {
    if (Build.perm(v) != null && java.util.Arrays.equals(Build.perm(v), FLIP)) {
      attributes.put(attribute, 1L);
      return v.producer().input(0);
    }
    return v;
  }

  /** The addition of a row to the product, if that is all that reads the product. */
  private static OnnxNode bias(OnnxGraph graph, OnnxNode n) {
    if (n.output().users().size() != 1 || graph.isOutput(n.output())) {
      return null;
    }
    OnnxNode add = n.output().users().get(0);
    if (!add.is("Add")) {
      return null;
    }
    OnnxValue other = add.input(add.input(0) == n.output() ? 1 : 0);
    List<Dim> shape = n.output().shape();
    boolean row =
        other.shape() != null
            && (other.shape().equals(List.of(shape.get(1)))
                || other.shape().equals(List.of(Dim.ONE, shape.get(1))));
    return row && other.type() == n.output().type() ? add : null;
  }
}
