package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.tf.KeptCheck;
import org.betavae.export.tf.KeptNode;
import org.betavae.export.tf.KeptNode.Move;
import org.betavae.export.tf.KeptNode.Place;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/** The nodes of a model that become several of the graph, with where inputs and outputs are. */
final class KeptNodes {
  /** A larger constant that no variable holds is not written a second time. */
  private static final int MOST_BYTES = 4096;

  /** Operators of whose results all types and shapes are worked out, not the first one's alone. */
  private static final Set<String> SEVERAL_RESULTS = Set.of("LSTM", "GRU", "RNN", "TopK", "Split");

  /** Layers that come back by themselves, as the weights' columns may have to change places. */
  private static final Set<String> DENSE = Set.of("Gemm", "MatMul");

  private final List<Candidate> candidates = new ArrayList<>();

  private Set<TfNode> there = Set.of();
  private Set<TfNode> changed = Set.of();
  private DenseBeforeImage dense;

  /** A node as it was converted. */
  private record Candidate(OnnxOp op, List<TfValue> in, List<TfValue> out, Set<TfNode> made) {}

  /** A tensor of the graph, and what makes a value of it. */
  private record Found(TfOutput tensor, List<Move> moves) {}

  /**
   * Notes a node.
   *
   * @param before how many nodes the graph had
   */
  void add(OnnxOp op, List<TfValue> in, List<TfValue> out, TfGraphBuilder graph, int before) {
    Set<TfNode> made = new HashSet<>(graph.nodesFrom(before));
    boolean inferred =
        out.stream().filter(v -> v != null).count() == 1 || SEVERAL_RESULTS.contains(op.op());
    boolean wanted = inferred && !DENSE.contains(op.op());
    if (wanted && op.plainAttributes().size() == op.attributes().size()) {
      candidates.add(new Candidate(op, new ArrayList<>(in), new ArrayList<>(out), made));
    }
  }

  /**
   * The noted nodes that are whole in a graph.
   *
   * @param changedNodes of the graph, which no longer compute what they were made for
   * @param rewrite by which some tensors got another order of dimensions
   */
  List<KeptNode> in(TfGraph graph, Set<TfNode> changedNodes, DenseBeforeImage rewrite) {
    there = new HashSet<>(graph.nodes());
    graph.inputs().forEach(in -> there.add(in.node()));
    changed = changedNodes;
    dense = rewrite;
    List<KeptNode> kept = new ArrayList<>();
    for (Candidate c : candidates) {
      KeptNode node = kept(c);
      if (node != null) {
        kept.add(node);
      }
    }
    return kept;
  }

  /** Null if the node is not whole, or comes back by itself. */
  private KeptNode kept(Candidate c) {
    List<TfNode> ends = new ArrayList<>();
    List<Place> outputs = outputs(c, ends);
    List<Place> inputs = computed(c);
    if (outputs == null || inputs == null || ends.isEmpty()) {
      return null;
    }
    boolean several = c.made.stream().filter(n -> !n.op().equals(TfNode.CONST)).count() > 1;
    if (!several && !isMoved(inputs) && !isMoved(outputs)) {
      return null;
    }
    Set<TfNode> read = new HashSet<>();
    Set<TfNode> inner = new HashSet<>();
    String check = KeptCheck.of(ends, inputs, read::add, inner::add);
    if (!Collections.disjoint(inner, changed) || !addConstants(c, inputs, read)) {
      return null;
    }
    return new KeptNode(
        c.op.op(), Names.base(c.op.name()), c.op.plainAttributes(), inputs, outputs, check);
  }

  private static boolean isMoved(List<Place> places) {
    return places.stream().anyMatch(p -> p != null && !p.moves().isEmpty());
  }

  /** The inputs that nodes compute, null in the places of others; null if one was not found. */
  private List<Place> computed(Candidate c) {
    List<Place> places = new ArrayList<>();
    for (TfValue v : c.in) {
      boolean computed = v != null && !v.isConstant();
      Found found = computed ? now(find(v)) : null;
      if (computed && (found == null || !there.contains(found.tensor.node()))) {
        return null;
      }
      places.add(found == null ? null : place(found.tensor, found.moves));
    }
    return places;
  }

  /** A tensor as it is since the graph was rewritten. */
  private Found now(Found found) {
    if (found == null) {
      return null;
    }
    TfOutput instead = dense.replaced().get(found.tensor);
    if (instead != null) {
      return new Found(instead, found.moves);
    }
    int[] perm = dense.turned().get(found.tensor.node());
    if (perm == null) {
      return found;
    }
    List<Move> moves = new ArrayList<>(List.of(turn(Shapes.inverse(perm))));
    moves.addAll(found.moves);
    return new Found(found.tensor, moves);
  }

  /** The outputs, null in the places of those that nothing reads; null if one was not found. */
  private List<Place> outputs(Candidate c, List<TfNode> ends) {
    List<Place> places = new ArrayList<>();
    for (TfValue v : c.out) {
      Found found = v == null ? null : find(v);
      if (v != null && (found == null || !c.made.contains(found.tensor.node()))) {
        return null;
      }
      boolean needed = found != null && there.contains(found.tensor.node());
      List<Move> back = needed ? inverse(v, found) : null;
      if (needed
          && (back == null
              || ends.contains(found.tensor.node())
              || dense.turned().containsKey(found.tensor.node()))) {
        return null;
      }
      places.add(needed ? place(found.tensor, back) : null);
      if (needed) {
        ends.add(found.tensor.node());
      }
    }
    return places;
  }

  private static Place place(TfOutput tensor, List<Move> moves) {
    return new Place(tensor.node().name(), tensor.index(), null, moves);
  }

  /** The tensor of a value that nodes compute; null if moves do not make the value of one. */
  private static Found find(TfValue v) {
    if (v.output() != null) {
      return new Found(v.output(), List.of());
    }
    if (v.isTransposed() && v.reordered().base().output() != null) {
      return new Found(v.reordered().base().output(), List.of(turn(v.reordered().perm())));
    }
    Move shape = v.pending() == null ? null : shape(v.shape());
    Found of = shape == null ? null : find(v.pending());
    if (of == null) {
      return null;
    }
    List<Move> moves = new ArrayList<>(of.moves);
    moves.add(shape);
    return new Found(of.tensor, moves);
  }

  /** What makes the tensor of the value; null if moves do not. */
  private static List<Move> inverse(TfValue v, Found found) {
    if (v.pending() == null) {
      return v.output() != null ? found.moves : List.of(turn(Shapes.inverse(v.reordered().perm())));
    }
    Move shape = shape(v.pending().shape());
    List<Move> rest = shape == null ? null : inverse(v.pending(), found);
    if (rest == null) {
      return null;
    }
    List<Move> moves = new ArrayList<>(List.of(shape));
    moves.addAll(rest);
    return moves;
  }

  private static Move turn(int[] perm) {
    return new Move(Arrays.stream(perm).mapToObj(p -> (long) p).toList(), true);
  }

  /** A shape of which at most one dimension is not known; null for others. */
  private static Move shape(List<Dim> shape) {
    boolean fits =
        shape != null
            && shape.stream().noneMatch(d -> d.is(0))
            && shape.stream().filter(d -> !d.isKnown()).count() <= 1;
    return fits ? new Move(shape.stream().map(d -> d.orElse(-1)).toList(), false) : null;
  }

  /** Adds weights and constants; false if one is neither in a variable nor small. */
  private static boolean addConstants(Candidate c, List<Place> inputs, Set<TfNode> read) {
    for (int i = 0; i < inputs.size(); i++) {
      TfValue v = c.in.get(i);
      if (v == null || !v.isConstant()) {
        continue;
      }
      List<TfNode.Variable> kinds =
          v.weight() == null ? List.of() : variables(v.weight().weight(), read);
      if (kinds.size() > 1 || (kinds.isEmpty() && bytes(v) > MOST_BYTES)) {
        return false;
      }
      inputs.set(
          i,
          kinds.isEmpty()
              ? new Place("", 0, v.constant(), List.of())
              : weight(v.weight(), kinds.get(0)));
    }
    return true;
  }

  private static long bytes(TfValue v) {
    return (long) v.constant().size() * v.constant().type().bytes();
  }

  private static List<TfNode.Variable> variables(Weight weight, Set<TfNode> read) {
    return Arrays.stream(TfNode.Variable.values())
        .filter(k -> weight.variable(k) != null)
        .filter(k -> read.contains(weight.variable(k).output().node()))
        .toList();
  }

  /** By way of the form in the file. */
  private static Place weight(Weight.View wanted, TfNode.Variable kind) {
    Weight weight = wanted.weight();
    List<Move> moves = new ArrayList<>();
    List<Weight.Step> stored = weight.stored(kind).steps();
    if (!stored.equals(wanted.steps())) {
      for (int i = stored.size() - 1; i >= 0; i--) {
        Weight.Step s = stored.get(i);
        moves.add(s.perm() != null ? turn(Shapes.inverse(order(s))) : new Move(s.from(), false));
      }
      for (Weight.Step s : wanted.steps()) {
        moves.add(s.perm() != null ? turn(order(s)) : new Move(s.shape(), false));
      }
    }
    return place(weight.variable(kind).output(), moves);
  }

  private static int[] order(Weight.Step s) {
    return s.perm().stream().mapToInt(Integer::intValue).toArray();
  }
}
