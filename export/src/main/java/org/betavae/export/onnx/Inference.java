package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;

/**
 * Element types and shapes of a node's outputs from its inputs: the rules of ONNX's operator
 * specification.
 */
final class Inference {
  /** Sets type and shape of a node's outputs. */
  interface Rule {
    /** Called once, when the node is added; the graph gives names to new unknown dimensions. */
    void apply(OnnxNode node, OnnxGraph graph);
  }

  private static final String CANNOT = "Cannot convert: ";
  private static final Map<String, Rule> RULES = new HashMap<>();

  static {
    ElementwiseRules.register(RULES);
    ShapeRules.register(RULES);
    IndexRules.register(RULES);
    ReduceRules.register(RULES);
    ProductRules.register(RULES);
    WindowRules.register(RULES);
    FlowRules.register(RULES);
    RecurrentRules.register(RULES);
  }

  private Inference() {}

  /** True if {@link #infer} knows the operator. */
  static boolean hasRule(String op) {
    return RULES.containsKey(op);
  }

  /** Infers a node. */
  static void infer(OnnxNode node, OnnxGraph graph) {
    Rule rule = RULES.get(node.op());
    if (rule == null) {
      throw new IllegalStateException(
          "no rule infers "
              + node
              + ", expected one of "
              + RULES.size()
              + ". Register it in Inference.");
    }
    rule.apply(node, graph);
  }

  /** Sets the only output. */
  static void set(OnnxNode n, ElementType type, List<Dim> shape) {
    n.output().infer(type, shape);
  }

  /** Axis counted from the front. */
  static int axis(OnnxNode n, long axis, int rank) {
    long a = axis < 0 ? axis + rank : axis;
    if (a < 0 || a >= rank) {
      throw fail(n, "axis is " + axis, "expected " + -rank + " to " + (rank - 1));
    }
    return (int) a;
  }

  /** Axes counted from the front, in their order. */
  static SortedSet<Integer> axes(OnnxNode n, long[] axes, int rank) {
    SortedSet<Integer> set = new TreeSet<>();
    for (long a : axes) {
      set.add(axis(n, a, rank));
    }
    return set;
  }

  /**
   * Axes given as an attribute (before operator set 13 or 18) or as an input; null when not
   * constant.
   */
  static long[] axes(OnnxNode n, int inputIndex) {
    long[] attribute = n.integers("axes");
    if (attribute != null) {
      return attribute;
    }
    OnnxValue in = n.input(inputIndex);
    return in == null ? new long[0] : in.isConstant() ? in.constant().toLongs() : null;
  }

  /** Shape of operands of two shapes under numpy's rule. */
  static List<Dim> broadcast(OnnxNode n, OnnxGraph graph, List<Dim> a, List<Dim> b) {
    if (a == null || b == null) {
      return null;
    }
    int rank = Math.max(a.size(), b.size());
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      Dim x = i < rank - a.size() ? Dim.ONE : a.get(i - rank + a.size());
      Dim y = i < rank - b.size() ? Dim.ONE : b.get(i - rank + b.size());
      if (x.equals(y) || y.is(1)) {
        out.add(x);
      } else if (x.is(1)) {
        out.add(y);
      } else if (x.isKnown() && y.isKnown()) {
        throw fail(n, "shapes are " + a + " and " + b, "expected dimensions that are equal or 1");
      } else {
        out.add(x.isKnown() ? x : y.isKnown() ? y : graph.freshDim());
      }
    }
    return out;
  }

  /** Fails if two dimensions cannot be equal. */
  static void requireEqual(OnnxNode n, String what, Dim a, Dim b) {
    if (a.isKnown() && b.isKnown() && a.value() != b.value()) {
      throw fail(n, what + " are " + a + " and " + b, "expected them to be equal");
    }
  }

  /** Fails unless the rank is unknown or this one. */
  static void requireRank(OnnxNode n, OnnxValue v, int rank) {
    if (v.rank() >= 0 && v.rank() != rank) {
      throw fail(
          n,
          "input '" + v.name() + "' has the shape " + v.shape(),
          "expected " + rank + " dimensions");
    }
  }

  /** A failure that names the node. */
  static ConversionException fail(OnnxNode n, String got, String expected) {
    return new ConversionException(
        CANNOT
            + n
            + ": "
            + got
            + ", "
            + expected
            + ". The graph contradicts itself; check the model that it comes from.");
  }

  /** What {@link #fail} says, of a file that is read and not converted yet. */
  static ConversionException whileReading(ConversionException failure, String what) {
    String message = failure.getMessage();
    String reason = message.startsWith(CANNOT) ? message.substring(CANNOT.length()) : message;
    return new ConversionException("Cannot read " + what + ": " + reason, failure);
  }

  /** Fails unless a list that an attribute or input gives has this many numbers. */
  static void requireCount(OnnxNode n, String what, int got, int wanted) {
    if (got != wanted) {
      throw fail(n, what + " has " + got + " numbers", "expected " + wanted);
    }
  }

  /** Fails unless the rank is unknown or at least this. */
  static void requireLeastRank(OnnxNode n, OnnxValue v, int rank) {
    if (v.rank() >= 0 && v.rank() < rank) {
      throw fail(
          n,
          "input '" + v.name() + "' has the shape " + v.shape(),
          "expected at least " + rank + " dimensions");
    }
  }

  /** Dimensions as numbers; null if one is unknown. */
  static long[] known(List<Dim> shape) {
    if (shape == null || !shape.stream().allMatch(Dim::isKnown)) {
      return null;
    }
    return shape.stream().mapToLong(Dim::value).toArray();
  }

  /** A list of dimensions from numbers. */
  static List<Dim> dims(long... values) {
    return Arrays.stream(values).mapToObj(Dim::of).toList();
  }

  /** As many fresh unknown dimensions. */
  static List<Dim> fresh(OnnxGraph graph, int rank) {
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      out.add(graph.freshDim());
    }
    return out;
  }
}
