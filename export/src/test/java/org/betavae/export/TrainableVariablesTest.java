package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.junit.jupiter.api.Test;

class TrainableVariablesTest {
  private static final TensorSpec X = new TensorSpec("x", "float32", List.of(-1L, 2L));

  @Test
  void graph_putTogether_keepsKindsOfVariablesAndTheirNames() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(X);
    TfOutput w = b.variable("w", TfTensors.normal(1, 2), TfNode.Variable.TRAINABLE);
    TfOutput c = b.constant("w", TfTensors.normal(2, 2));
    TfNode sum = b.node("AddV2", "sum", List.of(x, w), Map.of());
    b.node("Neg", "unread", List.of(x), Map.of());
    TfNode y = b.node("Mul", "y", List.of(new TfOutput(sum, 0), c), Map.of());
    b.output(new TensorSpec("y", "float32", List.of(-1L, 2L)), new TfOutput(y, 0));

    TfGraph graph = b.build();

    assertEquals(
        List.of("x", "w", "sum", "w_1", "y"), graph.nodes().stream().map(TfNode::name).toList());
    assertSame(TfNode.Variable.TRAINABLE, w.node().variable());
    assertSame(TfNode.Variable.NONE, c.node().variable());
    assertEquals(List.of(X), TfModel.ofGraph(graph).inputs());
  }

  @Test
  void graph_withACycle_isRefused() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(X);
    TfNode first = b.node("Neg", "first", List.of(x), Map.of());
    TfNode second = b.node("Neg", "second", List.of(new TfOutput(first, 0)), Map.of());
    b.setInput(first, 0, new TfOutput(second, 0));
    b.output(X, new TfOutput(second, 0));

    assertThrows(IllegalStateException.class, b::build);
  }
}
