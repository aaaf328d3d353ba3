package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * {@code Where(counted > 0, scattered, x)}, where elements are scattered to zeros and counted at
 * the same places, to {@code ScatterND(x, places, elements)}, what TensorFlow writes so to have a
 * gradient. Only where no place is named twice, since those are added up here and not there.
 */
final class ScatteredInto implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      OnnxNode scatter = graph.has(n) && n.is("Where") ? scattered(n) : null;
      if (scatter != null) {
        OnnxValue y =
            graph.node(
                "ScatterND",
                n.name(),
                List.of(n.input(2), scatter.input(1), scatter.input(2)),
                Map.of());
        Build.replace(graph, n.output(), y);
        changed = true;
      }
    }
    return changed;
  }

  private static OnnxNode scattered(OnnxNode where) {
    OnnxNode values = adds(where.input(1));
    OnnxValue mask = where.input(0);
    while (mask.producer() != null
        && (mask.producer().is("Reshape") || mask.producer().is("Unsqueeze"))) {
      mask = mask.producer().input(0);
    }
    OnnxNode greater = mask.producer();
    OnnxNode counts = greater != null && greater.is("Greater") ? adds(greater.input(0)) : null;
    boolean same =
        values != null
            && counts != null
            && values.input(1) == counts.input(1)
            && isAll(greater.input(1), 0)
            && isAll(counts.input(2), 1)
            && where.input(2).shape() != null
            && where.input(2).shape().equals(where.output().shape());
    return same && namesOnce(values.input(1)) ? values : null;
  }

  /** A ScatterND that adds to zeros; null for anything else. */
  private static OnnxNode adds(OnnxValue v) {
    OnnxNode n = v.producer();
    boolean adds = n != null && n.is("ScatterND") && n.text("reduction", "none").equals("add");
    return adds && isAll(n.input(0), 0) ? n : null;
  }

  private static boolean isAll(OnnxValue v, double number) {
    OnnxNode n = v.producer();
    Object value =
        n != null && n.is("ConstantOfShape") ? n.attributes().get("value") : v.constant();
    if (!(value instanceof Tensor t)) {
      return false;
    }
    for (int i = 0; i < t.size(); i++) {
      if (t.doubleAt(i) != number) {
        return false;
      }
    }
    return true;
  }

  /** True if there is one place only, or all are constants that differ. */
  private static boolean namesOnce(OnnxValue places) {
    if (places.shape() == null) {
      return false;
    }
    int rank = places.rank();
    if (places.shape().subList(0, rank - 1).stream().allMatch(d -> d.is(1))) {
      return true;
    }
    Dim depth = places.shape().get(rank - 1);
    if (!places.isConstant() || !depth.isKnown()) {
      return false;
    }
    long[] all = places.constant().toLongs();
    int each = (int) depth.value();
    Set<List<Long>> seen = new HashSet<>();
    for (int i = 0; i < all.length; i += each) {
      List<Long> place = new ArrayList<>();
      for (int k = 0; k < each; k++) {
        place.add(all[i + k]);
      }
      if (!seen.add(place) || place.stream().anyMatch(p -> p < 0)) {
        return false;
      }
    }
    return true;
  }
}
