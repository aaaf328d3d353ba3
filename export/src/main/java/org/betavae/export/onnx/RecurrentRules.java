package org.betavae.export.onnx;

import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Inference.Rule;

/** Recurrent layers. */
final class RecurrentRules {
  private RecurrentRules() {}

  static void register(Map<String, Rule> rules) {
    for (String op : List.of("LSTM", "GRU", "RNN")) {
      rules.put(op, RecurrentRules::layer);
    }
  }

  /**
   * X {@code [steps, batch, input]} to Y {@code [steps, directions, batch, units]} and the last
   * states {@code [directions, batch, units]}; with the layout 1 the batch comes first everywhere.
   */
  private static void layer(OnnxNode n, OnnxGraph g) {
    Inference.requireRank(n, n.input(0), 3);
    List<Dim> x = n.input(0).shape();
    List<Dim> r = n.input(2).shape();
    boolean batchFirst = n.integer("layout", 0) != 0;
    Dim steps = x == null ? g.freshDim() : x.get(batchFirst ? 1 : 0);
    Dim batch = x == null ? g.freshDim() : x.get(batchFirst ? 0 : 1);
    Dim units = r == null ? g.freshDim() : r.get(2);
    Dim directions = Dim.of(n.text("direction", "forward").equals("bidirectional") ? 2 : 1);
    for (int i = 0; i < n.outputs().size(); i++) {
      List<Dim> state =
          batchFirst ? List.of(batch, directions, units) : List.of(directions, batch, units);
      List<Dim> all =
          batchFirst
              ? List.of(batch, steps, directions, units)
              : List.of(steps, directions, batch, units);
      n.outputs().get(i).infer(n.input(0).type(), i == 0 ? all : state);
    }
  }
}
