package org.betavae.export.tf;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.Map;
import org.betavae.export.ElementType;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.VariableDef;

/**
 * Which variables of a SavedModel gradient descent changes: TensorFlow 2 says so in the object
 * graph, TensorFlow 1 in the collections of variables. Where neither names a variable, it counts as
 * trainable if its numbers are floating point.
 */
final class TrainableVariables {
  private static final String ALL = "variables";
  private static final String TRAINABLE = "trainable_variables";

  private final Map<String, Boolean> byName = new HashMap<>();

  TrainableVariables(MetaGraphDef meta) {
    for (SavedObject o : meta.getObjectGraphDef().getNodesList()) {
      if (o.hasVariable()) {
        byName.put(plain(o.getVariable().getName()), o.getVariable().getTrainable());
      }
    }
    for (String collection : new String[] {ALL, TRAINABLE}) {
      if (meta.containsCollectionDef(collection)) {
        meta.getCollectionDefOrThrow(collection)
            .getBytesList()
            .getValueList()
            .forEach(v -> note(v, collection.equals(TRAINABLE)));
      }
    }
  }

  private void note(ByteString definition, boolean trainable) {
    try {
      byName.put(plain(VariableDef.parseFrom(definition).getVariableName()), trainable);
    } catch (InvalidProtocolBufferException e) {
      // A collection of another kind under this name says nothing about variables.
      return;
    }
  }

  private static String plain(String name) {
    return name.endsWith(":0") ? name.substring(0, name.length() - 2) : name;
  }

  /** True for a variable that gradient descent changes. */
  boolean contains(NodeDef node) {
    AttrValue type = node.getAttrMap().get("dtype");
    ElementType element = type == null ? null : ElementType.ofTf(type.getTypeValue());
    if (element == null || !element.isFloat()) {
      return false;
    }
    AttrValue shared = node.getAttrMap().get("shared_name");
    Boolean byShared = shared == null ? null : byName.get(shared.getS().toStringUtf8());
    return byName.getOrDefault(node.getName(), byShared == null || byShared);
  }
}
