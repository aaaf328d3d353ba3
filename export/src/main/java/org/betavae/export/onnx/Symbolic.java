package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BinaryOperator;
import org.betavae.export.Tensor;

/**
 * The elements of small integer tensors that are computed from shapes. TensorFlow graphs compute
 * target shapes at run time even where only the batch is unknown; followed here, most of them
 * become constants.
 */
final class Symbolic {
  /** Longer tensors are no shapes. */
  static final int MOST_ELEMENTS = 64;

  private Symbolic() {}

  /** The elements of a node's only output; null if they do not follow from shapes. */
  static List<Dim> elements(OnnxNode n) {
    OnnxValue out = n.output();
    if (out.type() == null || !out.type().isInteger() || out.shape() == null) {
      return null;
    }
    Dim size = Dim.product(out.shape());
    if (!size.isKnown() || size.value() > MOST_ELEMENTS) {
      return null;
    }
    List<Dim> values = compute(n);
    return values != null && values.size() == size.value() ? values : null;
  }

  private static List<Dim> compute(OnnxNode n) {
    OnnxValue first = n.input(0);
    if (n.is("ConstantOfShape")) {
      return filled(n);
    }
    if (first != null && first.shape() != null && n.is("Shape")) {
      return ShapeRules.shapeElements(n);
    }
    if (first != null && first.shape() != null && n.is("Size")) {
      return List.of(Dim.product(first.shape()));
    }
    if (first == null || first.elements() == null) {
      return null;
    }
    return switch (n.op()) {
      case "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze" -> first.elements();
      case "Concat" -> concat(n);
      case "Gather" -> gather(n);
      case "Slice" -> slice(n);
      case "Expand" ->
          first.elements().size() == 1
              ? Collections.nCopies(
                  (int) Dim.product(n.output().shape()).value(), first.elements().get(0))
              : null;
      case "Add", "Sum" -> binary(n, Dim::plus);
      case "Sub" -> binary(n, Dim::minus);
      case "Mul" -> binary(n, Dim::times);
      case "Div" -> binary(n, Symbolic::quotient);
      case "Max" ->
          binary(
              n,
              (a, b) ->
                  a.equals(b)
                      ? a
                      : bothKnown(a, b) ? Dim.of(Math.max(a.value(), b.value())) : null);
      case "Min" ->
          binary(
              n,
              (a, b) ->
                  a.equals(b)
                      ? a
                      : bothKnown(a, b) ? Dim.of(Math.min(a.value(), b.value())) : null);
      case "Neg" -> first.elements().stream().map(d -> d.times(-1)).toList();
      case "ReduceProd" ->
          n.output().rank() == 0 || all(n) ? List.of(Dim.product(first.elements())) : null;
      case "ReduceSum" ->
          n.output().rank() == 0 || all(n)
              ? List.of(first.elements().stream().reduce(Dim.ZERO, Dim::plus))
              : null;
      default -> null;
    };
  }

  private static boolean all(OnnxNode n) {
    return n.input(0).rank() == 1;
  }

  private static boolean bothKnown(Dim a, Dim b) {
    return a.isKnown() && b.isKnown();
  }

  /** ONNX divides integers towards zero, which is rounding down for what is not negative. */
  private static Dim quotient(Dim a, Dim b) {
    if (bothKnown(a, b)) {
      return b.is(0) ? null : Dim.of(a.value() / b.value());
    }
    return a.isCount() && b.isCount() && !b.is(0) ? a.floorOver(b) : a.exactlyOver(b);
  }

  private static List<Dim> filled(OnnxNode n) {
    Tensor value = (Tensor) n.attributes().get("value");
    return value == null
        ? null
        : Collections.nCopies(
            (int) Dim.product(n.output().shape()).value(), Dim.of(value.longAt(0)));
  }

  private static List<Dim> concat(OnnxNode n) {
    List<Dim> out = new ArrayList<>();
    for (OnnxValue v : n.inputs()) {
      if (v.rank() != 1 || v.elements() == null) {
        return null;
      }
      out.addAll(v.elements());
    }
    return out;
  }

  private static List<Dim> gather(OnnxNode n) {
    OnnxValue index = n.input(1);
    if (n.input(0).rank() != 1 || !index.isConstant()) {
      return null;
    }
    List<Dim> from = n.input(0).elements();
    List<Dim> out = new ArrayList<>();
    for (long i : index.constant().toLongs()) {
      long at = i < 0 ? i + from.size() : i;
      if (at < 0 || at >= from.size()) {
        throw Inference.fail(n, "index is " + i, "expected one of " + from.size() + " elements");
      }
      out.add(from.get((int) at));
    }
    return out;
  }

  private static List<Dim> slice(OnnxNode n) {
    for (int i = 1; i < n.inputs().size(); i++) {
      if (!n.input(i).isConstant()) {
        return null;
      }
    }
    if (n.input(0).rank() != 1 || n.input(1).constant().size() != 1) {
      return null;
    }
    List<Dim> from = n.input(0).elements();
    long step = n.input(4) == null ? 1 : n.input(4).constant().longAt(0);
    long start = n.input(1).constant().longAt(0);
    long at = start < 0 ? start + from.size() : start;
    at =
        step > 0
            ? Math.max(0, Math.min(at, from.size()))
            : Math.max(-1, Math.min(at, from.size() - 1));
    List<Dim> out = new ArrayList<>();
    for (long i = 0; i < n.output().shape().get(0).value(); i++) {
      out.add(from.get((int) (at + i * step)));
    }
    return out;
  }

  private static List<Dim> binary(OnnxNode n, BinaryOperator<Dim> f) {
    if (n.inputs().size() != 2 || n.input(1).elements() == null) {
      return null;
    }
    List<Dim> a = n.input(0).elements();
    List<Dim> b = n.input(1).elements();
    if (a.size() != b.size() && a.size() != 1 && b.size() != 1) {
      return null;
    }
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      Dim value = f.apply(a.get(a.size() == 1 ? 0 : i), b.get(b.size() == 1 ? 0 : i));
      if (value == null) {
        return null;
      }
      out.add(value);
    }
    return out;
  }
}
