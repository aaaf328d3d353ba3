package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.betavae.export.onnx.StandardOperators.Version;

/**
 * Whether nodes are what ONNX's standard says of their operators: the name, the number of inputs
 * and outputs, the attributes.
 *
 * <p>What cannot be told is let pass: operators of other domains, which a runtime may have, and
 * operator sets newer than the table.
 */
final class OperatorCheck {
  /** Until then ONNX had experimental operators, which runtimes still take. */
  private static final int FIRST_WITHOUT_EXPERIMENTS = 10;

  /** What ONNX Runtime writes into the standard domain when it stores an optimised model. */
  private static final Set<String> OF_ONNX_RUNTIME =
      Set.of(
          "LayerNormalization", "SimplifiedLayerNormalization", "MemcpyFromHost", "MemcpyToHost");

  /** Domains of ONNX Runtime, which it knows even where a model does not import them. */
  private static final String RUNTIME_DOMAINS = "com.m";

  /** Attributes that begin so are notes of tools. */
  private static final String NOTE = "__";

  private final int opset;
  private final Set<String> domains = new HashSet<>();
  private final Set<String> functions = new HashSet<>();

  private OperatorCheck(ModelProto model, List<OperatorSetIdProto> imports) {
    opset = Nodes.standardOpset(imports);
    imports.forEach(o -> domains.add(o.getDomain()));
    for (FunctionProto f : model.getFunctionsList()) {
      domains.add(f.getDomain());
      functions.add(f.getName());
    }
  }

  /** The check for the nodes of a model's graphs. */
  static OperatorCheck of(ModelProto model) {
    return new OperatorCheck(model, model.getOpsetImportList());
  }

  /** The check for the nodes of a function, which imports operator sets of its own. */
  static OperatorCheck of(ModelProto model, FunctionProto function) {
    return new OperatorCheck(model, function.getOpsetImportList());
  }

  /** What is wrong with a node, as "got, expected. Advice."; null if nothing is known to be. */
  String problem(NodeProto n) {
    if (!Nodes.isStandard(n)) {
      boolean known = domains.contains(n.getDomain()) || n.getDomain().startsWith(RUNTIME_DOMAINS);
      return known
          ? null
          : "its domain is '%s', expected one that the model imports. The model is damaged; export it again."
              .formatted(n.getDomain());
    }
    String name = n.getOpType();
    NavigableMap<Integer, Version> versions = StandardOperators.versions(name);
    if (opset > StandardOperators.newest()
        || functions.contains(name)
        || OF_ONNX_RUNTIME.contains(name)) {
      return null;
    }
    if (versions.isEmpty()) {
      return opset > 0 && opset < FIRST_WITHOUT_EXPERIMENTS
          ? null
          : "ONNX has no operator of that name, expected one of its standard. Correct the name, or give the node its domain.";
    }
    if (opset == 0) {
      return null;
    }
    Map.Entry<Integer, Version> entry = versions.floorEntry(opset);
    if (entry == null) {
      return "the model asks for operator set %d, expected %d or newer, which has it. Export the model again with a higher opset."
          .formatted(opset, versions.firstKey());
    }
    Version version = entry.getValue();
    if (version.deprecated()) {
      // One that came back later was renewed, not taken out; runtimes take the older form, too.
      return versions.lastKey() > version.since()
          ? null
          : "the model asks for operator set %d, expected %d or older, which has it. Export the model again."
              .formatted(opset, version.since() - 1);
    }
    return counts(n, version);
  }

  private static String counts(NodeProto n, Version version) {
    if (!version.inputs().holds(n.getInputCount())) {
      return "it has %d inputs, expected %s. The model is damaged; export it again."
          .formatted(n.getInputCount(), version.inputs());
    }
    if (!version.outputs().holds(n.getOutputCount())) {
      return "it has %d outputs, expected %s. The model is damaged; export it again."
          .formatted(n.getOutputCount(), version.outputs());
    }
    // Those that take any number count the ones left out, too.
    int needed = version.inputs().most() == StandardOperators.ANY ? 0 : version.inputs().least();
    for (int i = 0; i < needed; i++) {
      if (n.getInput(i).isEmpty()) {
        return "its input %d is left out, expected a name. The model is damaged; export it again."
            .formatted(i);
      }
    }
    return attributes(n, version);
  }

  private static String attributes(NodeProto n, Version version) {
    Set<String> given = new HashSet<>();
    for (AttributeProto a : n.getAttributeList()) {
      given.add(a.getName());
      String type = version.attributes().get(a.getName());
      if (type == null && !a.getName().startsWith(NOTE)) {
        return "it has the attribute '%s', expected %s. Export the model again."
            .formatted(a.getName(), version.attributes().keySet());
      }
      // Files of ONNX's first version do not name the type.
      boolean named = a.getType() != AttributeType.UNDEFINED;
      if (type != null && named && !a.getType().name().equals(type)) {
        return "its attribute '%s' is of type %s, expected %s. Export the model again."
            .formatted(a.getName(), a.getType(), type);
      }
    }
    for (String name : version.required()) {
      if (!given.contains(name)) {
        return "it has no attribute '%s', expected one. Export the model again.".formatted(name);
      }
    }
    return null;
  }
}
