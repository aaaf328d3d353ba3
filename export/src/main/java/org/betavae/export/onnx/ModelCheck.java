package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.betavae.export.ConversionException;

/** Refuses models that no runtime could run, as far as that is known without running them. */
final class ModelCheck {
  /** Operator sets above this one did not exist when this was written (ONNX 1.23). */
  private static final long NEWEST_OPSET = 30;

  private final ModelProto model;
  private final String what;

  private ModelCheck(ModelProto model, String what) {
    this.model = model;
    this.what = what;
  }

  /**
   * Checks a model whose weights are all inside of it.
   *
   * @param what where it comes from, for messages
   * @throws ConversionException if something is wrong; the message names the node
   */
  static void check(ModelProto model, String what) {
    ModelCheck check = new ModelCheck(model, what);
    check.opset();
    check.graph(model.getGraph(), new HashSet<>(), OperatorCheck.of(model));
    for (FunctionProto f : model.getFunctionsList()) {
      Set<String> known = new HashSet<>(f.getInputList());
      check.nodes(f.getNodeList(), known, OperatorCheck.of(model, f));
    }
    new ShapeCheck(model, what).run();
  }

  private void opset() {
    model.getOpsetImportList().stream()
        .filter(
            o -> o.getDomain().isEmpty() && (o.getVersion() > NEWEST_OPSET || o.getVersion() < 1))
        .findFirst()
        .ifPresent(
            o -> {
              throw fail(
                  "it asks for operator set %d, expected 1 to %d. Export the model again with a lower opset."
                      .formatted(o.getVersion(), NEWEST_OPSET));
            });
  }

  private void graph(GraphProto graph, Set<String> outer, OperatorCheck operators) {
    Set<String> known = new HashSet<>(outer);
    for (ValueInfoProto v : graph.getInputList()) {
      known.add(v.getName());
    }
    for (TensorProto t : graph.getInitializerList()) {
      OnnxTensors.checkLength(t, what);
      known.add(t.getName());
    }
    graph.getSparseInitializerList().forEach(t -> known.add(t.getValues().getName()));
    nodes(graph.getNodeList(), known, operators);
    for (ValueInfoProto v : graph.getOutputList()) {
      if (!known.contains(v.getName())) {
        throw fail(
            "output '%s' is made by no node, expected one that makes it. The model is damaged; export it again."
                .formatted(v.getName()));
      }
    }
  }

  private void nodes(List<NodeProto> nodes, Set<String> known, OperatorCheck operators) {
    for (NodeProto n : nodes) {
      for (String in : n.getInputList()) {
        if (!in.isEmpty() && !known.contains(in)) {
          throw undefined(nodes, n, in);
        }
      }
      String problem = operators.problem(n);
      if (problem != null) {
        throw fail(Nodes.label(n) + ": " + problem);
      }
      n.getAttributeList().forEach(a -> attribute(a, known, operators));
      known.addAll(n.getOutputList());
    }
  }

  private void attribute(AttributeProto a, Set<String> known, OperatorCheck operators) {
    if (a.hasT()) {
      OnnxTensors.checkLength(a.getT(), what);
    }
    if (a.hasG()) {
      graph(a.getG(), known, operators);
    }
    a.getGraphsList().forEach(g -> graph(g, known, operators));
  }

  private ConversionException undefined(List<NodeProto> nodes, NodeProto n, String input) {
    boolean later = nodes.stream().anyMatch(m -> m.getOutputList().contains(input));
    String which =
        later
            ? "only a later node makes: the nodes form a cycle or are not in order"
            : "nothing makes";
    return fail(
        "%s reads '%s', which %s. The model is damaged; export it again."
            .formatted(Nodes.label(n), input, which));
  }

  private ConversionException fail(String reason) {
    return new ConversionException("Cannot read " + what + ": " + reason);
  }
}
