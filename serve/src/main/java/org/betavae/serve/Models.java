package org.betavae.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The served models by name, in the order that they were given. */
final class Models implements AutoCloseable {
  private final Map<String, ModelSlot> slots = new LinkedHashMap<>();

  /** Opens all; if one fails, those opened before it are closed. */
  Models(List<ModelFolder> folders, Function<ModelFolder, OpenModel> opener) {
    try {
      for (ModelFolder folder : folders) {
        slots.put(folder.name(), new ModelSlot(folder, opener));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  List<String> names() {
    return new ArrayList<>(slots.keySet());
  }

  List<ModelSlot> slots() {
    return new ArrayList<>(slots.values());
  }

  /**
   * The model of that name, or the first for null; the caller closes it.
   *
   * @throws Problem if there is none of that name
   */
  OpenModel lease(String name) {
    ModelSlot slot = name == null ? slots.values().iterator().next() : slots.get(name);
    if (slot == null) {
      throw new Problem(
          ProblemType.NO_MODEL,
          "model is '" + name + "', expected one of " + names() + ". Ask for one of these.");
    }
    return slot.lease();
  }

  @Override
  public void close() {
    slots.values().forEach(ModelSlot::close);
  }
}
