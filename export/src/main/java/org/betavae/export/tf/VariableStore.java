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
  private final TrainableVariables trainable;
  private final Map<String, Restored> entryByVariable;

  /**
   * Variables that are initialised with the value of another, by that other: of a Keras 3 model
   * that {@code tf.saved_model.save} wrote, the functions read the ones and the checkpoint restores
   * the others.
   */
  private final Map<String, String> copies = new HashMap<>();

  private final Map<String, Tensor> values = new HashMap<>();
  private Checkpoint checkpoint;

  /**
   * Reads the restore operations; the files are opened when the first variable is asked for.
   *
   * @param restore name of the restore operation; may be empty
   * @param prefix of the checkpoint's files
   * @param trainable which variables gradient descent changes
   */
  VariableStore(Inliner inliner, String restore, Path prefix, TrainableVariables trainable) {
    this.prefix = prefix;
    this.trainable = trainable;
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
      if (value.node().getOp().equals("VarHandleOp")) {
        Inliner.Place copy = inliner.locate(scope, n.getInput(0), Set.of());
        copies.putIfAbsent(value.node().getName(), copy.node().getName());
      }
      if (!value.node().getOp().equals("RestoreV2")) {
        continue;
      }
      if (value.node().getInputCount() < 2) {
        continue;
      }
      List<String> entries = texts(inliner, value, 1);
      List<String> slices = texts(inliner, value, 2);
      Inliner.Place variable = inliner.locate(scope, n.getInput(0), Set.of());
      int i = value.index();
      if (i < entries.size()) {
        String slice = i < slices.size() ? slices.get(i) : "";
        entryByVariable.put(variable.node().getName(), new Restored(entries.get(i), slice));
      }
    }
  }

  private static List<String> texts(Inliner inliner, Inliner.Place restore, int input) {
    if (restore.node().getInputCount() <= input) {
      return List.of();
    }
    String reference = restore.node().getInput(input);
    NodeDef node = inliner.locate(restore.scope(), reference, Set.of()).node();
    AttrValue constant = node.getAttrMap().get("value");
    return constant == null ? List.of() : TfTensors.texts(constant.getTensor());
  }

  /** An entry of the checkpoint, and which part of it in RestoreV2's words; empty for all of it. */
  private record Restored(String entry, String slice) {}

  @Override
  public boolean isTrainable(NodeDef node) {
    return trainable.contains(node);
  }

  @Override
  public Tensor read(NodeDef node, String name) {
    return values.computeIfAbsent(node.getName(), k -> load(node));
  }

  private Tensor read(Restored restored) {
    Tensor whole = checkpoint.read(restored.entry());
    if (restored.slice().isBlank()) {
      return whole;
    }
    Slice slice = Slice.parse(restored.slice(), whole.shape());
    if (slice == null || !slice.isWithin(whole.shape())) {
      throw new ConversionException(
          "Cannot read "
              + prefix
              + ".index: the graph restores the part '"
              + restored.slice()
              + "' of variable '"
              + restored.entry()
              + "', expected one that lies in its shape "
              + whole
              + ". The model is damaged; save it again.");
    }
    return slice.cut(whole);
  }

  private Tensor load(NodeDef node) {
    if (checkpoint == null) {
      checkpoint = Checkpoint.open(prefix);
    }
    Restored restored = entryByVariable.get(node.getName());
    if (restored == null) {
      restored = entryByVariable.get(copies.get(node.getName()));
    }
    if (restored != null) {
      return read(restored);
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
