package org.betavae.export.totf;

import static org.betavae.export.ElementType.BOOL;
import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.onnx.proto.OnnxMl.GraphProto;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of control flow, recurrent layers and attention, beside ONNX Runtime. */
class FlowImportersTest {
  private static final int LONG = 40;

  private static OnnxNet recurrent(int gates, int steps, int directions) {
    return new OnnxNet(17)
        .in("x", TfTensors.normal(1, steps, 2, 3))
        .constant("w", TfTensors.uniform(2, -0.5, 0.5, directions, gates * 4L, 3))
        .constant("r", TfTensors.uniform(3, -0.5, 0.5, directions, gates * 4L, 4))
        .constant("b", TfTensors.uniform(4, -0.5, 0.5, directions, 2L * gates * 4))
        .out("y", FLOAT32)
        .out("h", FLOAT32);
  }

  @ParameterizedTest
  @CsvSource({"LSTM,4", "GRU,3", "RNN,1"})
  void recurrentLayer_overFewSteps_isUnrolled(String op, int gates) {
    for (String direction : new String[] {"forward", "reverse", "bidirectional"}) {
      int directions = direction.equals("bidirectional") ? 2 : 1;
      TfModel tf =
          recurrent(gates, 5, directions)
              .node(op + "(x,w,r,b) -> y,h", "hidden_size", 4, "direction", direction)
              .checkDeclared();
      assertFalse(tf.graph().operatorCounts().containsKey("StatelessWhile"));
    }
  }

  @ParameterizedTest
  @CsvSource({"LSTM,4", "GRU,3", "RNN,1"})
  void recurrentLayer_overManySteps_isALoop(String op, int gates) {
    TfModel tf =
        recurrent(gates, LONG, 1).node(op + "(x,w,r,b) -> y,h", "hidden_size", 4).checkDeclared();
    assertEquals(1, tf.graph().operatorCounts().get("StatelessWhile"));
  }

  @Test
  void recurrentLayer_withLengthsAndAnInitialState_agrees() {
    recurrent(3, 5, 1)
        .constant("l", Tensor.ofLongs(ElementType.INT32, new long[] {2}, i -> 3 + i))
        .constant("i", TfTensors.normal(5, 1, 2, 4))
        .node("GRU(x,w,r,b,l,i) -> y,h", "hidden_size", 4, "linear_before_reset", 1)
        .checkDeclared();
  }

  private static GraphProto body(OnnxNet net) {
    return net.graph();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void if_takesTheBranchThatTheConditionSays(long condition) {
    GraphProto yes = body(new OnnxNet(17).node("Relu(x) -> a").out("a", FLOAT32));
    GraphProto no = body(new OnnxNet(17).node("Neg(x) -> b").out("b", FLOAT32));
    TfModel tf =
        new OnnxNet(17)
            .in("x", TfTensors.normal(1, 2, 3))
            .in("c", Tensor.scalar(BOOL, (double) condition))
            .node("If(c) -> y", "then_branch", yes, "else_branch", no)
            .out("y", FLOAT32)
            .check();
    assertEquals(1, tf.graph().operatorCounts().get("StatelessIf"));
  }

  private static OnnxNet loop(Tensor trips, boolean fed) {
    GraphProto body =
        body(
            new OnnxNet(17)
                .in("i", Tensor.scalar(INT64, 0))
                .in("c", Tensor.scalar(BOOL, 1))
                .in("v", TfTensors.normal(1, 2, 3))
                .node("Identity(c) -> go")
                .node("Add(v,x) -> next")
                .node("Tanh(next) -> seen")
                .out("go", BOOL)
                .out("next", FLOAT32)
                .out("seen", FLOAT32));
    OnnxNet net = new OnnxNet(17).in("x", TfTensors.normal(1, 2, 3));
    return (fed ? net.in("m", trips) : net.constant("m", trips))
        .node("Loop(m,,x) -> y,all", "body", body)
        .out("y", FLOAT32)
        .out("all", FLOAT32);
  }

  @Test
  void loop_ofFewStepsIsUnrolled_andOneOfStepsThatAreFedStaysALoop() {
    TfModel unrolled = loop(Tensor.scalar(INT64, 3), false).check();
    assertFalse(unrolled.graph().operatorCounts().containsKey("StatelessWhile"));
    TfModel looped = loop(Tensor.scalar(INT64, 4), true).check();
    assertEquals(1, looped.graph().operatorCounts().get("StatelessWhile"));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, LONG})
  void scan_overFewAndManySteps_agrees(int steps) {
    GraphProto body =
        body(
            new OnnxNet(17)
                .in("s", TfTensors.normal(1, 3))
                .in("e", TfTensors.normal(1, 3))
                .node("Add(s,e) -> next")
                .node("Sigmoid(next) -> seen")
                .out("next", FLOAT32)
                .out("seen", FLOAT32));
    new OnnxNet(17)
        .in("begin", TfTensors.normal(1, 3))
        .in("x", TfTensors.normal(2, steps, 3))
        .node(
            "Scan(begin,x) -> y,all",
            "body",
            body,
            "num_scan_inputs",
            1,
            "scan_input_directions",
            new long[] {1})
        .out("y", FLOAT32)
        .out("all", FLOAT32)
        .checkDeclared();
  }

  @Test
  void attention_withMaskAndCausal_agrees() {
    OnnxNet net =
        new OnnxNet(23)
            .in("q", TfTensors.normal(1, 2, 4, 3, 8))
            .in("k", TfTensors.normal(2, 2, 2, 5, 8))
            .in("v", TfTensors.normal(3, 2, 2, 5, 8))
            .in("m", TfTensors.normal(4, 3, 5))
            .out("y", FLOAT32);
    net.node("Attention(q,k,v,m) -> y", "is_causal", 1, "softcap", 2f).checkDeclared();
  }

  @Test
  void rotaryEmbedding_agrees() {
    for (int interleaved = 0; interleaved < 2; interleaved++) {
      new OnnxNet(23)
          .in("x", TfTensors.normal(1, 2, 4, 3, 8))
          .in("c", TfTensors.normal(2, 2, 3, 4))
          .in("s", TfTensors.normal(3, 2, 3, 4))
          .node("RotaryEmbedding(x,c,s) -> y", "interleaved", interleaved)
          .out("y", FLOAT32)
          .checkDeclared();
    }
  }
}
