package org.betavae.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.betavae.export.TensorSpec;

/** What people read about any model. */
final class ModelText {
  /** A value wider than this goes on below itself. */
  static final int VALUE_WIDTH = 60;

  private ModelText() {}

  /** Adds how many nodes of each operator there are, the most frequent first. */
  static void operators(Table table, Map<String, Integer> counts) {
    String text =
        counts.entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<String, Integer> e) -> -e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .map(e -> e.getKey() + (e.getValue() == 1 ? "" : "(" + e.getValue() + ")"))
            .collect(Collectors.joining(", "));
    table.wrapped("  operators", text, VALUE_WIDTH);
  }

  /** Name, type and shape of inputs and outputs. */
  static Table tensors(List<TensorSpec> inputs, List<TensorSpec> outputs) {
    Table table = new Table();
    inputs.forEach(t -> table.row("  input", t.name(), t.type(), t.shapeText()));
    outputs.forEach(t -> table.row("  output", t.name(), t.type(), t.shapeText()));
    return table;
  }
}
