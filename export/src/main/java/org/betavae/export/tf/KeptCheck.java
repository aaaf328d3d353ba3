package org.betavae.export.tf;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.betavae.export.Tensor;
import org.betavae.export.tf.KeptNode.Place;

/**
 * What a {@link KeptNode} became: its nodes with operators, attributes, names, inputs and
 * constants, those inside of loops and branches too, as one number. A graph in which they were
 * changed gives another one, and the node is not kept then.
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
    String all = String.join("\n", check.lines);
    return check.lines.size() + "." + sum(ByteString.copyFromUtf8(all));
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
      lines.add(n.name() + ' ' + told(n, Map.of(), 0));
      // What a shape is read of is not computed here.
      if (!n.op().equals("Shape")) {
        open.addAll(reads(n));
      }
    }
  }

  private static List<TfNode> reads(TfNode n) {
    Set<TfNode> inner = new HashSet<>();
    n.bodies().forEach(b -> collect(b, inner));
    List<TfNode> reads = new ArrayList<>();
    if (inner.isEmpty()) {
      n.inputs().stream()
          .map(KeptCheck::source)
          .filter(in -> in != null)
          .forEach(in -> reads.add(in.node()));
    } else {
      TfGraphBuilder.reads(n).stream().filter(r -> !inner.contains(r)).forEach(reads::add);
    }
    return reads;
  }

  /**
   * What a node does to what.
   *
   * @param names what to call the nodes of a loop or branch, whose own names change when a graph is
   *     written and read
   * @param depth how many loops and branches are around it
   */
  private static String told(TfNode n, Map<TfNode, String> names, int depth) {
    StringBuilder out = new StringBuilder(n.op());
    if (n.value() != null) {
      Tensor t = n.value();
      return out.append(' ').append(t).append(' ').append(sum(t.data())).toString();
    }
    if (!n.bodies().isEmpty()) {
      return toldBodies(n, names, depth + 1);
    }
    new TreeMap<>(n.attributes())
        .forEach(
            (key, value) -> {
              if (!key.startsWith("_")) {
                out.append(' ').append(key).append('=').append(sum(value.toByteString()));
              }
            });
    n.inputs().forEach(in -> out.append(' ').append(called(in, names)));
    return out.toString();
  }

  /** A loop or branch by what its results are made of. */
  private static String toldBodies(TfNode n, Map<TfNode, String> outer, int depth) {
    StringBuilder out = new StringBuilder(n.op().replace("Stateless", ""));
    Map<TfNode, String> names = new HashMap<>(outer);
    if (ControlFlowWriter.isLoop(n)) {
      callParameters(n, names, depth);
    } else {
      out.append(' ').append(called(n.inputs().get(0), names));
    }
    for (TfBody body : n.bodies()) {
      for (TfNode inner : body.nodes()) { // after those that they read
        if (inner.variable() == TfNode.Variable.NONE && !inner.op().equals(TfNode.INPUT)) {
          names.put(inner, sum(ByteString.copyFromUtf8(told(inner, names, depth))));
        }
      }
      body.results().stream()
          .filter(r -> r != null)
          .forEach(r -> out.append(' ').append(called(r, names)));
    }
    return out.toString();
  }

  /** What a loop only passes on is no parameter any more once a graph was written and read. */
  private static void callParameters(TfNode loop, Map<TfNode, String> names, int depth) {
    TfBody body = loop.bodies().get(1);
    for (int i = 0; i < body.results().size(); i++) {
      TfOutput result = source(body.results().get(i));
      TfNode own = i < body.parameters().size() ? body.parameters().get(i) : null;
      boolean passed = result != null && result.node() == own;
      String begin = i < loop.inputs().size() ? called(loop.inputs().get(i), names) : "";
      for (TfBody b : loop.bodies()) {
        TfNode parameter = i < b.parameters().size() ? b.parameters().get(i) : null;
        if (parameter != null) {
          names.put(parameter, passed ? begin : depth + "#" + i + "=" + begin);
        }
      }
    }
  }

  private static String called(TfOutput direct, Map<TfNode, String> names) {
    TfOutput in = source(direct);
    if (in == null) {
      return "";
    }
    String name = names.getOrDefault(in.node(), in.node().name());
    return in.node().op().equals(TfNode.INPUT) && names.containsKey(in.node())
        ? name
        : name + ":" + in.index();
  }

  private static String sum(ByteString bytes) {
    return sum(bytes.asReadOnlyByteBuffer());
  }

  private static String sum(ByteBuffer bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return Long.toHexString(sum.getValue());
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
