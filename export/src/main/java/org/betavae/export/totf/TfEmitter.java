package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.ImportOptions;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.Facts;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * What an importer works with: the values of the ONNX node at hand, and the TensorFlow graph to add
 * to.
 */
final class TfEmitter extends LazyEmitter {
  private final GraphImporter importer;
  private final boolean outermost;
  private OnnxOp op;
  private List<TfValue> inputs = List.of();
  private List<TfValue> results = List.of();
  private final Set<TfOutput> ends = new HashSet<>();

  TfEmitter(TfGraphBuilder graph, TfEmitter outer, Facts facts, GraphImporter importer) {
    super(graph, outer, facts);
    this.importer = importer;
    this.outermost = outer == null;
    if (outer != null) {
      op = outer.op;
    }
  }

  /** True for the graph itself, false for those inside of loops and branches. */
  boolean isOutermost() {
    return outermost;
  }

  /** Makes a node the one at hand. */
  void start(OnnxOp node, List<TfValue> in) {
    op = node;
    inputs = in;
    results = new ArrayList<>(Collections.nCopies(node.proto().getOutputCount(), null));
  }

  /** Which node is at hand. */
  record Place(OnnxOp op, List<TfValue> inputs, List<TfValue> results) {}

  /** Where to return to once nodes inside of this one are done. */
  Place place() {
    return new Place(op, inputs, results);
  }

  /** Makes a node that was interrupted the one at hand again. */
  void resume(Place place) {
    op = place.op;
    inputs = place.inputs;
    results = place.results;
  }

  /** What the node at hand computes; null where nothing was bound. */
  List<TfValue> results() {
    return results;
  }

  @Override
  String name() {
    return op == null ? "model" : Names.base(op.name());
  }

  /** Settings of the conversion. */
  ImportOptions options() {
    return importer.options();
  }

  /** Number of inputs of the node at hand, those left out in between counted. */
  int inputCount() {
    return inputs.size();
  }

  /** True if input i is given. */
  boolean has(int i) {
    return i < inputs.size() && inputs.get(i) != null;
  }

  /** Input i of the node at hand. */
  TfValue in(int i) {
    if (!has(i)) {
      throw fail("it has no input " + i, "expected one");
    }
    if (isSequence(i)) {
      throw fail("its input " + i + " is a sequence", "expected a tensor");
    }
    return inputs.get(i);
  }

  /** True if input i is given and is a sequence. */
  boolean isSequence(int i) {
    return has(i) && inputs.get(i).items() != null;
  }

  /** The tensors of input i, which is a sequence. */
  List<TfValue> sequence(int i) {
    if (!isSequence(i)) {
      throw fail("its input " + i + " is no sequence whose tensors are known", "expected one");
    }
    return inputs.get(i).items();
  }

  /** Input i; null if it is left out. */
  TfValue optional(int i) {
    return has(i) ? inputs.get(i) : null;
  }

  /** All inputs that are given. */
  List<TfValue> ins() {
    return inputs.stream().filter(v -> v != null).toList();
  }

  /** Number of outputs of the node at hand. */
  int outputCount() {
    return results.size();
  }

  /** True if somebody may read output i. */
  boolean isNeeded(int i) {
    return i < results.size() && !op.proto().getOutput(i).isEmpty();
  }

  /** Binds the first output. */
  void out(TfValue value) {
    out(0, value);
  }

  /** Binds an output; one that the node does not list is dropped. */
  void out(int i, TfValue value) {
    if (i < results.size()) {
      results.set(i, value);
    }
  }

  /** Numbers of an input that has to be known before running. */
  long[] known(int i, String what) {
    TfValue v = in(i);
    if (v.isConstant()) {
      return v.constant().toLongs();
    }
    long[] elements = Shapes.known(v.elements());
    if (elements != null) {
      return elements;
    }
    throw fail("its input " + i + ", " + what + ", is computed at run time", "expected a constant");
  }

  /**
   * Numbers of an attribute (older operator sets) or else of an input; null if neither is given.
   */
  long[] known(OnnxOp n, String attribute, int i) {
    return n.has(attribute) ? n.integers(attribute) : has(i) ? known(i, attribute) : null;
  }

  /** Number of dimensions of a value, which must be known. */
  int rank(TfValue v) {
    if (v.rank() < 0) {
      throw fail(
          "the number of dimensions of an input is not known",
          "expected a known rank. Give the inputs' shapes by the option inputShapes");
    }
    return v.rank();
  }

  /** One dimension of a value of known rank. */
  Dim dim(TfValue v, int axis) {
    rank(v);
    return v.shape().get(axis);
  }

  /** One dimension of a value, which must be known. */
  int size(TfValue v, int axis) {
    Dim d = dim(v, axis);
    if (!d.isKnown()) {
      throw fail(
          "dimension " + axis + " of an input is " + d,
          "expected a number. Give the inputs' shapes by the option inputShapes");
    }
    return (int) d.value();
  }

  /** Axis counted from the front. */
  int axis(long axis, int rank) {
    long a = axis < 0 ? axis + rank : axis;
    if (a < 0 || a >= rank) {
      throw fail("axis is " + axis, "expected " + -rank + " to " + (rank - 1));
    }
    return (int) a;
  }

  /** Axes counted from the front, each once, in rising order. */
  int[] axes(long[] axes, int rank) {
    return Arrays.stream(axes).mapToInt(a -> axis(a, rank)).distinct().sorted().toArray();
  }

  /** A number without dimensions of the type of another value. */
  TfValue scalarLike(TfValue other, double value) {
    return scalar(other.type(), value);
  }

  /** The value with another element type. */
  TfValue cast(TfValue v, ElementType to) {
    if (v.type() == to) {
      return v;
    }
    if (v.isConstant() && v.weight() == null && v.constant().size() <= 1 << 10) {
      Tensor t = v.constant();
      boolean simple =
          (t.type().isFloat() || t.type().isInteger()) && (to.isFloat() || to.isInteger());
      if (simple && (to.isFloat() || t.type().isInteger())) {
        return constant(
            to.isFloat()
                ? Tensor.ofDoubles(to, t.shape(), t::doubleAt)
                : Tensor.ofLongs(to, t.shape(), t::longAt));
      }
    }
    boolean halfByte = to.isHalfByte() || v.type().isHalfByte();
    if (halfByte && !(to == ElementType.INT32 || v.type() == ElementType.INT32)) {
      // TensorFlow casts 4-bit integers from and to whole numbers alone.
      return cast(cast(v, ElementType.INT32), to);
    }
    TfValue made = unary("Cast", Map.of("DstT", to), v);
    if (to.isInteger() && v.elements() != null) {
      made.learn(new Facts.Fact(to, v.shape(), null, v.elements()));
    }
    return made;
  }

  /** The shape at run time as a vector of int64, or a constant where it is known. */
  TfValue shapeOf(TfValue v) {
    long[] known = Shapes.known(v.shape());
    if (known != null) {
      return constant(Tensor.longs(known));
    }
    if (v.isTransposed()) {
      TfValue base = shapeOf(v.reordered().base());
      return gather(base, ints(v.reordered().perm()), 0);
    }
    List<Dim> length = v.rank() < 0 ? null : List.of(Dim.of(v.rank()));
    TfValue shape = node("Shape", Map.of("out_type", ElementType.INT64), length, plainOrder(v));
    shape.learn(new Facts.Fact(ElementType.INT64, length, null, v.shape()));
    return shape;
  }

  private static TfValue plainOrder(TfValue v) {
    // Shuffled values have the shape of their base.
    return v.isShuffled() ? v.reordered().base() : v;
  }

  /** Elements of an axis at some places. */
  TfValue gather(TfValue v, TfValue indices, int axis) {
    List<Dim> shape = null;
    if (v.shape() != null && indices.shape() != null) {
      shape = new ArrayList<>(v.shape().subList(0, axis));
      shape.addAll(indices.shape());
      shape.addAll(v.shape().subList(axis + 1, v.rank()));
    }
    return node("GatherV2", Map.of(), shape, v, indices, integer(axis));
  }

  /** The value under a shape given by a vector of int32 or int64. */
  TfValue reshape(TfValue v, TfValue shape, List<Dim> expected) {
    return node("Reshape", Map.of(), expected, plain(v), shape);
  }

  /** The value without dimensions of 1 at axes in rising order. */
  TfValue squeeze(TfValue v, int... axes) {
    List<Dim> shape = new ArrayList<>(v.shape());
    for (int i = axes.length - 1; i >= 0; i--) {
      shape.remove(axes[i]);
    }
    return reshape(v, shape);
  }

  /** Matrix product of the last two dimensions, with those before broadcast. */
  TfValue matMul(TfValue a, TfValue b) {
    return matMul(a, b, false, false);
  }

  /** Matrix product of the last two dimensions, either of which may be taken transposed. */
  TfValue matMul(TfValue a, TfValue b, boolean transposeA, boolean transposeB) {
    return Products.matMul(this, a, b, transposeA, transposeB);
  }

  /** The value repeated along dimensions of 1 up to a shape. */
  TfValue broadcastTo(TfValue v, List<Dim> shape) {
    if (shape.equals(v.shape())) {
      return v;
    }
    return node("BroadcastTo", Map.of(), shape, plain(v), shapeVector(shape));
  }

  /** A product of all numbers that a shape has; fails where one is not known. */
  long count(List<Dim> shape) {
    Dim product = Dim.product(shape);
    if (!product.isKnown()) {
      throw fail("a size is " + product, "expected a number");
    }
    return product.value();
  }

  /** Imports a graph inside of the node at hand into this graph, as if it stood here. */
  List<TfValue> inline(GraphProto body, List<TfValue> arguments) {
    return importer.inline(body, arguments, this);
  }

  /**
   * The value as an output of the graph: of a node of its own where it is an input, a constant, a
   * weight or another output, which nobody could fetch under a second name.
   */
  TfValue end(TfValue v) {
    TfValue plain = plain(v);
    boolean computed =
        plain.output() != null
            && !plain.output().node().op().equals(TfNode.INPUT)
            && !plain.output().node().op().equals(TfNode.CONST);
    if (computed && ends.add(plain.output())) {
      return plain;
    }
    op = null;
    return unary("Identity", plain);
  }

  /**
   * Adds a node with graphs inside of it.
   *
   * @param types of its results
   * @param shapes of its results; null for an unknown rank
   */
  List<TfValue> flow(
      String tfOp,
      Map<String, ?> attributes,
      List<TfValue> in,
      List<TfBody> bodies,
      List<ElementType> types,
      List<List<Dim>> shapes) {
    Map<String, Object> all = new HashMap<>(attributes);
    all.put("output_shapes", Attributes.shapes(shapes));
    if (tfOp.endsWith("If")) {
      all.put("Tcond", in.get(0).type());
      all.put("Tin", List.of());
    }
    List<TfOutput> inputs = in.stream().map(this::output).toList();
    TfNode n = graph().node(tfOp, name() + "/" + tfOp, inputs, Attributes.of(all), bodies);
    List<TfValue> results = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      results.add(value(new TfOutput(n, i), types.get(i), shapes.get(i)));
    }
    return results;
  }

  /** The value as an output of a node of this very graph, as results of bodies have to be. */
  TfValue ownEnd(TfValue v) {
    TfValue plain = plain(v);
    boolean own = plain.output() != null && graph().nodes().contains(plain.output().node());
    return own && !plain.output().node().op().equals(TfNode.INPUT)
        ? plain
        : unary("Identity", plain);
  }

  /** An emitter for a graph inside of the node at hand. */
  TfEmitter inside() {
    TfEmitter inner = new TfEmitter(graph().body(), this, facts(), importer);
    return inner;
  }

  @Override
  ConversionException fail(String got, String expected) {
    return new ConversionException(op + ": " + got + ", " + expected);
  }
}
