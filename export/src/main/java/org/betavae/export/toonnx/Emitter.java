package org.betavae.export.toonnx;

import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * What a converter works with: the values of the TensorFlow node at hand, and the ONNX graph to add
 * to.
 */
final class Emitter {
  /** No attributes. */
  static final Map<String, Object> NONE = Map.of();

  private final OnnxGraph graph;
  private final Emitter outer;
  private final Map<TfOutput, OnnxValue> values = new HashMap<>();

  /** Lists without elements so far, of which not the whole shape is known; one set for all. */
  private final Set<OnnxValue> unwritten;

  private final Set<OnnxValue> emitted = new HashSet<>();
  private final boolean returned;
  private TfNode node;

  /**
   * An emitter for a whole graph.
   *
   * @param returned true for what was an ONNX model before
   */
  Emitter(OnnxGraph graph, boolean returned) {
    this.graph = graph;
    this.returned = returned;
    this.outer = null;
    this.unwritten = new HashSet<>();
  }

  private Emitter(Emitter outer, OnnxGraph graph) {
    this.graph = graph;
    this.outer = outer;
    this.returned = outer.returned;
    this.unwritten = outer.unwritten;
    this.node = outer.node;
  }

  /** An emitter for a graph inside of the node at hand, which sees the values of this one. */
  Emitter inside(OnnxGraph inner) {
    return new Emitter(this, inner);
  }

  /**
   * Converts the nodes of a loop or branch into this graph.
   *
   * @param arguments for the body's parameters; null where one is not needed
   * @return its results; null where one is not needed
   */
  List<OnnxValue> body(TfBody body, List<OnnxValue> arguments) {
    Emitter in = new Emitter(this, graph);
    for (int i = 0; i < body.parameters().size(); i++) {
      if (body.parameters().get(i) != null) {
        in.values.put(new TfOutput(body.parameters().get(i), 0), arguments.get(i));
      }
    }
    GraphConverter.convert(body.nodes(), in);
    return Collections.unmodifiableList(
        body.results().stream().map(r -> r == null ? null : in.value(r)).collect(toList()));
  }

  /** What a value of the graph around is in this graph. */
  OnnxValue captured(OnnxValue value) {
    OnnxValue in = graph.capture(value);
    if (unwritten.contains(value)) {
      unwritten.add(in);
    }
    return in;
  }

  /** Notes that a list has no elements so far and that some dimensions of them are not known. */
  OnnxValue unwritten(OnnxValue list) {
    unwritten.add(list);
    return list;
  }

  /** True for a list without elements so far, of which not the whole shape is known. */
  boolean isUnwritten(OnnxValue list) {
    return unwritten.contains(list);
  }

  /** One of two values, of which only the chosen one is computed. */
  OnnxValue choose(
      OnnxValue condition, Function<Emitter, OnnxValue> yes, Function<Emitter, OnnxValue> no) {
    Map<String, OnnxGraph> branches = Map.of("then_branch", branch(yes), "else_branch", branch(no));
    return emit("If", branches, condition);
  }

  private OnnxGraph branch(Function<Emitter, OnnxValue> value) {
    OnnxGraph branch = new OnnxGraph(graph);
    branch.addOutput(node.name() + "/result", value.apply(inside(branch)));
    return branch;
  }

  /** A condition as ONNX wants it: TensorFlow takes numbers, too, and tells if there are any. */
  OnnxValue truth(OnnxValue condition) {
    if (rank(condition) == 0) {
      return cast(condition, ElementType.BOOL);
    }
    return emit("Greater", emit("Size", condition), constant(Tensor.scalar(ElementType.INT64, 0)));
  }

  /** Makes a node the one at hand. */
  void start(TfNode tfNode) {
    node = tfNode;
    emitted.clear();
  }

  /** Names the result of the node at hand after it. */
  void finish() {
    OnnxValue result = values.get(new TfOutput(node, 0));
    if (emitted.contains(result)) {
      graph.nameAfter(result, node.name());
    }
  }

  /** The graph under construction. */
  OnnxGraph graph() {
    return graph;
  }

  /** True for what was an ONNX model before. */
  boolean returned() {
    return returned;
  }

  /** Version of the operator set to write. */
  int opset() {
    return graph.opset();
  }

  /** Number of data inputs of the node at hand. */
  int inputCount() {
    return node.inputs().size();
  }

  /** Input i of the node at hand. */
  OnnxValue in(int i) {
    if (i >= node.inputs().size()) {
      throw fail("it has " + node.inputs().size() + " inputs", "expected at least " + (i + 1));
    }
    return value(node.inputs().get(i));
  }

  /** All inputs of the node at hand. */
  List<OnnxValue> ins() {
    List<OnnxValue> all = new ArrayList<>();
    for (int i = 0; i < inputCount(); i++) {
      all.add(in(i));
    }
    return all;
  }

  /** The value bound to an output of a TensorFlow node. */
  OnnxValue value(TfOutput output) {
    OnnxValue v = find(output);
    if (v == null) {
      throw new ConversionException(
          "Cannot convert: output "
              + output.index()
              + " of "
              + output.node()
              + " is read, which has no counterpart in ONNX. Use another output, or take the layer"
              + " out of the graph.");
    }
    return v;
  }

  private OnnxValue find(TfOutput output) {
    OnnxValue v = values.get(output);
    if (v != null || outer == null) {
      return v;
    }
    OnnxValue around = outer.find(output);
    return around == null || outer.graph == graph ? around : captured(around);
  }

  /**
   * A dimension as a vector of one number, from a value of this graph or one around that has it;
   * null if none has.
   */
  OnnxValue dimension(Dim wanted) {
    if (wanted.isKnown()) {
      return longs(wanted.value());
    }
    for (OnnxValue v : graph.visible()) {
      int at = v.shape() == null ? -1 : v.shape().indexOf(wanted);
      if (at >= 0) {
        return slice(shapeOf(v), 0, at, at + 1);
      }
    }
    OnnxValue around = outer == null ? null : outer.dimension(wanted);
    return around == null || outer.graph == graph ? around : captured(around);
  }

  /** Binds an output of any node. */
  void bind(TfOutput output, OnnxValue value) {
    values.put(output, value);
  }

  /** Binds the first output. */
  void out(OnnxValue value) {
    out(0, value);
  }

  /** Binds an output. */
  void out(int index, OnnxValue value) {
    values.put(new TfOutput(node, index), value);
  }

  /** Adds a node with one output. */
  OnnxValue emit(String op, OnnxValue... in) {
    return emit(op, NONE, in);
  }

  /** Adds a node with one output. */
  OnnxValue emit(String op, Map<String, ?> attributes, OnnxValue... in) {
    OnnxValue v = graph.node(op, node.name() + "/" + op, Arrays.asList(in), attributes);
    emitted.add(v);
    return v;
  }

  /** Adds a node with several outputs. */
  List<OnnxValue> emitAll(String op, Map<String, ?> attributes, int outputs, OnnxValue... in) {
    return graph.nodes(op, node.name() + "/" + op, Arrays.asList(in), attributes, outputs);
  }

  /** A constant named after the node at hand. */
  OnnxValue constant(Tensor value) {
    return graph.constant(node.name() + "/const", value);
  }

  /** A vector of int64. */
  OnnxValue longs(long... values) {
    return constant(Tensor.longs(values));
  }

  /** A number without dimensions of the type of another value. */
  OnnxValue scalarLike(OnnxValue other, double value) {
    return constant(Tensor.scalar(other.type(), value));
  }

  /** The value with another element type. */
  OnnxValue cast(OnnxValue value, ElementType to) {
    return value.type() == to ? value : emit("Cast", Map.of("to", (long) to.onnxNumber()), value);
  }

  /** The value with another order of dimensions. */
  OnnxValue transpose(OnnxValue value, int... perm) {
    return emit("Transpose", Map.of("perm", Arrays.stream(perm).asLongStream().toArray()), value);
  }

  /** The value under another shape; -1 for one dimension that follows from the others. */
  OnnxValue reshape(OnnxValue value, long... shape) {
    return emit("Reshape", value, longs(shape));
  }

  /** The value with dimensions of 1 added at axes of the result. */
  OnnxValue unsqueeze(OnnxValue value, long... axes) {
    return axes.length == 0 ? value : emit("Unsqueeze", value, longs(axes));
  }

  /** The value without dimensions of 1. */
  OnnxValue squeeze(OnnxValue value, long... axes) {
    return axes.length == 0 ? value : emit("Squeeze", value, longs(axes));
  }

  /** Elements of one axis from start to end. */
  OnnxValue slice(OnnxValue value, long axis, long start, long end) {
    return emit("Slice", value, longs(start), longs(end), longs(axis));
  }

  /** A reduction, with its axes where the operator set wants them. */
  OnnxValue reduce(String op, OnnxValue value, boolean keep, long... axes) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("keepdims", keep ? 1L : 0L);
    if (op.equals("ReduceSum") || opset() >= 18) {
      return emit(op, attributes, value, longs(axes));
    }
    attributes.put("axes", axes);
    return emit(op, attributes, value);
  }

  /** The shape at run time, or as a constant where it is known. */
  OnnxValue shapeOf(OnnxValue value) {
    return emit("Shape", value);
  }

  /** The value as int64, the type of shapes and indices. */
  OnnxValue int64(OnnxValue value) {
    return cast(value, ElementType.INT64);
  }

  /** Several values one after another along an axis. */
  OnnxValue concat(long axis, List<OnnxValue> parts) {
    return parts.size() == 1
        ? parts.get(0)
        : emit("Concat", Map.of("axis", axis), parts.toArray(OnnxValue[]::new));
  }

  /** Numbers of an input that ONNX wants to know before running. */
  long[] known(int i, String what) {
    OnnxValue v = in(i);
    if (v.isConstant()) {
      return v.constant().toLongs();
    }
    throw fail("its input " + i + ", " + what + ", is computed at run time", "expected a constant");
  }

  /** Number of dimensions of a value, which must be known. */
  int rank(OnnxValue value) {
    if (value.rank() < 0) {
      throw fail(
          "the number of dimensions of '" + value.name() + "' is not known",
          "expected a known rank. Give the inputs' shapes by the option inputShapes"
              + " (--input-shapes)");
    }
    return value.rank();
  }

  /** One dimension of a value of known rank. */
  Dim dim(OnnxValue value, int axis) {
    rank(value);
    return value.shape().get(axis);
  }

  /** Axis counted from the front. */
  int axis(long axis, int rank) {
    long a = axis < 0 ? axis + rank : axis;
    if (a < 0 || a >= rank) {
      throw fail("axis is " + axis, "expected " + -rank + " to " + (rank - 1));
    }
    return (int) a;
  }

  /** Numbers made one by one. */
  static long[] numbers(int count, IntToLongFunction element) {
    long[] out = new long[count];
    Arrays.setAll(out, element);
    return out;
  }

  /** A failure that names the node at hand. */
  ConversionException fail(String got, String expected) {
    return new ConversionException(
        "Cannot convert: "
            + node
            + ": "
            + got
            + ", "
            + expected
            + ". Change the layer, or add an OpConverter.");
  }
}
