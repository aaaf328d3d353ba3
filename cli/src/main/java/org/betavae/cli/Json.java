package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import org.betavae.export.TensorSpec;

/** What several commands put into their JSON. */
final class Json {
  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  static ArrayNode numbers(Collection<? extends Number> values) {
    ArrayNode array = array();
    values.forEach(v -> array.add(v.doubleValue()));
    return array;
  }

  static ArrayNode integers(Collection<Integer> values) {
    ArrayNode array = array();
    values.forEach(array::add);
    return array;
  }

  /** Name, type and shape of each, -1 for a free dimension, null for an unknown shape. */
  static ArrayNode tensors(List<TensorSpec> specs) {
    ArrayNode array = array();
    for (TensorSpec spec : specs) {
      ObjectNode node = array.addObject().put("name", spec.name()).put("type", spec.type());
      if (spec.shape() == null) {
        node.putNull("shape");
      } else {
        ArrayNode shape = node.putArray("shape");
        spec.shape().forEach(shape::add);
      }
    }
    return array;
  }
}
