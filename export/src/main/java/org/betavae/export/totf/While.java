package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfOutput;

/**
 * A TF {@code StatelessWhile} under construction. Shapes of carried values that the body changes
 * become unknown: the body is built until the shapes at its beginning hold at its end.
 */
final class While {
  private static final int MOST_ROUNDS = 12;

  private final TfEmitter out;
  private final List<TfValue> begin;
  private final List<List<Dim>> shapes = new ArrayList<>();
  private BiFunction<TfEmitter, List<TfValue>, TfValue> condition;
  private BiFunction<TfEmitter, List<TfValue>, List<TfValue>> body;
  private int lists;
  private Dim length;

  /** A loop that carries some values. */
  While(TfEmitter out, List<TfValue> begin) {
    this.out = out;
    this.begin = new ArrayList<>(begin.stream().map(out::plain).toList());
    this.begin.forEach(v -> shapes.add(v.shape()));
  }

  /** Sets what is asked before each step. */
  void condition(BiFunction<TfEmitter, List<TfValue>, TfValue> value) {
    condition = value;
  }

  /**
   * Sets what a step does.
   *
   * @param collected how many results behind the carried ones are collected, one element a step
   */
  void body(int collected, BiFunction<TfEmitter, List<TfValue>, List<TfValue>> value) {
    lists = collected;
    body = value;
  }

  /** Says how many elements are collected, where that is a dimension of something else. */
  void length(Dim value) {
    length = value;
  }

  /** Adds the loop: what is carried at its end, and what was collected. */
  List<TfValue> build() {
    int carried = begin.size();
    List<TfValue> made = null;
    TfEmitter in = null;
    List<TfValue> parameters = null;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      in = out.inside();
      parameters = parameters(in, carried);
      made = body.apply(in, parameters);
      if (!widened(made, carried)) {
        break;
      }
      made = null;
    }
    if (made == null) {
      throw out.fail("shapes change with every step", "expected shapes that settle");
    }
    return withLists(in, made);
  }

  private List<TfValue> parameters(TfEmitter in, int count) {
    List<TfValue> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(parameter(in, begin.get(i).type(), shapes.get(i), "carried_" + i));
    }
    return all;
  }

  private static TfValue parameter(TfEmitter in, ElementType type, List<Dim> shape, String name) {
    List<Long> dims = shape == null ? null : new ArrayList<>();
    if (shape != null) {
      for (long d : Shapes.orMinusOne(shape)) {
        dims.add(d);
      }
    }
    TfOutput made = in.graph().parameter(in.name() + "/" + name, type, dims);
    return in.value(made, type, shape);
  }

  private boolean widened(List<TfValue> made, int carried) {
    boolean changed = false;
    for (int i = 0; i < carried; i++) {
      List<Dim> before = shapes.get(i);
      List<Dim> after = made.get(i).shape();
      if (before != null && !before.equals(after)) {
        shapes.set(i, wider(before, after));
        changed |= shapes.get(i) == null || !shapes.get(i).equals(before);
      }
    }
    return changed;
  }

  /** Dimensions that differ become unknown; those that are unknown already stay. */
  private List<Dim> wider(List<Dim> before, List<Dim> after) {
    if (after == null || after.size() != before.size()) {
      return null;
    }
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      Dim a = before.get(i);
      boolean free = a.toString().startsWith("unknown");
      shape.add(a.equals(after.get(i)) || free ? a : out.freshDim());
    }
    return shape;
  }

  private List<TfValue> withLists(TfEmitter in, List<TfValue> made) {
    int carried = begin.size();
    List<TfValue> all = new ArrayList<>(begin);
    List<TfValue> next = new ArrayList<>(made.subList(0, carried));
    List<List<Dim>> results = new ArrayList<>(shapes);
    List<List<Dim>> collected = new ArrayList<>();
    for (int k = 0; k < lists; k++) {
      TfValue element = in.plain(made.get(carried + k));
      List<Dim> outside = new ArrayList<>();
      element.shape().forEach(d -> outside.add(isOutside(d) ? d : out.freshDim()));
      List<Dim> grown = new ArrayList<>(outside);
      grown.add(0, out.freshDim());
      outside.add(0, length == null ? grown.get(0) : length);
      collected.add(outside);
      boolean known = Shapes.isKnown(element.shape());
      List<Dim> shape = known ? grown : List.of();
      ElementType type = known ? element.type() : null;
      TfValue list = parameter(in, type, shape, "collected_" + k);
      all.add(known ? empty(element.type(), element.shape()) : emptyList(element));
      next.add(
          known
              ? in.concat(0, List.of(list, in.unsqueeze(element, 0)))
              : in.node("TensorListPushBack", Map.of(), List.of(), list, element));
      results.add(shape);
    }
    List<TfOutput> after = next.stream().map(v -> in.ownEnd(v).output()).toList();
    TfBody step = in.graph().buildBody(after);
    TfEmitter asks = out.inside();
    List<TfValue> asked = parameters(asks, carried);
    for (int k = carried; k < all.size(); k++) {
      parameter(asks, all.get(k).type(), results.get(k), "collected_" + (k - carried));
    }
    TfValue goesOn = condition.apply(asks, asked);
    TfBody test = asks.graph().buildBody(List.of(asks.ownEnd(goesOn).output()));
    List<ElementType> types = all.stream().map(TfValue::type).toList();
    List<TfValue> done =
        new ArrayList<>(
            out.flow(
                "StatelessWhile", Map.of("T", types), all, List.of(test, step), types, results));
    for (int k = 0; k < lists; k++) {
      TfValue list = done.get(carried + k);
      ElementType type = made.get(carried + k).type();
      // The node itself must not say how long its lists become: TensorFlow takes it for their
      // length before the loop.
      done.set(
          carried + k,
          list.type() == null
              ? stacked(list, type, collected.get(k))
              : out.value(list.output(), type, collected.get(k)));
    }
    return done;
  }

  /** True for a dimension of what the loop carries unchanged, and of numbers. */
  private boolean isOutside(Dim d) {
    return d.isKnown() || begin.stream().anyMatch(v -> v.shape() != null && v.shape().contains(d));
  }

  /** A list for elements whose shape is known at run time only. */
  private TfValue emptyList(TfValue element) {
    return out.node(
        "EmptyTensorList",
        Map.of("element_dtype", element.type()),
        List.of(),
        out.integer(-1),
        out.integer(-1));
  }

  private TfValue stacked(TfValue list, ElementType type, List<Dim> shape) {
    return out.node("TensorListStack", Map.of("element_dtype", type), shape, list, out.integer(-1));
  }

  /** A list without elements. */
  private TfValue empty(ElementType type, List<Dim> element) {
    long[] shape = new long[element.size() + 1];
    for (int i = 0; i < element.size(); i++) {
      shape[i + 1] = element.get(i).value();
    }
    return out.constant(
        type.isFloat()
            ? Tensor.ofDoubles(type, shape, i -> 0)
            : Tensor.ofLongs(type, shape, i -> 0));
  }
}
