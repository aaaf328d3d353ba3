package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxNet;
import org.betavae.export.OnnxToTf;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.betavae.export.tf.GraphDefWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Output;

/** Gradients pass what is imported, or the operators that they do not pass are named. */
class GradientsTest {
  private static final Tensor WEIGHT = TfTensors.uniform(1, 0.2, 0.8, 3, 4);

  /** A model whose one weight w goes through the nodes to y. */
  private static TfModel model(String... nodes) {
    OnnxNet net =
        new OnnxNet(18)
            .constant("w", WEIGHT)
            .in("i", Tensor.ofLongs(INT64, new long[] {3, 4}, k -> k % 3))
            .in("k", Tensor.longs(2))
            .fixed("r", Tensor.ofLongs(INT64, new long[] {2, 1}, k -> k))
            .in("u", TfTensors.normal(2, 2, 4))
            .in("c", Tensor.scalar(INT64, 0));
    for (String n : nodes) {
      net.node(n);
    }
    return OnnxToTf.convert(net.out("y", FLOAT32).model(false), ImportOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Gather(w,k) -> y",
        "GatherElements(w,i) -> y",
        "GatherND(w,r) -> y",
        "ScatterElements(w,i,w) -> y",
        "ScatterND(w,r,u) -> y",
        "TopK(w,k) -> y,places",
        "Split(w) -> y,z",
        "CumSum(w,c) -> y",
        "ReduceSum(w) -> y",
        "ReduceMean(w) -> y",
        "ReduceMax(w) -> y",
        "ReduceProd(w) -> y",
        "ReduceL1(w) -> y",
        "ReduceL2(w) -> y",
        "ReduceLogSumExp(w) -> y",
        "Acos(w) -> y",
        "Atanh(w) -> y",
        "Tan(w) -> y",
        "Sinh(w) -> y",
        "Max(w,w) -> y",
        "Pow(w,w) -> y",
        "Div(w,w) -> y"
      })
  void tensorFlow_hasTheGradient(String node) {
    TfModel model = model(node);
    assertEquals(Map.of(), model.operatorsWithoutGradient(), node);
    assertEquals(1, model.variableCount());
    assertEquals(12, model.trainableParameters());
    GraphDefWriter.Frozen frozen = GraphDefWriter.frozen(model.graph());
    try (Graph graph = new Graph()) {
      graph.importGraphDef(frozen.graph());
      List<Output<?>> gradients = new ArrayList<>();
      for (Output<?> g :
          graph.addGradients(
              graph.operation(frozen.outputs().get("y").replaceAll(":.*", "")).output(0),
              new Output<?>[] {graph.operation("w").output(0)})) {
        gradients.add(g);
      }
      assertEquals(1, gradients.size());
    }
  }

  @Test
  void operatorsWithoutGradient_areNamed_onlyWhereTheyAreInTheWay() {
    TfModel rounded = model("Exp(w) -> e", "Round(e) -> y");
    assertEquals(Map.of("Round", 1), rounded.operatorsWithoutGradient());
    TfModel elsewhere = model("CumSum(w,c) -> y");
    assertTrue(elsewhere.operatorsWithoutGradient().isEmpty());
    TfModel whole = model("ArgMax(w) -> a", "Gather(u,a) -> y");
    assertTrue(whole.operatorsWithoutGradient().isEmpty(), "nothing real passes ArgMax");
  }
}
