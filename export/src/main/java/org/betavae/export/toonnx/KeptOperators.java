package org.betavae.export.toonnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.onnx.Operators;
import org.betavae.export.tf.KeptCheck;
import org.betavae.export.tf.KeptNode;
import org.betavae.export.tf.KeptNode.Move;
import org.betavae.export.tf.KeptNode.Place;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * The nodes of the ONNX model that a graph was, where they became several nodes of the graph and
 * those are as they were made: they become the one node again, with the weights' values of now.
 */
final class KeptOperators {
  private final Map<String, TfNode> byName = new HashMap<>();
  private final Map<TfOutput, KeptNode> byOutput = new HashMap<>();

  private KeptOperators() {}

  /** Those of a graph that are whole and mean the same in an operator set. */
  static KeptOperators of(TfGraph graph, int opset) {
    KeptOperators all = new KeptOperators();
    if (graph.origin() == null) {
      return all;
    }
    graph.inputs().forEach(in -> all.byName.put(in.node().name(), in.node()));
    graph.forEachNode(n -> all.byName.putIfAbsent(n.name(), n));
    int before = graph.origin().opset();
    for (KeptNode n : graph.origin().kept()) {
      if (Operators.isInferred(n.op(), before, opset) && all.isWhole(n)) {
        all.add(n);
      }
    }
    return all;
  }

  private boolean isWhole(KeptNode n) {
    List<TfNode> ends = new ArrayList<>();
    for (Place p : n.outputs()) {
      if (p != null) {
        ends.add(byName.get(p.node()));
      }
    }
    boolean there =
        !ends.contains(null)
            && n.inputs().stream()
                .allMatch(p -> p == null || p.constant() != null || byName.containsKey(p.node()));
    return there && KeptCheck.of(ends, n.inputs(), read -> {}, inner -> {}).equals(n.check());
  }

  private void add(KeptNode n) {
    n.outputs().stream().filter(p -> p != null).forEach(p -> byOutput.put(output(p), n));
  }

  private TfOutput output(Place p) {
    return new TfOutput(byName.get(p.node()), p.index());
  }

  /**
   * What to convert, everything after what it reads: a {@link TfNode} or a {@link KeptNode}, those
   * left out that kept nodes stand for.
   */
  List<Object> order(TfGraph graph) {
    if (byOutput.isEmpty()) {
      return List.copyOf(graph.nodes());
    }
    List<Object> order = new ArrayList<>();
    Set<Object> done = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Object> entered = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> path = new ArrayDeque<>();
    Set<TfNode> own = new HashSet<>(graph.nodes());
    for (TfGraph.Output end : graph.outputs()) {
      path.push(maker(end.value()));
      while (!path.isEmpty()) {
        Object at = path.pop();
        if (done.contains(at) || (at instanceof TfNode n && !own.contains(n))) {
          continue;
        }
        if (!entered.add(at)) {
          done.add(at);
          order.add(at);
          continue;
        }
        path.push(at);
        List<Object> reads = reads(at);
        for (int i = reads.size() - 1; i >= 0; i--) {
          if (entered.contains(reads.get(i)) && !done.contains(reads.get(i))) {
            // Only a graph that somebody put together could have such ends.
            byOutput.clear();
            return List.copyOf(graph.nodes());
          }
          path.push(reads.get(i));
        }
      }
    }
    return order;
  }

  private Object maker(TfOutput o) {
    KeptNode kept = byOutput.get(o);
    return kept != null ? kept : o.node();
  }

  private List<Object> reads(Object at) {
    Set<TfOutput> outputs = new LinkedHashSet<>();
    if (at instanceof KeptNode k) {
      k.inputs().stream()
          .filter(p -> p != null && p.constant() == null)
          .forEach(p -> outputs.add(output(p)));
    } else {
      collect((TfNode) at, outputs);
    }
    return outputs.stream().map(this::maker).toList();
  }

  private static void collect(TfNode n, Set<TfOutput> outputs) {
    n.inputs().stream().filter(in -> in != null).forEach(outputs::add);
    for (TfBody body : n.bodies()) {
      body.nodes().forEach(inner -> collect(inner, outputs));
      body.results().stream().filter(r -> r != null).forEach(outputs::add);
    }
  }

  /** Adds the one node and binds its outputs. */
  void convert(KeptNode n, Emitter out) {
    OnnxGraph graph = out.graph();
    List<OnnxValue> in = new ArrayList<>();
    for (Place p : n.inputs()) {
      in.add(
          p == null
              ? null
              : p.constant() != null
                  ? graph.constant(n.name() + "/const", p.constant())
                  : moved(out.value(output(p)), p.moves(), n, graph));
    }
    List<OnnxValue> made = graph.nodes(n.op(), n.name(), in, n.attributes(), n.outputs().size());
    for (int i = 0; i < made.size(); i++) {
      Place p = n.outputs().get(i);
      if (p != null) {
        out.bind(output(p), moved(made.get(i), p.moves(), n, graph));
      }
    }
  }

  private static OnnxValue moved(OnnxValue from, List<Move> moves, KeptNode n, OnnxGraph graph) {
    OnnxValue v = from;
    for (Move m : moves) {
      long[] numbers = m.numbers().stream().mapToLong(Long::longValue).toArray();
      v =
          m.transposes()
              ? graph.node(
                  "Transpose", n.name() + "/Transpose", List.of(v), Map.of("perm", numbers))
              : graph.node(
                  "Reshape",
                  n.name() + "/Reshape",
                  Arrays.asList(v, graph.longs(numbers)),
                  Map.of());
    }
    return v;
  }
}
