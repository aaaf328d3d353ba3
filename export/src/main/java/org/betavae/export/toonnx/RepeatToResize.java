package org.betavae.export.toonnx;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Unsqueeze, Tile and Reshape that repeat each row or column of an image, as Keras writes nearest
 * upsampling, to one Resize; several in a row become one.
 */
final class RepeatToResize implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      if (graph.has(n) && n.is("Reshape")) {
        changed |= merge(graph, n);
      }
    }
    return changed;
  }

  private static boolean merge(OnnxGraph graph, OnnxNode reshape) {
    OnnxNode tile = maker(reshape.input(0), "Tile");
    OnnxNode unsqueeze =
        tile == null || !tile.input(1).isConstant() ? null : maker(tile.input(0), "Unsqueeze");
    if (unsqueeze == null || !unsqueeze.input(1).isConstant() || unsqueeze.input(0).rank() != 4) {
      return false;
    }
    OnnxValue x = unsqueeze.input(0);
    int axis = (int) unsqueeze.input(1).constant().longAt(0) - 1;
    long[] repeats = tile.input(1).constant().toLongs();
    boolean spatial = unsqueeze.input(1).constant().size() == 1 && (axis == 1 || axis == 2);
    if (!spatial || !onlyAt(repeats, axis + 1)) {
      return false;
    }
    Dim wanted = x.shape().get(axis).times(repeats[axis + 1]);
    if (!Build.with(x.shape(), axis, wanted).equals(reshape.output().shape())) {
      return false;
    }
    OnnxValue y = resized(graph, reshape.name(), x, axis, repeats[axis + 1]);
    graph.replace(reshape.output(), y);
    return true;
  }

  private static OnnxValue resized(
      OnnxGraph graph, String name, OnnxValue x, int axis, long times) {
    float[] scales = {1, 1, 1, 1};
    scales[axis + 1] = times;
    OnnxValue first = Build.transpose(graph, name + "/Transpose", x, Perms.toChannelsFirst(4));
    OnnxNode before = resize(first);
    if (before != null) {
      Tensor earlier = before.input(2).constant();
      for (int i = 0; i < 4; i++) {
        scales[i] *= (float) earlier.doubleAt(i);
      }
      first = before.input(0);
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("mode", "nearest");
    attributes.put("nearest_mode", "floor");
    attributes.put("coordinate_transformation_mode", "asymmetric");
    OnnxValue factors = graph.constant(name + "/scales", Tensor.floats(new long[] {4}, scales));
    OnnxValue y = graph.node("Resize", name, Arrays.asList(first, null, factors), attributes);
    return Build.transpose(graph, name + "/Transpose", y, Perms.toChannelsLast(4));
  }

  /** The enlargement by whole factors that made a value. */
  private static OnnxNode resize(OnnxValue v) {
    OnnxNode n = maker(v, "Resize");
    boolean whole =
        n != null
            && n.text("mode", "nearest").equals("nearest")
            && n.text("nearest_mode", "").equals("floor")
            && n.text("coordinate_transformation_mode", "").equals("asymmetric")
            && n.input(2) != null
            && n.input(2).isConstant();
    for (int i = 0; whole && i < 4; i++) {
      double s = n.input(2).constant().doubleAt(i);
      whole = s >= 1 && s == Math.rint(s);
    }
    return whole ? n : null;
  }

  private static OnnxNode maker(OnnxValue v, String op) {
    return v.producer() != null && v.producer().is(op) ? v.producer() : null;
  }

  private static boolean onlyAt(long[] repeats, int axis) {
    for (int i = 0; i < repeats.length; i++) {
      if (i != axis && repeats[i] != 1) {
        return false;
      }
    }
    return true;
  }
}
