package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Reshape}, where 0 keeps a dimension, and {@code Squeeze} and {@code Unsqueeze}. */
final class ReshapeImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Reshape", "Squeeze", "Unsqueeze");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "Squeeze" -> squeeze(n, out);
      case "Unsqueeze" -> unsqueeze(n, out);
      default -> reshape(n, out);
    }
  }

  private static void reshape(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    List<Dim> target = n.has("shape") ? Shapes.dims(n.integers("shape")) : out.in(1).elements();
    if (target == null) {
      out.out(out.reshape(x, out.in(1), unknown(out, out.in(1))));
      return;
    }
    boolean zeros = n.flag("allowzero", false);
    List<Dim> shape = new ArrayList<>();
    int open = -1;
    for (int i = 0; i < target.size(); i++) {
      Dim d = target.get(i);
      if (d.is(-1)) {
        open = i;
        shape.add(Dim.ONE);
      } else {
        shape.add(d.is(0) && !zeros ? out.dim(x, i) : d);
      }
    }
    if (open >= 0) {
      shape.set(open, rest(x, shape, out));
    } else if (Shapes.isKnown(shape)
        && Shapes.isKnown(x.shape())
        && out.count(shape) != out.count(x.shape())) {
      throw out.fail("its input is " + x + ", its target " + shape, "expected as many elements");
    }
    out.out(out.reshape(x, shape));
  }

  private static Dim rest(TfValue x, List<Dim> others, TfEmitter out) {
    if (x.shape() == null) {
      return out.freshDim();
    }
    Dim product = Dim.product(others);
    if (product.is(0)) {
      return Dim.ZERO;
    }
    Dim rest = Dim.product(x.shape()).exactlyOver(product);
    return rest != null ? rest : out.freshDim();
  }

  private static List<Dim> unknown(TfEmitter out, TfValue shape) {
    if (shape.rank() != 1 || !shape.shape().get(0).isKnown()) {
      return null;
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < shape.shape().get(0).value(); i++) {
      dims.add(out.freshDim());
    }
    return dims;
  }

  private static void squeeze(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    if (isComputed(out)) {
      out.out(RuntimeAxes.squeeze(out, x, out.in(1)));
      return;
    }
    long[] axes = out.known(n, "axes", 1);
    int rank = out.rank(x);
    List<Dim> shape = new ArrayList<>();
    Set<Integer> gone = new HashSet<>();
    for (int i = 0; axes == null && i < rank; i++) {
      if (x.shape().get(i).is(1)) {
        gone.add(i);
      }
    }
    for (int i = 0; axes != null && i < axes.length; i++) {
      gone.add(out.axis(axes[i], rank));
    }
    for (int i = 0; i < rank; i++) {
      if (!gone.contains(i)) {
        shape.add(x.shape().get(i));
      } else if (x.shape().get(i).isKnown() && !x.shape().get(i).is(1)) {
        throw out.fail("axis " + i + " of " + x + " is squeezed", "expected a dimension of 1");
      }
    }
    out.out(out.reshape(x, shape));
  }

  /** True if axes are given, but not known before running. */
  private static boolean isComputed(TfEmitter out) {
    return out.has(1) && !out.in(1).isConstant() && Shapes.known(out.in(1).elements()) == null;
  }

  private static void unsqueeze(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    if (isComputed(out)) {
      out.out(RuntimeAxes.unsqueeze(out, x, out.in(1)));
      return;
    }
    long[] axes = out.known(n, "axes", 1);
    int rank = out.rank(x) + axes.length;
    out.out(out.unsqueeze(x, out.axes(axes, rank)));
  }
}
