package org.betavae.export.tf;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.betavae.export.Tensor;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * The variables of a SavedModel: finds the checkpoint entry of each from the graph's own restore
 * operations, since the name of a variable and that of its entry differ in TensorFlow 2.
 */
final class VariableStore implements Flattener.Variables {
  private static final String OBJECT_ENTRY = "/.ATTRIBUTES/VARIABLE_VALUE";

  private final Path prefix;
  private final Map<String, String> entryByVariable;
  private final Map<String, Tensor> values = new HashMap<>();
  private Checkpoint checkpoint;

  /**
   * Reads the restore operations; the files are opened when the first variable is asked for.
   *
   * @param restore name of the restore operation; may be empty
   * @param prefix of the checkpoint's files
   */
  VariableStore(Inliner inliner, String restore, Path prefix) {
    this.prefix = prefix;
    this.entryByVariable = new HashMap<>();
    collect(inliner, inliner.root());
    NodeDef call = inliner.root().nodes.get(restore.split(":", 2)[0]);
    if (call != null && call.getOp().endsWith("PartitionedCall")) {
      collect(inliner, inliner.enter(inliner.root(), call));
    }
  }

  private void collect(Inliner inliner, Scope scope) {
    for (NodeDef n : scope.nodes.values()) {
      boolean assigns = n.getOp().equals("Assign") || n.getOp().equals("AssignVariableOp");
      if (!assigns || n.getInputCount() < 2) {
        continue;
      }
      Inliner.Place value = inliner.locate(scope, n.getInput(1), Set.of());
      if (!value.node().getOp().equals("RestoreV2")) {
        continue;
      }
      if (value.node().getInputCount() < 2) {
        continue;
      }
      NodeDef names = inliner.locate(value.scope(), value.node().getInput(1), Set.of()).node();
      AttrValue constant = names.getAttrMap().get("value");
      List<String> entries = constant == null ? List.of() : TfTensors.texts(constant.getTensor());
      Inliner.Place variable = inliner.locate(scope, n.getInput(0), Set.of());
      if (value.index() < entries.size()) {
        entryByVariable.put(variable.node().getName(), entries.get(value.index()));
      }
    }
  }

  @Override
  public Tensor read(NodeDef node, String name) {
    return values.computeIfAbsent(node.getName(), k -> load(node));
  }

  private Tensor load(NodeDef node) {
    if (checkpoint == null) {
      checkpoint = Checkpoint.open(prefix);
    }
    String entry = entryByVariable.get(node.getName());
    if (entry != null) {
      return checkpoint.read(entry);
    }
    Set<String> keys = checkpoint.keys();
    String shared =
        node.getAttrMap().containsKey("shared_name")
            ? node.getAttrMap().get("shared_name").getS().toStringUtf8()
            : "";
    for (String name : List.of(node.getName(), shared)) {
      for (String key : List.of(name, name + OBJECT_ENTRY)) {
        if (keys.contains(key)) {
          return checkpoint.read(key);
        }
      }
    }
    throw new ConversionException(
        "Cannot read "
            + prefix
            + ".index: nothing restores the variable '"
            + node.getName()
            + "', expected an entry of its name among "
            + keys.size()
            + ". Save the model again with all of its variables.");
  }
}
