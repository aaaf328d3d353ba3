package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Nodes of an element type for which ONNX's operator or ONNX Runtime's CPU kernel is missing, to
 * the same node between two Casts: small integers are computed as int32, where TensorFlow's
 * overflow is kept by the Cast back; float64 as float32, with its precision; bfloat16 as float32,
 * and rounded behind each node as TensorFlow does.
 *
 * <p>Source: ONNX Runtime 1.29, {@code docs/OperatorKernels.md}, and running each.
 */
final class MissingKernels implements Rewrite {
  private static final Set<String> NO_DOUBLE =
      Set.of(
          "Acos",
          "Acosh",
          "Asin",
          "Asinh",
          "Atan",
          "Atanh",
          "AveragePool",
          "Conv",
          "ConvTranspose",
          "Cosh",
          "Elu",
          "Erf",
          "Gelu",
          "GlobalAveragePool",
          "GlobalMaxPool",
          "HardSigmoid",
          "HardSwish",
          "InstanceNormalization",
          "LRN",
          "LeakyRelu",
          "Mish",
          "Resize",
          "Selu",
          "Sinh",
          "Softplus",
          "Softsign",
          "Tan");

  private static final Set<String> NO_SMALL_INTEGERS =
      Set.of(
          "ArgMax",
          "ArgMin",
          "Clip",
          "CumSum",
          "Einsum",
          "MatMul",
          "Max",
          "Min",
          "Pad",
          "Pow",
          "ReduceL2",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSum",
          "Trilu",
          "Where");

  private static final Set<String> NO_SMALL_INTEGERS_BELOW_14 = Set.of("Add", "Div", "Mul", "Sub");

  /** What takes bfloat16 as it is. */
  private static final Set<String> ANY_TYPE =
      Set.of("Cast", "Identity", "If", "Loop", "Reshape", "Shape", "Size", "Squeeze", "Unsqueeze");

  /** Operators on numbers that only move; float64 holds every integer up to 2^53. */
  private static final Set<String> ONLY_FLOATS = Set.of("DepthToSpace", "SpaceToDepth", "MaxPool");

  private static final Set<ElementType> SMALL =
      Set.of(ElementType.INT8, ElementType.INT16, ElementType.UINT8, ElementType.UINT16);

  /** Kernels for 8-bit integers that are there. */
  private static final Map<String, Set<ElementType>> HAVE =
      Map.of(
          "Clip", Set.of(ElementType.INT8, ElementType.UINT8),
          "Max", Set.of(ElementType.INT8, ElementType.UINT8),
          "Min", Set.of(ElementType.INT8, ElementType.UINT8),
          "Pad", Set.of(ElementType.INT8, ElementType.UINT8),
          "Where", Set.of(ElementType.UINT8),
          "ReduceMax", Set.of(ElementType.INT8, ElementType.UINT8),
          "ReduceMin", Set.of(ElementType.INT8, ElementType.UINT8),
          "ArgMax", Set.of(ElementType.INT8, ElementType.UINT8),
          "ArgMin", Set.of(ElementType.INT8, ElementType.UINT8));

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean any = false;
    for (OnnxNode n : graph.inOrder()) {
      ElementType from = hasBfloat16(n) ? ElementType.BFLOAT16 : carrier(n);
      ElementType to = from == null ? null : substitute(n, from, graph.opset());
      if (to != null) {
        wrap(graph, n, from, to);
        any = true;
      }
    }
    return any;
  }

  private static boolean hasBfloat16(OnnxNode n) {
    return Stream.concat(n.inputs().stream(), n.outputs().stream())
        .anyMatch(v -> v != null && v.type() == ElementType.BFLOAT16);
  }

  /** The type of the numbers that the operator works on. */
  private static ElementType carrier(OnnxNode n) {
    OnnxValue v = n.input(n.is("Where") ? 1 : 0);
    return v == null ? null : v.type();
  }

  private static ElementType substitute(OnnxNode n, ElementType type, int opset) {
    if (type == ElementType.BFLOAT16) {
      return ANY_TYPE.contains(n.op()) ? null : ElementType.FLOAT32;
    }
    if (type == ElementType.FLOAT64 && NO_DOUBLE.contains(n.op())) {
      return ElementType.FLOAT32;
    }
    if (type == ElementType.FLOAT16
        && (n.is("Range")
            || (n.is("CumSum") && opset < 14)
            || (n.is("ScatterND") && !n.text("reduction", "none").equals("none")))) {
      return ElementType.FLOAT32;
    }
    boolean whole = type.isInteger() || type == ElementType.BOOL;
    if (whole && ONLY_FLOATS.contains(n.op())) {
      boolean there = n.is("MaxPool") && (type == ElementType.INT8 || type == ElementType.UINT8);
      return there ? null : ElementType.FLOAT64;
    }
    if (NO_SMALL_INTEGERS.contains(n.op())
        && SMALL.contains(type)
        && !HAVE.getOrDefault(n.op(), Set.of()).contains(type)) {
      return ElementType.INT32;
    }
    if (opset < 14 && SMALL.contains(type) && NO_SMALL_INTEGERS_BELOW_14.contains(n.op())) {
      return ElementType.INT32;
    }
    return n.is("Where") && type == ElementType.BOOL ? ElementType.UINT8 : null;
  }

  private static void wrap(OnnxGraph graph, OnnxNode n, ElementType from, ElementType to) {
    List<OnnxValue> in = new ArrayList<>();
    Map<OnnxValue, OnnxValue> made = new HashMap<>();
    for (int i = 0; i < n.inputs().size(); i++) {
      OnnxValue v = n.input(i);
      in.add(
          v == null || v.type() != from || (n.is("Where") && i == 0)
              ? v
              : made.computeIfAbsent(v, w -> inType(graph, n.name(), w, to)));
    }
    List<OnnxValue> old = List.copyOf(n.outputs());
    List<OnnxValue> fresh = graph.nodes(n.op(), n.name(), in, attributes(n, from, to), old.size());
    for (int i = 0; i < old.size(); i++) {
      OnnxValue y = fresh.get(i);
      graph.replace(
          old.get(i),
          old.get(i).type() == from && y.type() == to ? cast(graph, n.name(), y, from) : y);
    }
  }

  /** The attributes, those that say the type with the other one. */
  private static Map<String, Object> attributes(OnnxNode n, ElementType from, ElementType to) {
    Map<String, Object> all = new LinkedHashMap<>(n.attributes());
    if (all.get("value") instanceof Tensor t && t.type() == from) {
      all.put("value", Tensor.ofDoubles(to, t.shape(), t::doubleAt));
    }
    if (n.integer("dtype", 0) == from.onnxNumber()) {
      all.put("dtype", (long) to.onnxNumber());
    }
    return all;
  }

  /** A value in another type; what was just widened from that type is taken as it was. */
  private static OnnxValue inType(OnnxGraph graph, String name, OnnxValue v, ElementType to) {
    OnnxNode before = v.producer();
    boolean widened =
        before != null
            && before.is("Cast")
            && before.input(0).type() == to
            && to == ElementType.FLOAT32
            && v.type() == ElementType.FLOAT64;
    return widened ? before.input(0) : cast(graph, name, v, to);
  }

  private static OnnxValue cast(OnnxGraph graph, String name, OnnxValue v, ElementType to) {
    return graph.node("Cast", name + "/Cast", List.of(v), Map.of("to", (long) to.onnxNumber()));
  }
}
