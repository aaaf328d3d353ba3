package org.betavae.export.totf;

import static java.util.Comparator.comparing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.Facts;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOperators;
import org.betavae.export.tf.TfOutput;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Adds nodes to the graph, and constants, weights and reordered values once a node reads them. */
abstract class NodeEmitter {
  private final TfGraphBuilder graph;
  private final TfGraphBuilder root;
  private final NodeEmitter outer;
  private final Facts facts;
  private final Map<Tensor, TfOutput> constants = new HashMap<>();
  private final Map<Object, TfOutput> made = new HashMap<>();
  private final Map<Dim, Measured> measured = new HashMap<>();

  /** Where a dimension can be read at run time. */
  private record Measured(TfOutput output, int axis) {}

  /** A reordered value as a key: the same base in the same order is one node. */
  private record Order(TfValue base, List<Integer> perm, List<Dim> split) {}

  NodeEmitter(TfGraphBuilder graph, NodeEmitter outer, Facts facts) {
    this.graph = graph;
    this.outer = outer;
    this.root = outer == null ? graph : outer.root;
    this.facts = facts;
  }

  /** The graph that nodes go into. */
  TfGraphBuilder graph() {
    return graph;
  }

  /** What is known before running. */
  Facts facts() {
    return facts;
  }

  /** Name of the node at hand, in front of what is added for it. */
  abstract String name();

  /** A failure that names the node at hand. */
  abstract ConversionException fail(String got, String expected);

  /** A fresh unknown dimension. */
  Dim freshDim() {
    return facts.freshDim();
  }

  /** Adds a node with one output of a shape; null for an unknown rank. */
  TfValue node(String op, Map<String, ?> attributes, List<Dim> shape, TfValue... in) {
    return nodes(op, attributes, Arrays.asList(shape), in).get(0);
  }

  /** Adds a node; a shape is given for every output that is of interest. */
  List<TfValue> nodes(String op, Map<String, ?> attributes, List<List<Dim>> shapes, TfValue... in) {
    TfNode.Variable kind =
        TfOperators.hasGradient(op) ? TfNode.Variable.TRAINABLE : TfNode.Variable.NONE;
    List<TfOutput> inputs = new ArrayList<>();
    List<DataType> types = new ArrayList<>();
    for (TfValue v : in) {
      TfOutput o = output(v, kind);
      inputs.add(o);
      types.add(TfOperators.type(o));
    }
    Map<String, AttrValue> all = TfOperators.attributes(op, Attributes.of(attributes), types);
    Map<String, ElementType> instead = Kernels.instead(op, all, this);
    if (!instead.isEmpty()) {
      return inOtherTypes(op, attributes, shapes, in, all, instead);
    }
    TfNode n = graph.node(op, name() + "/" + op, inputs, all);
    List<DataType> outTypes = TfOperators.outputTypes(op, all);
    List<TfValue> out = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      out.add(
          value(new TfOutput(n, i), ElementType.ofTf(outTypes.get(i).getNumber()), shapes.get(i)));
    }
    return out;
  }

  /** Adds a node with Casts around it, since TensorFlow has no kernel for the values' types. */
  private List<TfValue> inOtherTypes(
      String op,
      Map<String, ?> attributes,
      List<List<Dim>> shapes,
      TfValue[] in,
      Map<String, AttrValue> all,
      Map<String, ElementType> instead) {
    List<String> from = TfOperators.inputTypeAttributes(op, all);
    TfValue[] casted = in.clone();
    for (int i = 0; i < in.length; i++) {
      ElementType to = instead.get(from.get(i));
      if (to != null) {
        casted[i] = node("Cast", Map.of("DstT", to), in[i].shape(), in[i]);
      }
    }
    Map<String, Object> others = new HashMap<>(attributes);
    instead.keySet().forEach(others::remove);
    instead.forEach(
        (attribute, to) -> {
          if (!from.contains(attribute)) {
            others.put(attribute, to);
          }
        });
    List<TfValue> made = nodes(op, others, shapes, casted);
    List<TfValue> out = new ArrayList<>();
    List<String> of = TfOperators.outputTypeAttributes(op, all);
    for (int i = 0; i < made.size(); i++) {
      TfValue v = made.get(i);
      AttrValue back = instead.containsKey(of.get(i)) ? all.get(of.get(i)) : null;
      out.add(
          back == null
              ? v
              : node(
                  "Cast", Map.of("DstT", ElementType.ofTf(back.getTypeValue())), shapes.get(i), v));
    }
    return out;
  }

  /** A value that a node of this graph makes; its dimensions can be read from it from now on. */
  TfValue value(TfOutput output, ElementType type, List<Dim> shape) {
    for (int i = 0; shape != null && i < shape.size(); i++) {
      if (!shape.get(i).isKnown()) {
        measured.putIfAbsent(shape.get(i), new Measured(output, i));
      }
    }
    return TfValue.of(output, type, shape);
  }

  /** The output of a node that has the value, in the order of dimensions that the value says. */
  TfOutput output(TfValue v) {
    return output(v, TfNode.Variable.TRAINABLE);
  }

  private TfOutput output(TfValue v, TfNode.Variable kind) {
    if (v.items() != null) {
      throw fail("a value is of the type sequence", "expected a tensor");
    }
    if (v.output() != null) {
      return v.output();
    }
    if (v.weight() != null) {
      return kind == TfNode.Variable.NONE
          ? constantOutput(v.constant())
          : variable(v.weight(), kind);
    }
    if (v.isConstant()) {
      return constantOutput(v.constant());
    }
    if (v.pending() != null) {
      TfOutput shaped = find(v);
      if (shaped == null) {
        shaped = plainReshape(v.pending(), v.shape()).output();
        made.put(v, shaped);
      }
      return shaped;
    }
    TfValue.Reordered r = v.reordered();
    Order key = new Order(r.base(), Arrays.stream(r.perm()).boxed().toList(), r.split());
    TfOutput known = find(key);
    if (known == null) {
      known = r.split() == null ? transposition(r) : unshuffled(r);
      made.put(key, known);
    }
    return known;
  }

  private TfOutput find(Object key) {
    TfOutput known = made.get(key);
    return known != null || outer == null ? known : outer.find(key);
  }

  private TfOutput transposition(TfValue.Reordered r) {
    List<Dim> shape = Shapes.permuted(r.base().shape(), r.perm());
    return node("Transpose", Map.of(), shape, r.base(), ints(r.perm())).output();
  }

  private TfOutput unshuffled(TfValue.Reordered r) {
    List<Dim> lead = r.base().shape().subList(0, r.base().rank() - 1);
    List<Dim> apart = new ArrayList<>(lead);
    apart.addAll(r.split());
    int[] perm = Shapes.range(apart.size());
    for (int i = 0; i < r.perm().length; i++) {
      perm[lead.size() + i] = lead.size() + r.perm()[i];
    }
    TfValue whole = plainReshape(r.base(), apart);
    TfValue turned = node("Transpose", Map.of(), Shapes.permuted(apart, perm), whole, ints(perm));
    return plainReshape(turned, r.base().shape()).output();
  }

  private TfOutput constantOutput(Tensor value) {
    return constants.computeIfAbsent(value, t -> graph.constant(name() + "/const", t));
  }

  private TfOutput variable(Weight.View view, TfNode.Variable kind) {
    Weight weight = view.weight();
    if (weight.variable(kind) == null) {
      TfOutput made = root.variable(Names.legal(weight.name()), view.value(), kind);
      weight.store(kind, view, TfValue.of(made, view.type(), Shapes.dims(view.shape())));
    }
    if (weight.stored(kind).equals(view)) {
      return weight.variable(kind).output();
    }
    TfOutput known = find(view);
    if (known == null) {
      known = derived(weight.variable(kind), weight.stored(kind), view).output();
      made.put(view, known);
    }
    return known;
  }

  /** Another form of a variable, by way of the form in the file. */
  private TfValue derived(TfValue variable, Weight.View stored, Weight.View wanted) {
    TfValue v = variable;
    List<Weight.Step> steps = stored.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Weight.Step s = steps.get(i);
      v = s.perm() != null ? turned(v, Shapes.inverse(order(s))) : shaped(v, s.from());
    }
    for (Weight.Step s : wanted.steps()) {
      v = s.perm() != null ? turned(v, order(s)) : shaped(v, s.shape());
    }
    return v;
  }

  private static int[] order(Weight.Step s) {
    return s.perm().stream().mapToInt(Integer::intValue).toArray();
  }

  private TfValue turned(TfValue v, int[] perm) {
    return node("Transpose", Map.of(), Shapes.permuted(v.shape(), perm), v, ints(perm));
  }

  private TfValue shaped(TfValue v, List<Long> shape) {
    return plainReshape(v, shape.stream().map(Dim::of).toList());
  }

  /** The weight as a variable that training leaves alone; other values stay what they are. */
  TfValue state(TfValue v) {
    return v.weight() == null
        ? v
        : TfValue.of(variable(v.weight(), TfNode.Variable.STATE), v.type(), v.shape());
  }

  /** The weight as a mere constant; other values stay what they are. */
  TfValue frozen(TfValue v) {
    return v.weight() == null ? v : TfValue.of(v.constant());
  }

  /** The value under another shape, whatever the order of dimensions. */
  TfValue plainReshape(TfValue v, List<Dim> shape) {
    long unknown = shape.stream().filter(d -> !d.isKnown()).count();
    boolean empty = shape.stream().anyMatch(d -> d.is(0));
    TfValue target =
        unknown == 0 || (unknown == 1 && !empty)
            ? constantInts(Shapes.orMinusOne(shape))
            : shapeVector(shape);
    return node("Reshape", Map.of(), shape, v, target);
  }

  /** A shape as a vector of int32, computed at run time where it is not known. */
  TfValue shapeVector(List<Dim> shape) {
    long[] known = Shapes.known(shape);
    if (known != null) {
      return constantInts(known);
    }
    List<TfValue> parts = new ArrayList<>();
    shape.forEach(d -> parts.add(dimension(d)));
    parts.add(integer(0));
    Dim length = Dim.of(shape.size());
    return shape.size() == 1
        ? parts.get(0)
        : node("ConcatV2", Map.of(), List.of(length), parts.toArray(TfValue[]::new));
  }

  /** A dimension as a vector of one int32. */
  TfValue dimension(Dim d) {
    if (d.isKnown()) {
      return constantInts(d.value());
    }
    TfOutput known = find(d);
    if (known == null) {
      Measured m = measure(d);
      if (m == null && isComposed(d)) {
        TfOutput sum = composed(d).output();
        made.put(d, sum);
        return TfValue.of(sum, ElementType.INT32, List.of(Dim.ONE));
      }
      TfValue solved = m == null ? solved(d) : null;
      if (solved != null) {
        made.put(d, solved.output());
        return solved;
      }
      if (m == null) {
        throw fail(
            "the size " + d + " is not known before running and cannot be read from a value",
            "expected sizes that follow from the inputs' shapes. Give the inputs' shapes by the"
                + " option inputShapes");
      }
      TfValue of = TfValue.of(m.output, ElementType.FLOAT32, null);
      TfValue all = node("Shape", Map.of(), null, of);
      known =
          node(
                  "StridedSlice",
                  Map.of(),
                  List.of(Dim.ONE),
                  all,
                  constantInts(m.axis),
                  constantInts(m.axis + 1L),
                  constantInts(1))
              .output();
      made.put(d, known);
    }
    return TfValue.of(known, ElementType.INT32, List.of(Dim.ONE));
  }

  private static boolean isComposed(Dim d) {
    return d.terms().size() > 1
        || d.terms().firstKey().size() > 1
        || d.terms().get(d.terms().firstKey()) != 1;
  }

  /** A sum of products of dimensions that can be read. */
  private TfValue composed(Dim d) {
    List<Dim> one = List.of(Dim.ONE);
    TfValue sum = null;
    for (Map.Entry<List<String>, Long> term : d.terms().entrySet()) {
      TfValue product = constantInts(term.getValue());
      for (String unknown : term.getKey()) {
        product = node("Mul", Map.of(), one, product, dimension(Dim.unknown(unknown)));
      }
      sum = sum == null ? product : node("AddV2", Map.of(), one, sum, product);
    }
    return sum;
  }

  /** One unknown from a dimension that is a multiple of it and a number more; null without one. */
  private TfValue solved(Dim d) {
    List<Dim> one = List.of(Dim.ONE);
    List<String> unknown = d.terms().firstKey();
    for (Dim sum : readable()) {
      Long factor = sum.terms().get(unknown);
      Dim rest = factor == null ? sum : sum.minus(d.times(factor));
      if (factor != null && rest.isKnown()) {
        TfValue times = node("Sub", Map.of(), one, dimension(sum), constantInts(rest.value()));
        return factor == 1 ? times : node("FloorDiv", Map.of(), one, times, constantInts(factor));
      }
    }
    return null;
  }

  /** The dimensions of values, in an order that does not depend on chance. */
  private List<Dim> readable() {
    List<Dim> all =
        new ArrayList<>(measured.keySet().stream().sorted(comparing(Dim::toString)).toList());
    if (outer != null) {
      all.addAll(outer.readable());
    }
    return all;
  }

  private Measured measure(Dim d) {
    Measured m = measured.get(d);
    return m != null || outer == null ? m : outer.measure(d);
  }

  /** A constant. */
  TfValue constant(Tensor value) {
    return TfValue.of(value);
  }

  /** A number without dimensions. */
  TfValue scalar(ElementType type, double value) {
    return constant(Tensor.scalar(type, value));
  }

  /** A vector of int32, as TensorFlow likes shapes and axes. */
  TfValue constantInts(long... values) {
    return constant(Tensor.ofLongs(ElementType.INT32, new long[] {values.length}, i -> values[i]));
  }

  /** A vector of int32. */
  TfValue ints(int... values) {
    return constantInts(Arrays.stream(values).asLongStream().toArray());
  }

  /** An int32 without dimensions. */
  TfValue integer(long value) {
    return constant(Tensor.ofLongs(ElementType.INT32, new long[0], i -> value));
  }
}
