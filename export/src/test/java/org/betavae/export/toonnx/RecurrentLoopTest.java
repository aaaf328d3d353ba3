package org.betavae.export.toonnx;

import static org.betavae.export.FlowGraph.FLOAT;
import static org.betavae.export.FlowGraph.INT;
import static org.betavae.export.FlowGraph.VARIANT;
import static org.betavae.export.FlowGraph.loop;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.FlowGraph;
import org.betavae.export.FlowGraph.Body;
import org.betavae.export.FlowGraph.Function;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

/** Loops as Keras writes its recurrent layers: 5 inputs, 3 units. */
final class RecurrentLoopTest {
  private static final int UNITS = 3;
  private static final int INPUTS = 5;

  private final FlowGraph g = new FlowGraph();

  /** Computes the states after a step; the output is the first of them. */
  private interface Step {
    List<String> next(Function f, String x, List<String> states);
  }

  /** Wx + Rh + b for some gates, each under its own reference. */
  private static List<String> gates(Function f, String x, String h, int count, boolean bias) {
    String w = f.constant(normal(1, INPUTS, (long) count * UNITS));
    String r = f.constant(normal(2, UNITS, (long) count * UNITS));
    String sum = f.floats("AddV2", f.floats("MatMul", x, w), f.floats("MatMul", h, r));
    return split(f, bias ? withBias(f, sum, 3, count) : sum, count);
  }

  private static String withBias(Function f, String sum, int seed, int count) {
    return f.op(
        "BiasAdd",
        "output",
        Map.of("T", FLOAT),
        sum,
        f.constant(normal(seed, (long) count * UNITS)));
  }

  private static List<String> split(Function f, String value, int count) {
    String parts =
        f.op("Split", "output", Map.of("T", FLOAT, "num_split", count), f.number(1), value);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(Body.output(parts, i));
    }
    return all;
  }

  private static List<String> lstm(
      Function f, String x, List<String> states, String activation, boolean bias) {
    List<String> z = gates(f, x, states.get(0), 4, bias);
    String kept = f.floats("Mul", f.floats("Sigmoid", z.get(1)), states.get(1));
    String added = f.floats("Mul", f.floats("Sigmoid", z.get(0)), f.floats(activation, z.get(2)));
    String c = f.floats("AddV2", kept, added);
    return List.of(f.floats("Mul", f.floats("Sigmoid", z.get(3)), f.floats(activation, c)), c);
  }

  private static String mixed(Function f, String z, String h, String made) {
    String one = f.constant(Tensor.scalar(ElementType.FLOAT32, 1));
    return f.floats("AddV2", f.floats("Mul", z, h), f.floats("Mul", f.floats("Sub", one, z), made));
  }

  private static List<String> gruResetAfter(Function f, String x, List<String> states) {
    String h = states.get(0);
    String w = f.constant(normal(1, INPUTS, 3L * UNITS));
    String r = f.constant(normal(2, UNITS, 3L * UNITS));
    List<String> in = split(f, withBias(f, f.floats("MatMul", x, w), 3, 3), 3);
    List<String> back = split(f, withBias(f, f.floats("MatMul", h, r), 4, 3), 3);
    String z = f.floats("Sigmoid", f.floats("AddV2", in.get(0), back.get(0)));
    String reset = f.floats("Sigmoid", f.floats("AddV2", in.get(1), back.get(1)));
    String made =
        f.floats("Tanh", f.floats("AddV2", in.get(2), f.floats("Mul", reset, back.get(2))));
    return List.of(mixed(f, z, h, made));
  }

  private static List<String> gruResetBefore(Function f, String x, List<String> states) {
    String h = states.get(0);
    List<String> zr = gates(f, x, h, 2, true);
    String z = f.floats("Sigmoid", zr.get(0));
    String reset = f.floats("Sigmoid", zr.get(1));
    String w = f.constant(normal(5, INPUTS, UNITS));
    String r = f.constant(normal(6, UNITS, UNITS));
    String sum =
        f.floats(
            "AddV2", f.floats("MatMul", x, w), f.floats("MatMul", f.floats("Mul", reset, h), r));
    return List.of(mixed(f, z, h, f.floats("Tanh", sum)));
  }

  /**
   * Runs a step over a sequence {@code [steps, batch, 5]}.
   *
   * @param all true to collect all outputs, false to keep the last
   */
  private OnnxModel run(int states, boolean all, Step step) {
    String x = g.input("x", List.of(normal(7, 4, 2, INPUTS), normal(8, 1, 3, INPUTS)), -1, -1, 5);
    List<String> begin = new ArrayList<>();
    DataType[] types = new DataType[4 + states];
    Arrays.fill(types, FLOAT);
    types[0] = INT;
    types[1] = VARIANT;
    types[2 + states] = VARIANT;
    types[3 + states] = INT;
    Body m = g.main();
    String shape = m.op("Shape", "output", Map.of("T", FLOAT, "out_type", INT), x);
    String steps = item(m, shape, 0);
    String batch = item(m, shape, 1);
    begin.add(m.number(0));
    begin.add(m.reserve(all ? steps : m.number(1), m.shape(-1, UNITS)));
    for (int i = 0; i < states; i++) {
      String dims =
          m.op("Pack", "output", Map.of("T", INT, "N", 2, "axis", 0), batch, m.number(UNITS));
      String value = m.constant(Tensor.scalar(ElementType.FLOAT32, i == 0 ? 0.5 : 0));
      begin.add(m.op("Fill", "output", Map.of("T", FLOAT, "index_type", INT), dims, value));
    }
    begin.add(m.list(x, -1, INPUTS));
    begin.add(steps);
    condition(types);
    body(types, states, all, step);
    String out = loop(m, "below", "step", types, begin.toArray(String[]::new));
    for (int i = 0; i < states; i++) {
      g.output("state" + i, Body.output(out, 2 + i));
    }
    return g.output("y", m.stack(Body.output(out, 1), -1, UNITS)).check();
  }

  private static String item(Body m, String shape, int i) {
    return m.op(
        "GatherV2",
        "output",
        Map.of("Tparams", INT, "Tindices", INT, "Taxis", INT),
        shape,
        m.number(i),
        m.number(0));
  }

  private void condition(DataType[] types) {
    Function f = g.function("below");
    String first = f.in(types[0]);
    String last = first;
    for (int i = 1; i < types.length; i++) {
      last = f.in(types[i]);
    }
    f.result(f.ints("Less", first, last), DataType.DT_BOOL);
  }

  private void body(DataType[] types, int count, boolean all, Step step) {
    Function f = g.function("step");
    List<String> in = new ArrayList<>();
    for (DataType t : types) {
      in.add(f.in(t));
    }
    String x = f.read(in.get(2 + count), in.get(0), -1, INPUTS);
    List<String> next = step.next(f, x, in.subList(2, 2 + count));
    f.result(f.ints("AddV2", in.get(0), f.number(1)), INT)
        .result(f.write(in.get(1), all ? in.get(0) : f.number(0), next.get(0)), VARIANT);
    next.forEach(state -> f.result(state, FLOAT));
    f.result(in.get(2 + count), VARIANT).result(in.get(3 + count), INT);
  }

  private static int count(OnnxModel model, String op) {
    return model.operatorCounts().getOrDefault(op, 0);
  }

  @Test
  void lstm_withAllOutputs_isLstm() {
    OnnxModel model = run(2, true, (f, x, s) -> lstm(f, x, s, "Tanh", true));
    assertEquals(1, count(model, "LSTM"));
    assertEquals(0, count(model, "Loop"));
  }

  @Test
  void lstm_withItsLastOutput_isLstm() {
    OnnxModel model = run(2, false, (f, x, s) -> lstm(f, x, s, "Tanh", true));
    assertEquals(1, count(model, "LSTM"));
    assertEquals(0, count(model, "Loop"));
  }

  @Test
  void lstm_withoutBiasAndWithRelu_isLstm() {
    OnnxModel model = run(2, true, (f, x, s) -> lstm(f, x, s, "Relu", false));
    assertEquals(1, count(model, "LSTM"));
  }

  @Test
  void gru_thatResetsAfter_isGru() {
    OnnxModel model = run(1, true, RecurrentLoopTest::gruResetAfter);
    assertEquals(1, count(model, "GRU"));
    assertEquals(0, count(model, "Loop"));
  }

  @Test
  void gru_thatResetsBefore_isGru() {
    OnnxModel model = run(1, true, RecurrentLoopTest::gruResetBefore);
    assertEquals(1, count(model, "GRU"));
  }

  @Test
  void simpleRecurrence_isRnn() {
    OnnxModel model =
        run(1, true, (f, x, s) -> List.of(f.floats("Tanh", gates(f, x, s.get(0), 1, true).get(0))));
    assertEquals(1, count(model, "RNN"));
  }

  @Test
  void lstm_withAnotherFormula_staysALoop() {
    OnnxModel model =
        run(
            2,
            true,
            (f, x, s) -> {
              List<String> next = lstm(f, x, s, "Tanh", true);
              String half = f.constant(Tensor.scalar(ElementType.FLOAT32, 0.5));
              return List.of(f.floats("Mul", next.get(0), half), next.get(1));
            });
    assertEquals(1, count(model, "Loop"));
    assertEquals(0, count(model, "LSTM"));
  }

  @Test
  void gru_withCandidateAndStateSwapped_staysALoop() {
    OnnxModel model =
        run(
            1,
            true,
            (f, x, s) -> {
              List<String> z = gates(f, x, s.get(0), 2, true);
              String gate = f.floats("Sigmoid", z.get(0));
              String made = f.floats("Tanh", z.get(1));
              return List.of(mixed(f, gate, made, s.get(0)));
            });
    assertEquals(1, count(model, "Loop"));
    assertEquals(0, count(model, "GRU"));
  }
}
