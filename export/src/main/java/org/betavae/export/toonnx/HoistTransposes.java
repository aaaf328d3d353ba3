package org.betavae.export.toonnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.ElementwiseOps;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Moves the Transposes in front of convolutions towards the inputs, past element-by-element
 * operators and padding: as many as before, but at an image input they become one, and behind a
 * Reshape the weights before it can take them in. Only what {@link SinkTransposes} left is seen.
 */
final class HoistTransposes implements Rewrite {
  private static final Set<String> CHANNELS_SECOND =
      Set.of(
          "Conv",
          "ConvTranspose",
          "MaxPool",
          "AveragePool",
          "Resize",
          "BatchNormalization",
          "Squeeze");

  @Override
  public boolean apply(OnnxGraph graph) {
    return Rewrite.untilStable(graph, n -> n.is("Transpose") && hoist(graph, n));
  }

  private static boolean hoist(OnnxGraph graph, OnnxNode transpose) {
    int[] perm = Perms.of(transpose.integers("perm"));
    OnnxValue v = transpose.input(0);
    if (v.producer() == null || !Arrays.equals(perm, Perms.toChannelsFirst(perm.length))) {
      return false;
    }
    Set<OnnxNode> region = region(graph, v, perm);
    if (region == null) {
      return false;
    }
    Map<OnnxValue, OnnxValue> flipped = new HashMap<>();
    for (OnnxNode n : graph.inOrder()) {
      if (region.contains(n)) {
        flipped.put(n.output(), copy(graph, n, perm, flipped));
      }
    }
    String name = v.producer().name();
    for (OnnxNode user : List.copyOf(v.users())) {
      if (isFlip(user, perm)) {
        graph.replace(user.output(), flipped.get(v));
      }
    }
    graph.nameAfter(flipped.get(v), name);
    return true;
  }

  /**
   * The element-by-element nodes above a value, up to a single other value that all of them come
   * from.
   *
   * @return null if there is none, or if one of the nodes is needed in the old order too
   */
  private static Set<OnnxNode> region(OnnxGraph graph, OnnxValue v, int[] perm) {
    Set<OnnxNode> region = new LinkedHashSet<>();
    Set<OnnxValue> sources = new LinkedHashSet<>();
    Deque<OnnxValue> open = new ArrayDeque<>(List.of(v));
    while (!open.isEmpty()) {
      OnnxValue at = open.poll();
      OnnxNode n = at.producer();
      if (n == null || !isMovable(n, perm.length)) {
        sources.add(at);
      } else if (region.add(n)) {
        n.inputs().stream().filter(in -> in != null && moves(n, in)).forEach(open::add);
      }
    }
    OnnxValue source = sources.size() == 1 ? sources.iterator().next() : null;
    boolean single = source != null && source.rank() == perm.length && !isChannelsSecond(source);
    boolean closed =
        region.stream()
            .allMatch(
                n ->
                    !graph.isOutput(n.output())
                        && n.output().users().stream()
                            .allMatch(u -> region.contains(u) || isFlip(u, perm)));
    return single && closed && !region.isEmpty() ? region : null;
  }

  /**
   * In three dimensions the order is its own opposite: what came down from a convolution must not
   * go up again.
   */
  private static boolean isChannelsSecond(OnnxValue v) {
    return v.producer() != null && CHANNELS_SECOND.contains(v.producer().op());
  }

  private static boolean isFlip(OnnxNode n, int[] perm) {
    return n.is("Transpose") && Arrays.equals(Perms.of(n.integers("perm")), perm);
  }

  private static boolean isMovable(OnnxNode n, int rank) {
    if (n.is("Pad")) {
      return n.input(1).isConstant() && n.input(3) == null;
    }
    return (ElementwiseOps.isUnary(n) || ElementwiseOps.isBroadcast(n))
        && n.output().rank() == rank
        && n.inputs().stream()
            .allMatch(in -> in == null || in.isConstant() || in.rank() == rank || in.isSingle());
  }

  /** Whether an input has dimensions whose order matters. */
  private static boolean moves(OnnxNode n, OnnxValue in) {
    boolean further = n.input(0) != in && (ElementwiseOps.isUnary(n) || n.is("Pad"));
    return !further && !in.isConstant() && !(in.isSingle() && in.rank() == 0);
  }

  private static OnnxValue copy(
      OnnxGraph graph, OnnxNode n, int[] perm, Map<OnnxValue, OnnxValue> flipped) {
    List<OnnxValue> in = new ArrayList<>();
    for (OnnxValue v : n.inputs()) {
      if (v == null || !(moves(n, v) || (v.isConstant() && ElementwiseOps.isBroadcast(n)))) {
        in.add(v);
      } else if (v.isConstant()) {
        in.add(
            v.isSingle()
                ? v
                : graph.constant(
                    v.name(), Build.toRank(v.constant(), perm.length).transpose(perm)));
      } else {
        in.add(flipped.containsKey(v) ? flipped.get(v) : flip(graph, v, perm));
      }
    }
    if (n.is("Pad")) {
      in.set(1, graph.longs(pads(n.input(1).constant().toLongs(), perm)));
    }
    return graph.node(n.op(), n.name(), in, n.attributes());
  }

  private static long[] pads(long[] pads, int[] perm) {
    int rank = perm.length;
    return Emitter.numbers(2 * rank, i -> i < rank ? pads[perm[i]] : pads[perm[i - rank] + rank]);
  }

  private static OnnxValue flip(OnnxGraph graph, OnnxValue v, int[] perm) {
    for (OnnxNode user : v.users()) {
      if (isFlip(user, perm)) {
        return user.output();
      }
    }
    String name = v.producer() == null ? v.name() : v.producer().name();
    return Build.transpose(graph, name + "/Transpose", v, perm);
  }
}
