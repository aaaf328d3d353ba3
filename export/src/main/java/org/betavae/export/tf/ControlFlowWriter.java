package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.betavae.export.ConversionException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Writes nodes, and the graphs inside of loops and branches as functions. What these graphs read of
 * the graphs around them is handed in as further arguments, which a loop passes on unchanged.
 */
final class ControlFlowWriter {
  private final FunctionDefLibrary.Builder library;
  private final NodeNames functionNames = new NodeNames();
  private final Map<TfNode, DataType> types = new HashMap<>();
  private final IdentityHashMap<TfBody, Set<TfOutput>> captures = new IdentityHashMap<>();

  ControlFlowWriter(FunctionDefLibrary.Builder library) {
    this.library = library;
  }

  /** Notes the type of a node that stands for an argument. */
  void setType(TfNode node, DataType type) {
    types.put(node, type);
  }

  /**
   * A node of a graph.
   *
   * @param reference how that graph refers to an output
   */
  NodeDef node(TfNode n, String name, Function<TfOutput, String> reference) {
    if (n.value() != null) {
      return GraphDefWriter.constant(name, n.value());
    }
    NodeDef.Builder out = NodeDef.newBuilder().setName(name).setOp(n.op());
    n.attributes()
        .forEach(
            (key, value) -> {
              if (!key.startsWith("_")) {
                out.putAttr(key, value);
              }
            });
    if (!n.bodies().isEmpty()) {
      writeControl(n, out, reference);
      return out.build();
    }
    for (TfOutput in : n.inputs()) {
      if (in == null) {
        throw new ConversionException(
            "Cannot write the graph: "
                + n
                + " reads a random state, which was not kept when the model was read, expected"
                + " values alone. Take it out of the graph.");
      }
      out.addInput(reference.apply(in));
    }
    return out.build();
  }

  private void writeControl(TfNode n, NodeDef.Builder out, Function<TfOutput, String> reference) {
    boolean loop = isLoop(n);
    List<Integer> kept = kept(n);
    List<TfOutput> arguments = new ArrayList<>();
    if (loop) {
      kept.forEach(i -> arguments.add(n.inputs().get(i)));
      setParameterTypes(n, kept);
    } else {
      out.addInput(reference.apply(n.inputs().get(0)));
    }
    Set<TfOutput> captured = new LinkedHashSet<>();
    n.bodies().forEach(b -> captured.addAll(captures(b)));
    arguments.addAll(captured);
    arguments.forEach(a -> out.addInput(reference.apply(a)));
    List<DataType> argumentTypes = arguments.stream().map(this::type).toList();
    List<String> functions = new ArrayList<>();
    boolean stateful = false;
    for (int i = 0; i < n.bodies().size(); i++) {
      TfBody body = n.bodies().get(i);
      boolean condition = loop && i == 0;
      String name = functionNames.free(out.getName() + "_" + part(n, i));
      stateful |= isStateful(body.nodes());
      functions.add(name);
      library.addFunction(
          new FunctionWriter(this, name, body, condition ? List.of(0) : kept)
              .write(
                  loop ? kept : List.of(),
                  argumentTypes,
                  List.copyOf(captured),
                  loop && !condition));
    }
    setAttributes(n, out, functions, argumentTypes, stateful);
    if (loop) {
      setShapes(n, out, kept, captured.size());
    }
    if (!loop) {
      List<DataType> results = kept.stream().map(i -> type(new TfOutput(n, i))).toList();
      out.putAttr("Tout", types(results));
    }
  }

  private void setParameterTypes(TfNode loop, List<Integer> kept) {
    for (TfBody body : loop.bodies()) {
      for (int i : kept) {
        if (i < body.parameters().size() && body.parameters().get(i) != null) {
          types.put(body.parameters().get(i), type(loop.inputs().get(i)));
        }
      }
    }
  }

  private void setAttributes(
      TfNode n,
      NodeDef.Builder out,
      List<String> functions,
      List<DataType> argumentTypes,
      boolean stateful) {
    String plain = n.op().replace("Stateless", "");
    out.setOp(stateful ? plain : "Stateless" + plain);
    out.removeAttr("output_shapes").removeAttr("T").removeAttr("Tin");
    out.putAttr(isLoop(n) ? "T" : "Tin", types(argumentTypes));
    switch (plain) {
      case "While" ->
          out.putAttr("cond", call(functions.get(0))).putAttr("body", call(functions.get(1)));
      case "If" ->
          out.putAttr("then_branch", call(functions.get(0)))
              .putAttr("else_branch", call(functions.get(1)))
              .putAttr("Tcond", GraphDefWriter.type(type(n.inputs().get(0))));
      default -> {
        AttrValue.ListValue.Builder all = AttrValue.ListValue.newBuilder();
        functions.forEach(f -> all.addFunc(NameAttrList.newBuilder().setName(f)));
        out.putAttr("branches", AttrValue.newBuilder().setList(all).build());
      }
    }
  }

  /** Without shapes TensorFlow takes those before the loop for those behind it. */
  private static void setShapes(TfNode n, NodeDef.Builder out, List<Integer> kept, int captured) {
    AttrValue known = n.attributes().get("output_shapes");
    if (known == null || known.getList().getShapeCount() != n.bodies().get(1).results().size()) {
      return;
    }
    AttrValue.ListValue.Builder shapes = AttrValue.ListValue.newBuilder();
    kept.forEach(i -> shapes.addShape(known.getList().getShape(i)));
    for (int i = 0; i < captured; i++) {
      shapes.addShape(TensorShapeProto.newBuilder().setUnknownRank(true));
    }
    out.putAttr("output_shapes", AttrValue.newBuilder().setList(shapes).build());
  }

  private static String part(TfNode n, int i) {
    return isLoop(n) ? (i == 0 ? "cond" : "body") : "branch" + i;
  }

  private static AttrValue call(String function) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build();
  }

  private static AttrValue types(List<DataType> all) {
    return AttrValue.newBuilder().setList(AttrValue.ListValue.newBuilder().addAllType(all)).build();
  }

  static boolean isLoop(TfNode n) {
    return n.op().endsWith("While");
  }

  /** The outputs of a loop or choice that are written; the others nothing needs. */
  private static List<Integer> kept(TfNode n) {
    List<TfOutput> results = n.bodies().get(isLoop(n) ? 1 : 0).results();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) != null) {
        kept.add(i);
      }
    }
    return kept;
  }

  /** Which of the written outputs one is. */
  int index(TfOutput o) {
    return o.node().bodies().isEmpty() ? o.index() : kept(o.node()).indexOf(o.index());
  }

  /** The element type of an output. */
  DataType type(TfOutput o) {
    TfNode n = o.node();
    if (n.value() != null) {
      return DataType.forNumber(n.value().type().tfNumber());
    }
    if (types.containsKey(n)) {
      return types.get(n);
    }
    if (n.bodies().isEmpty()) {
      return TfOperators.type(n, o.index());
    }
    return isLoop(n)
        ? type(n.inputs().get(o.index()))
        : type(n.bodies().get(0).results().get(o.index()));
  }

  /** What a graph inside reads of the graphs around it; variables lie in the main graph. */
  private Set<TfOutput> captures(TfBody body) {
    Set<TfOutput> known = captures.get(body);
    if (known != null) {
      return known;
    }
    Set<TfNode> own = new LinkedHashSet<>();
    body.nodes().stream().filter(n -> n.variable() == TfNode.Variable.NONE).forEach(own::add);
    own.addAll(body.parameters());
    Set<TfOutput> free = new LinkedHashSet<>();
    for (TfNode n : body.nodes()) {
      addFree(n.inputs(), own, free);
      n.bodies().forEach(inner -> addFree(captures(inner), own, free));
    }
    addFree(body.results(), own, free);
    captures.put(body, free);
    return free;
  }

  private static void addFree(Collection<TfOutput> reads, Set<TfNode> own, Set<TfOutput> free) {
    for (TfOutput r : reads) {
      if (r != null && !own.contains(r.node())) {
        free.add(r);
      }
    }
  }

  private static boolean isStateful(List<TfNode> nodes) {
    return nodes.stream()
        .anyMatch(
            n ->
                n.bodies().isEmpty()
                    ? n.value() == null
                        && !n.op().equals(TfNode.INPUT)
                        && TfOperators.isStateful(n.op())
                    : n.bodies().stream().anyMatch(b -> isStateful(b.nodes())));
  }
}
