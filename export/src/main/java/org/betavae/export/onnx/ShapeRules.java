package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.axis;
import static org.betavae.export.onnx.Inference.fail;
import static org.betavae.export.onnx.Inference.fresh;
import static org.betavae.export.onnx.Inference.requireCount;
import static org.betavae.export.onnx.Inference.set;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Inference.Rule;

/**
 * Operators that change a tensor's shape and keep its elements, and those that make one of a given
 * shape.
 */
final class ShapeRules {
  private ShapeRules() {}

  static void register(Map<String, Rule> rules) {
    rules.put("Shape", ShapeRules::shape);
    rules.put("Size", (n, g) -> set(n, ElementType.INT64, List.of()));
    rules.put("Reshape", ShapeRules::reshape);
    rules.put("Flatten", ShapeRules::flatten);
    rules.put("Squeeze", ShapeRules::squeeze);
    rules.put("Unsqueeze", ShapeRules::unsqueeze);
    rules.put("Transpose", ShapeRules::transpose);
    rules.put("Expand", ShapeRules::expand);
    rules.put("ConstantOfShape", ShapeRules::constantOfShape);
    rules.put("Range", ShapeRules::range);
  }

  private static void shape(OnnxNode n, OnnxGraph g) {
    List<Dim> dims = shapeElements(n);
    set(n, ElementType.INT64, List.of(dims == null ? g.freshDim() : Dim.of(dims.size())));
  }

  /** The dimensions that a Shape gives, from start to end where it names them; null if unknown. */
  static List<Dim> shapeElements(OnnxNode n) {
    List<Dim> all = n.input(0).shape();
    if (all == null) {
      return null;
    }
    int start = place(n.integer("start", 0), all.size());
    int end = place(n.integer("end", all.size()), all.size());
    return all.subList(start, Math.max(start, end));
  }

  private static int place(long at, int size) {
    return (int) Math.max(0, Math.min(at < 0 ? at + size : at, size));
  }

  private static void reshape(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue target = n.input(1);
    List<Dim> wanted = target.elements();
    if (wanted == null) {
      set(n, in.type(), unknownOfLength(target, g));
      return;
    }
    List<Dim> out = new ArrayList<>();
    int free = -1;
    for (int i = 0; i < wanted.size(); i++) {
      Dim d = wanted.get(i);
      if (d.is(-1)) {
        if (free >= 0) {
          throw fail(n, "target is " + wanted, "expected -1 once at most");
        }
        free = i;
        out.add(Dim.ONE);
      } else if (d.is(0) && n.integer("allowzero", 0) == 0) {
        out.add(in.shape() == null || i >= in.rank() ? g.freshDim() : in.shape().get(i));
      } else {
        out.add(d);
      }
    }
    set(n, in.type(), completed(n, g, in, out, free));
  }

  /** The target of a Reshape with the dimension that follows from the others filled in. */
  private static List<Dim> completed(
      OnnxNode n, OnnxGraph g, OnnxValue in, List<Dim> out, int free) {
    Dim total = in.shape() == null ? g.freshDim() : Dim.product(in.shape());
    Dim rest = Dim.product(out);
    Dim quotient = free < 0 ? null : total.exactlyOver(rest);
    boolean fits = free < 0 ? total.equals(rest) : quotient != null;
    // Of nothing, any size can be the one that follows.
    boolean open = free >= 0 && rest.is(0);
    if (!fits && !open && total.isKnown() && rest.isKnown()) {
      throw fail(
          n,
          "input shape is " + in.shape() + ", target is " + n.input(1).elements(),
          "expected the same number of elements");
    }
    if (free >= 0) {
      out.set(free, quotient == null ? g.freshDim() : quotient);
    }
    return out;
  }

  private static List<Dim> unknownOfLength(OnnxValue vector, OnnxGraph g) {
    boolean lengthKnown = vector.rank() == 1 && vector.shape().get(0).isKnown();
    return lengthKnown ? fresh(g, (int) vector.shape().get(0).value()) : null;
  }

  private static void flatten(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, in.type(), fresh(g, 2));
      return;
    }
    long given = n.integer("axis", 1);
    int axis = given == in.rank() ? in.rank() : axis(n, given, in.rank());
    set(
        n,
        in.type(),
        List.of(
            Dim.product(in.shape().subList(0, axis)),
            Dim.product(in.shape().subList(axis, in.rank()))));
  }

  private static void squeeze(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    long[] axes = Inference.axes(n, 1);
    if (in.shape() == null || axes == null) {
      set(n, in.type(), null);
      return;
    }
    Set<Integer> gone = Inference.axes(n, axes, in.rank());
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < in.rank(); i++) {
      Dim d = in.shape().get(i);
      boolean remove = axes.length == 0 ? d.is(1) : gone.contains(i);
      if (!remove) {
        out.add(d);
      } else if (d.isKnown() && d.value() != 1) {
        throw fail(n, "axis " + i + " of " + in.shape() + " is to go", "expected it to be 1");
      }
    }
    set(n, in.type(), out);
  }

  private static void unsqueeze(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    long[] axes = Inference.axes(n, 1);
    if (in.shape() == null || axes == null) {
      set(n, in.type(), null);
      return;
    }
    int rank = in.rank() + axes.length;
    Set<Integer> added = Inference.axes(n, axes, rank);
    requireCount(n, "the set of axes", added.size(), axes.length);
    List<Dim> out = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < rank; i++) {
      out.add(added.contains(i) ? Dim.ONE : in.shape().get(next++));
    }
    set(n, in.type(), out);
  }

  private static void transpose(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    long[] perm = n.integers("perm");
    if (in.shape() == null) {
      set(n, in.type(), perm == null ? null : fresh(g, perm.length));
      return;
    }
    if (perm == null) {
      List<Dim> reversed = new ArrayList<>(in.shape());
      Collections.reverse(reversed);
      set(n, in.type(), reversed);
      return;
    }
    if (perm.length != in.rank()) {
      throw fail(n, "input has the shape " + in.shape(), "expected " + perm.length + " dimensions");
    }
    List<Dim> out = new ArrayList<>();
    for (long p : perm) {
      out.add(in.shape().get(axis(n, p, in.rank())));
    }
    set(n, in.type(), out);
  }

  private static void expand(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    List<Dim> target = n.input(1).elements();
    if (target == null) {
      List<Dim> unknown = unknownOfLength(n.input(1), g);
      set(n, in.type(), unknown == null || in.rank() > unknown.size() ? null : unknown);
      return;
    }
    set(n, in.type(), Inference.broadcast(n, g, in.shape(), target));
  }

  private static void constantOfShape(OnnxNode n, OnnxGraph g) {
    Tensor value = (Tensor) n.attributes().get("value");
    ElementType type = value == null ? ElementType.FLOAT32 : value.type();
    List<Dim> target = n.input(0).elements();
    set(n, type, target != null ? target : unknownOfLength(n.input(0), g));
  }

  private static void range(OnnxNode n, OnnxGraph g) {
    List<Dim> start = n.input(0).elements();
    List<Dim> limit = n.input(1).elements();
    List<Dim> delta = n.input(2).elements();
    boolean known =
        start != null
            && limit != null
            && delta != null
            && delta.get(0).isKnown()
            && delta.get(0).value() > 0;
    Dim length =
        known ? limit.get(0).minus(start.get(0)).ceilOver(delta.get(0).value()) : g.freshDim();
    if (length.isKnown()) {
      length = Dim.of(Math.max(0, length.value()));
    }
    set(n, n.input(0).type(), List.of(length));
  }
}
