package org.betavae.export.toonnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * What a loop's condition says about the number of iterations: {@code counter < bound}, with a
 * counter from 0 and a bound that the loop does not change, is ONNX's number of trips M, and the
 * counter is the number of the iteration that ONNX gives to the body.
 */
final class LoopTrips {
  private final LoopBody body;
  private final Emitter out;
  private final Set<Integer> counters;

  /** The bounds before the loop. */
  private final Set<OnnxValue> bounds = new LinkedHashSet<>();

  private OnnxValue begins;

  private LoopTrips(OnnxValue begins, LoopBody body, Emitter out) {
    this.begins = begins;
    this.body = body;
    this.out = out;
    this.counters = body.counters();
  }

  /**
   * Takes the bounds of a loop out of its condition.
   *
   * @param begins the condition before the first iteration
   */
  static LoopTrips of(OnnxValue begins, LoopBody body, Emitter out) {
    LoopTrips trips = new LoopTrips(begins, body, out);
    trips.takeBounds();
    return trips;
  }

  /** M of the loop; null if its condition gives none. */
  OnnxValue most() {
    List<OnnxValue> all = bounds.stream().map(out::int64).toList();
    if (all.isEmpty()) {
      return null;
    }
    return all.size() == 1 ? all.get(0) : out.emit("Min", all.toArray(OnnxValue[]::new));
  }

  /** What is left of the condition before the first iteration; null if that is nothing. */
  OnnxValue begins() {
    return begins;
  }

  private void takeBounds() {
    List<OnnxValue> rest = new ArrayList<>();
    for (OnnxValue term : terms(body.goesOn())) {
      OnnxValue bound = bound(term);
      if (bound == null) {
        rest.add(term);
      } else {
        bounds.add(bound);
      }
    }
    if (bounds.isEmpty()) {
      return;
    }
    Emitter in = out.inside(body.graph());
    OnnxValue always = out.constant(Tensor.scalar(ElementType.BOOL, 1));
    body.goesOn(all(rest, in) == null ? always : all(rest, in));
    List<OnnxValue> before = new ArrayList<>(terms(begins));
    before.removeIf(this::isBound);
    begins = all(before, out);
    for (int c : counters) {
      OnnxValue counter = body.before(c);
      body.graph().replace(counter, in.cast(body.iteration(), counter.type()));
    }
  }

  /** The bound before the loop if a term of the condition compares a counter with it. */
  private OnnxValue bound(OnnxValue term) {
    OnnxNode n = term.producer();
    if (n == null
        || !n.is("Less")
        || counters.stream().noneMatch(c -> body.after(c) == n.input(0))) {
      return null;
    }
    OnnxValue bound = n.input(1);
    OnnxValue outside = bound.isConstant() ? bound : body.graph().outside(bound);
    return outside != null && outside.rank() == 0 ? outside : null;
  }

  /** True for a term that says of a bound that it is larger than 0, or nothing. */
  private boolean isBound(OnnxValue term) {
    if (term.isConstant() && term.constant().longAt(0) != 0) {
      return true;
    }
    OnnxNode n = term.producer();
    return n != null
        && n.is("Less")
        && n.input(0).isConstant()
        && n.input(0).constant().longAt(0) == 0
        && bounds.contains(n.input(1));
  }

  /** What must hold all together. */
  private static List<OnnxValue> terms(OnnxValue condition) {
    Deque<OnnxValue> open = new ArrayDeque<>(List.of(condition));
    List<OnnxValue> terms = new ArrayList<>();
    while (!open.isEmpty()) {
      OnnxValue v = open.pop();
      if (v.producer() != null && v.producer().is("And")) {
        open.push(v.producer().input(1));
        open.push(v.producer().input(0));
      } else {
        terms.add(v);
      }
    }
    return terms;
  }

  private static OnnxValue all(List<OnnxValue> terms, Emitter out) {
    OnnxValue all = null;
    for (OnnxValue t : terms) {
      all = all == null ? t : out.emit("And", Map.of(), all, t);
    }
    return all;
  }
}
