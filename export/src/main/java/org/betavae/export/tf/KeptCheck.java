package org.betavae.export.tf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.betavae.export.tf.KeptNode.Place;

/**
 * What a {@link KeptNode} became: its nodes with operators, names, inputs and constants, as one
 * number. A graph in which they were changed gives another one, and the node is not kept then.
 */
public final class KeptCheck {
  private final Set<String> ends = new HashSet<>();
  private final SortedSet<String> lines = new TreeSet<>();
  private final Consumer<TfNode> visitor;
  private final Consumer<TfNode> counted;

  private KeptCheck(Collection<Place> inputs, Consumer<TfNode> visitor, Consumer<TfNode> counted) {
    inputs.stream().filter(p -> p != null).forEach(p -> ends.add(p.node()));
    this.visitor = visitor;
    this.counted = counted;
  }

  /**
   * The number.
   *
   * @param outputs the nodes that make the node's outputs
   * @param inputs where to stop on the way up
   * @param visitor called with every node on the way, those where it ends too
   * @param counted called with every node that the number tells of
   */
  public static String of(
      Collection<TfNode> outputs,
      Collection<Place> inputs,
      Consumer<TfNode> visitor,
      Consumer<TfNode> counted) {
    KeptCheck check = new KeptCheck(inputs, visitor, counted);
    check.walk(outputs);
    CRC32 sum = new CRC32();
    check.lines.forEach(line -> sum.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
    return check.lines.size() + "." + Long.toHexString(sum.getValue());
  }

  private void walk(Collection<TfNode> from) {
    Deque<TfNode> open = new ArrayDeque<>(from);
    Set<TfNode> seen = new HashSet<>();
    while (!open.isEmpty()) {
      TfNode n = open.poll();
      if (!seen.add(n)) {
        continue;
      }
      visitor.accept(n);
      if (ends.contains(n.name()) || n.variable() != TfNode.Variable.NONE) {
        continue;
      }
      counted.accept(n);
      StringBuilder line = new StringBuilder(n.name()).append(' ').append(n.op());
      if (n.value() != null) {
        line.append(' ').append(n.value().hashCode());
      }
      if (!n.bodies().isEmpty()) {
        // Names inside of loops and branches change when a graph is written and read.
        Set<TfNode> inner = new HashSet<>();
        n.bodies().forEach(b -> collect(b, inner));
        TfGraphBuilder.reads(n).stream().filter(r -> !inner.contains(r)).forEach(open::add);
        lines.add(line.toString());
        continue;
      }
      for (TfOutput direct : n.inputs()) {
        TfOutput in = source(direct);
        line.append(' ').append(in == null ? "" : in.node().name() + ":" + in.index());
        // What a shape is read of is not computed here.
        if (in != null && !n.op().equals("Shape")) {
          open.add(in.node());
        }
      }
      lines.add(line.toString());
    }
  }

  /** What an input is once a graph was written and read: nodes that only pass on are gone then. */
  private static TfOutput source(TfOutput direct) {
    TfOutput in = direct;
    while (in != null
        && Inliner.PASS_ON.contains(in.node().op())
        && in.index() < in.node().inputs().size()) {
      in = in.node().inputs().get(in.index());
    }
    return in;
  }

  private static void collect(TfBody body, Set<TfNode> inner) {
    inner.addAll(body.nodes());
    body.parameters().stream().filter(p -> p != null).forEach(inner::add);
    body.nodes().forEach(n -> n.bodies().forEach(b -> collect(b, inner)));
  }
}
