package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Makes weights and computation 16-bit where they were 32-bit. Graph inputs and outputs keep their
 * types, with a Cast beside them. What would lose too much stays 32-bit: operators that add up many
 * numbers or whose result leaves the range quickly, constants outside of it, and what stands
 * between such operators.
 */
final class ToFloat16 {
  /** Largest finite float16. */
  private static final double LARGEST = 65504;

  /** Below this, a float16 has fewer than its usual digits (its smallest normal number). */
  private static final double SMALLEST = 0x1p-14;

  /**
   * Sums of many numbers, functions that leave float16's range within a few units, operators whose
   * element type is an attribute (a Cast's number may be a size or an index, inexact above 2048) or
   * that the standard or ONNX Runtime has for 32 bits alone, and those with graphs inside.
   */
  private static final Set<String> WIDE =
      Set.of(
          "ReduceSum",
          "ReduceMean",
          "ReduceProd",
          "ReduceL1",
          "ReduceL2",
          "ReduceSumSquare",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "CumSum",
          "Cast",
          "NonMaxSuppression",
          "LRN",
          "Exp",
          "Log",
          "Pow",
          "Reciprocal",
          "Sqrt",
          "Sinh",
          "Cosh",
          "Range",
          "TopK",
          "OneHot",
          "EyeLike",
          "ConstantOfShape",
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Multinomial",
          "Bernoulli",
          "Loop",
          "If",
          "Scan");

  /** Operators that stay 32-bit where all around them does. */
  private static final Set<String> FOLLOWS =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Neg",
          "Abs",
          "Max",
          "Min",
          "Clip",
          "Floor",
          "Ceil",
          "Round",
          "Mod",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Slice",
          "Concat",
          "Gather",
          "Expand",
          "Where",
          "Softmax",
          "LogSoftmax",
          "Identity");

  /** Bounds that no float16 can pass, so that the largest float16 says the same. */
  private static final Set<String> BOUNDS = Set.of("Clip", "Max", "Min");

  private final OnnxGraph graph;
  private final Set<OnnxNode> wide = new HashSet<>();
  private final List<String> outOfRange = new ArrayList<>();
  private final Set<OnnxValue> narrowed = new HashSet<>();
  private final Map<OnnxValue, OnnxValue> casts = new HashMap<>();
  private final Map<Tensor, Tensor> halves = new HashMap<>();

  private ToFloat16(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Changes the graph in place.
   *
   * @return what people should know of it
   */
  static List<String> apply(OnnxGraph graph) {
    return new ToFloat16(graph).run();
  }

  private List<String> run() {
    List<OnnxNode> touched = graph.inOrder().stream().filter(ToFloat16::isFloat32).toList();
    touched.stream().filter(this::mustStay).forEach(wide::add);
    addBetween(touched);
    for (OnnxNode n : touched) {
      if (wide.contains(n)) {
        widenInputs(n);
      } else {
        narrow(n);
      }
    }
    Map.copyOf(graph.outputs())
        .forEach(
            (name, v) -> {
              if (narrowed.contains(v)) {
                graph.addOutput(name, cast(v, ElementType.FLOAT32));
              }
            });
    return notes();
  }

  private static boolean isFloat32(OnnxNode n) {
    return n.inputs().stream().anyMatch(ToFloat16::isFloat32)
        || n.outputs().stream().anyMatch(ToFloat16::isFloat32);
  }

  private static boolean isFloat32(OnnxValue v) {
    return v != null && v.type() == ElementType.FLOAT32;
  }

  private boolean mustStay(OnnxNode n) {
    boolean square = n.is("Mul") && n.input(0) == n.input(1);
    return WIDE.contains(n.op()) || square || hasConstantOutOfRange(n);
  }

  private boolean hasConstantOutOfRange(OnnxNode n) {
    if (BOUNDS.contains(n.op())) {
      return false;
    }
    for (int i = 0; i < n.inputs().size(); i++) {
      OnnxValue v = n.input(i);
      if (isFloat32(v) && v.isConstant() && isNarrowed(n, i)) {
        double largest = largest(v.constant());
        if (largest > LARGEST || (largest > 0 && largest < SMALLEST)) {
          outOfRange.add(n + " has a constant of size " + (float) largest);
          return true;
        }
      }
    }
    return false;
  }

  /** Largest finite magnitude. */
  private static double largest(Tensor t) {
    double largest = 0;
    for (int i = 0; i < t.size(); i++) {
      double size = Math.abs(t.doubleAt(i));
      if (size > largest && size < Double.POSITIVE_INFINITY) {
        largest = size;
      }
    }
    return largest;
  }

  /** Whether an input may be 16-bit; the scales of Resize are 32-bit by the standard. */
  private static boolean isNarrowed(OnnxNode n, int input) {
    return !n.is("Resize") || input == 0;
  }

  /** The largest set of nodes whose every neighbour is wide or in the set. */
  private void addBetween(List<OnnxNode> touched) {
    Set<OnnxNode> between = new HashSet<>();
    touched.stream()
        .filter(n -> !wide.contains(n) && FOLLOWS.contains(n.op()))
        .forEach(between::add);
    Predicate<OnnxNode> stays = n -> wide.contains(n) || between.contains(n);
    while (between.removeIf(n -> !isBetween(n, stays))) {
      // each removal may take the ground from under others
    }
    wide.addAll(between);
  }

  private static boolean isBetween(OnnxNode n, Predicate<OnnxNode> stays) {
    boolean reads = false;
    for (OnnxValue v : n.inputs()) {
      if (isFloat32(v) && !v.isConstant()) {
        if (v.producer() == null || !stays.test(v.producer())) {
          return false;
        }
        reads = true;
      }
    }
    // Softmax behind a mask of huge numbers: in 16 bits the mask would be infinite.
    return reads
        && (n.op().endsWith("Softmax")
            || n.outputs().stream().allMatch(v -> v.users().stream().allMatch(stays)));
  }

  private void narrow(OnnxNode n) {
    for (int i = 0; i < n.inputs().size(); i++) {
      OnnxValue v = n.input(i);
      if (isFloat32(v) && isNarrowed(n, i)) {
        graph.setInput(n, i, v.isConstant() ? constant(v) : cast(v, ElementType.FLOAT16));
      }
    }
    n.outputs().stream().filter(ToFloat16::isFloat32).forEach(narrowed::add);
    graph.retype(n, ElementType.FLOAT32, ElementType.FLOAT16);
  }

  private void widenInputs(OnnxNode n) {
    for (int i = 0; i < n.inputs().size(); i++) {
      if (narrowed.contains(n.input(i))) {
        graph.setInput(n, i, cast(n.input(i), ElementType.FLOAT32));
      }
    }
  }

  private OnnxValue cast(OnnxValue v, ElementType to) {
    return casts.computeIfAbsent(
        v,
        k ->
            graph.node(
                "Cast", v.name() + "/Cast", List.of(v), Map.of("to", (long) to.onnxNumber())));
  }

  private OnnxValue constant(OnnxValue v) {
    return casts.computeIfAbsent(
        v, k -> graph.constant(v.name(), halves.computeIfAbsent(v.constant(), ToFloat16::half)));
  }

  private static Tensor half(Tensor t) {
    return Tensor.ofDoubles(
        ElementType.FLOAT16,
        t.shape(),
        i -> {
          double x = t.doubleAt(i);
          return Double.isInfinite(x) ? x : Math.max(-LARGEST, Math.min(LARGEST, x));
        });
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    wide.forEach(n -> counts.merge(n.op(), 1, Integer::sum));
    if (!counts.isEmpty()) {
      notes.add(
          wide.size()
              + (wide.size() == 1 ? " operator stays" : " operators stay")
              + " in float32: "
              + counts.entrySet().stream()
                  .map(e -> e.getKey() + (e.getValue() == 1 ? "" : "(" + e.getValue() + ")"))
                  .collect(Collectors.joining(", ")));
    }
    outOfRange.forEach(
        text -> notes.add(text + ", float16 reaches from 6.1e-5 to 65504: it stays in float32"));
    return notes;
  }
}
