package org.betavae.export.toonnx;

import static org.betavae.export.FlowGraph.FLOAT;
import static org.betavae.export.FlowGraph.INT;
import static org.betavae.export.FlowGraph.loop;
import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.FlowGraph;
import org.betavae.export.FlowGraph.Body;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

final class ControlFlowConvertersTest {
  private static final Tensor FALSE = Tensor.scalar(ElementType.BOOL, 0);
  private static final Tensor TRUE = Tensor.scalar(ElementType.BOOL, 1);

  private static Tensor whole(int value) {
    return Tensor.scalar(ElementType.INT32, value);
  }

  /** Condition i < limit of a loop over (i, y, ..., limit) with the limit as the last argument. */
  private static void below(FlowGraph g, DataType... types) {
    FlowGraph.Function f = g.function("below");
    String i = f.in(types[0]);
    String last = i;
    for (int k = 1; k < types.length; k++) {
      last = f.in(types[k]);
    }
    f.result(f.op("Less", "z", Map.of("T", INT), i, last), DataType.DT_BOOL);
  }

  private static FlowGraph powers(String step) {
    return powers(step, true);
  }

  private static FlowGraph powers(String step, boolean counted) {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3), normal(2, 1, 3), normal(3, 4, 3)), -1, 3);
    String n = g.input("n", List.of(whole(4), whole(0), whole(1)));
    DataType[] types = {INT, FLOAT, FLOAT, INT};
    below(g, types);
    FlowGraph.Function f = g.function("step");
    String i = f.in(INT);
    String y = f.in(FLOAT);
    String w = f.in(FLOAT);
    String limit = f.in(INT);
    f.result(f.ints("AddV2", i, f.number(1)), INT)
        .result(f.floats(step, f.floats("MatMul", y, w)), FLOAT)
        .result(w, FLOAT)
        .result(limit, INT);
    String w0 = g.main().constant(normal(5, 3, 3));
    String out = loop(g.main(), "below", "step", types, g.main().number(0), x, w0, n);
    FlowGraph all = g.output("y", Body.output(out, 1));
    return counted ? all.output("i", Body.output(out, 0)) : all;
  }

  @Test
  void loop_carriesWhatChangesAndReadsTheRest() {
    OnnxModel model = powers("Tanh").check();
    assertEquals(1, model.operatorCounts().get("Loop"));
    // The weight is a constant of the file, not carried, and stands there once.
    assertEquals(1, model.operatorCounts().get("MatMul"));
    assertEquals(List.of(-1L, 3L), model.outputs().get(0).shape());
  }

  @Test
  void loop_twice_givesTheSameBytes() {
    ConvertOptions options = ConvertOptions.defaults();
    assertArrayEquals(
        TfToOnnx.convert(powers("Tanh").model(), options).toBytes(),
        TfToOnnx.convert(powers("Tanh").model(), options).toBytes());
  }

  @Test
  void loop_thatCountsItsSteps_leavesThatToOnnx() {
    OnnxModel model = TfToOnnx.convert(powers("Tanh", false).model(), ConvertOptions.defaults());
    // No comparison is left in the loop, and no counter: ONNX is told the number of steps.
    assertEquals(
        operators("Cast", 1, "Loop", 1, "MatMul", 1, "Tanh", 1, "Identity", 1),
        model.operatorCounts());
  }

  @Test
  void unknownOperatorInALoop_isNamed() {
    ConversionException e =
        assertThrows(
            ConversionException.class,
            () -> TfToOnnx.convert(powers("Betainc").model(), ConvertOptions.defaults()));
    assertTrue(e.getMessage().contains("no converter for Betainc (node '"), e.getMessage());
  }

  @Test
  void loop_ofAGrowingTensor_hasAFreeDimension() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3), normal(2, 2, 3)), 2, 3);
    String n = g.input("n", List.of(whole(3), whole(0)));
    DataType[] types = {INT, FLOAT, FLOAT, INT};
    below(g, types);
    FlowGraph.Function f = g.function("step");
    String i = f.in(INT);
    String y = f.in(FLOAT);
    String row = f.in(FLOAT);
    String limit = f.in(INT);
    String grown =
        f.op("ConcatV2", "output", Map.of("T", FLOAT, "N", 2, "Tidx", INT), y, row, f.number(0));
    f.result(f.ints("AddV2", i, f.number(1)), INT)
        .result(grown, FLOAT)
        .result(row, FLOAT)
        .result(limit, INT);
    String out = loop(g.main(), "below", "step", types, g.main().number(0), x, x, n);
    OnnxModel model = g.output("y", Body.output(out, 1)).check();
    assertEquals(List.of(-1L, 3L), model.outputs().get(0).shape());
  }

  @Test
  void loopInALoop_readsValuesAroundBoth() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3)), -1, 3);
    String n = g.input("n", List.of(whole(3)));
    DataType[] types = {INT, FLOAT, FLOAT, INT};
    below(g, types);
    FlowGraph.Function inner = g.function("inner");
    String i = inner.in(INT);
    String y = inner.in(FLOAT);
    String z = inner.in(FLOAT);
    String limit = inner.in(INT);
    inner
        .result(inner.ints("AddV2", i, inner.number(1)), INT)
        .result(inner.floats("Tanh", inner.floats("AddV2", y, z)), FLOAT)
        .result(z, FLOAT)
        .result(limit, INT);
    FlowGraph.Function outer = g.function("outer");
    String j = outer.in(INT);
    String a = outer.in(FLOAT);
    String b = outer.in(FLOAT);
    String last = outer.in(INT);
    String done = loop(outer, "below", "inner", types, outer.number(0), a, b, last);
    outer
        .result(outer.ints("AddV2", j, outer.number(1)), INT)
        .result(outer.floats("Mul", Body.output(done, 1), a), FLOAT)
        .result(b, FLOAT)
        .result(last, INT);
    String out = loop(g.main(), "below", "outer", types, g.main().number(0), x, x, n);
    OnnxModel model = g.output("y", Body.output(out, 1)).check();
    assertEquals(2, model.operatorCounts().get("Loop"));
  }

  /** p ? x + x : tanh(x) joined with itself. */
  private static FlowGraph choice(FlowGraph g, String p, String x) {
    FlowGraph.Function yes = g.function("yes");
    String a = yes.in(FLOAT);
    yes.result(yes.floats("AddV2", a, a), FLOAT).result(yes.number(7), INT);
    FlowGraph.Function no = g.function("no");
    String b = no.floats("Tanh", no.in(FLOAT));
    no.result(
            no.op(
                "ConcatV2", "output", Map.of("T", FLOAT, "N", 2, "Tidx", INT), b, b, no.number(0)),
            FLOAT)
        .result(no.number(9), INT);
    String out =
        g.main()
            .op(
                "StatelessIf",
                "output",
                Map.of(
                    "then_branch",
                    "yes",
                    "else_branch",
                    "no",
                    "Tcond",
                    DataType.DT_BOOL,
                    "Tin",
                    new DataType[] {FLOAT},
                    "Tout",
                    new DataType[] {FLOAT, INT}),
                p,
                x);
    return g.output("y", out).output("n", Body.output(out, 1));
  }

  @Test
  void choice_ofBranchesWithOtherShapes_hasAFreeDimension() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3), normal(2, 2, 3)), 2, 3);
    String p = g.input("p", List.of(TRUE, FALSE));
    OnnxModel model = choice(g, p, x).check();
    assertEquals(
        operators("If", 1, "Add", 1, "Tanh", 1, "Concat", 1, "Identity", 2),
        model.operatorCounts());
    assertEquals(List.of(-1L, 3L), model.outputs().get(0).shape());
  }

  @Test
  void choice_byAConstant_isTheBranchAlone() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3)), 2, 3);
    String p = g.main().constant(TRUE);
    assertEquals(operators("Add", 1, "Identity", 1), choice(g, p, x).check().operatorCounts());
  }

  @Test
  void caseOutOfRange_isTheLastBranch() {
    FlowGraph g = new FlowGraph();
    Tensor x = uniform(1, 0.5, 2, 2, 3);
    String in = g.input("x", List.of(x, x, x, x, x), -1, 3);
    String index = g.input("i", List.of(whole(0), whole(1), whole(2), whole(8), whole(-1)));
    for (String op : List.of("Exp", "Tanh", "Sigmoid")) {
      FlowGraph.Function f = g.function(op + "_branch");
      f.result(f.floats(op, f.in(FLOAT)), FLOAT);
    }
    String out =
        g.main()
            .op(
                "StatelessCase",
                "output",
                Map.of(
                    "branches", new String[] {"Exp_branch", "Tanh_branch", "Sigmoid_branch"},
                    "Tin", new DataType[] {FLOAT},
                    "Tout", new DataType[] {FLOAT}),
                index,
                in);
    OnnxModel model = g.output("y", out).check();
    assertEquals(2, model.operatorCounts().get("If"));
  }

  @Test
  void switchByAConstant_isTheLivingWayAlone() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3)), -1, 3);
    Body m = g.main();
    String way = m.op("Switch", "output_false", Map.of("T", FLOAT), x, m.constant(FALSE));
    String no = m.floats("Tanh", way);
    String yes = m.floats("Exp", Body.output(way, 1));
    String y = m.op("Merge", "output", Map.of("T", FLOAT, "N", 2), no, yes);
    assertEquals(operators("Tanh", 1), g.output("y", y).check().operatorCounts());
  }

  @Test
  void switchAtRunTime_isAnIf() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3), normal(2, 2, 3)), -1, 3);
    String p = g.input("p", List.of(TRUE, FALSE));
    Body m = g.main();
    String way = m.op("Switch", "output_false", Map.of("T", FLOAT), x, p);
    String no = m.floats("Tanh", way);
    String yes = m.floats("Exp", Body.output(way, 1));
    String y = m.op("Merge", "output", Map.of("T", FLOAT, "N", 2), no, yes);
    OnnxModel model = g.output("y", y).check();
    assertEquals(operators("If", 1, "Tanh", 1, "Exp", 1), model.operatorCounts());
  }

  @Test
  void mergeOfOneWayAlone_isRefusedByName() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3)), -1, 3);
    String p = g.input("p", List.of(TRUE));
    Body m = g.main();
    String way = m.op("Switch", "output_false", Map.of("T", FLOAT), x, p);
    String y = m.op("Merge", "output", Map.of("T", FLOAT, "N", 2), way, way);
    TfModel model = g.output("y", y).model();
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(model, ConvertOptions.defaults()));
    assertTrue(
        e.getMessage()
            .contains("no converter for Merge (node 'Merge_1'), Switch (node 'Switch_0')"),
        e.getMessage());
  }

  private static AttrValue text(String value) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)).build();
  }

  private static String enter(Body m, String name, DataType type, boolean constant, String from) {
    return m.node(
        "Enter",
        name,
        Map.of("T", type, "frame_name", text("frame"), "is_constant", constant),
        from);
  }

  /** One value of a loop of TensorFlow 1: its begin, its merge, and the ways out and on. */
  private static String merge(Body m, String name, DataType type, String begin) {
    String e = enter(m, name + "/Enter", type, false, begin);
    m.node("Merge", name + "/Merge", Map.of("T", type, "N", 2), e, name + "/Next:0");
    m.node("Switch", name + "/Switch", Map.of("T", type), name + "/Merge:0", "LoopCond:0");
    m.node("Exit", name + "/Exit", Map.of("T", type), name + "/Switch:0");
    return name + "/Switch:1";
  }

  @Test
  void loopOfTensorFlow1_withATensorArray_isALoop() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 4, 3), normal(2, 1, 3)), -1, 3);
    Body m = g.main();
    String shape = m.op("Shape", "output", Map.of("T", FLOAT, "out_type", INT), x);
    String size =
        m.op(
            "GatherV2",
            "output",
            Map.of("Tparams", INT, "Tindices", INT, "Taxis", INT),
            shape,
            m.number(0),
            m.number(0));
    String all = m.op("Range", "output", Map.of("Tidx", INT), m.number(0), size, m.number(1));
    String from = m.op("TensorArrayV3", "handle", Map.of("dtype", FLOAT), size);
    String to = m.op("TensorArrayV3", "handle", Map.of("dtype", FLOAT), size);
    String filled =
        m.op(
            "TensorArrayScatterV3",
            "flow_out",
            Map.of("T", FLOAT),
            from,
            all,
            x,
            Body.output(from, 1));
    String i = merge(m, "i", INT, m.number(0));
    String flow = merge(m, "flow", FLOAT, Body.output(to, 1));
    String fromIn = enter(m, "from", DataType.DT_RESOURCE, true, from);
    String toIn = enter(m, "to", DataType.DT_RESOURCE, true, to);
    String filledIn = enter(m, "filled", FLOAT, true, filled);
    String sizeIn = enter(m, "size", INT, true, size);
    m.node("Less", "Less", Map.of("T", INT), "i/Merge:0", sizeIn);
    m.node("LoopCond", "LoopCond", Map.of(), "Less:0");
    String row = m.op("TensorArrayReadV3", "value", Map.of("dtype", FLOAT), fromIn, i, filledIn);
    String written =
        m.op(
            "TensorArrayWriteV3",
            "flow_out",
            Map.of("T", FLOAT),
            toIn,
            i,
            m.floats("Tanh", row),
            flow);
    m.node("Const", "one", Body.valueOf(whole(1)), "^i/Merge");
    m.node("NextIteration", "i/Next", Map.of("T", INT), m.ints("AddV2", i, "one:0"));
    m.node("NextIteration", "flow/Next", Map.of("T", FLOAT), written);
    String gathered =
        m.op("TensorArrayGatherV3", "value", Map.of("dtype", FLOAT), to, all, "flow/Exit:0");
    String count = m.op("TensorArraySizeV3", "size", Map.of(), to, "flow/Exit:0");
    OnnxModel model = g.output("y", gathered).output("size", count).check();
    assertEquals(1, model.operatorCounts().get("Loop"));
    assertEquals(List.of(-1L, 3L), model.outputs().get(0).shape());
  }

  @Test
  void loopWithoutABody_isRefusedByName() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3)), -1, 3);
    String out = loop(g.main(), "missing", "missing", new DataType[] {FLOAT}, x);
    ConversionException e =
        assertThrows(ConversionException.class, () -> g.output("y", out).model());
    assertTrue(
        e.getMessage().contains("calls the function 'missing', which is not there"),
        e.getMessage());
  }

  @Test
  void loopThatContainsItself_isRefused() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(normal(1, 2, 3)), -1, 3);
    DataType[] types = {FLOAT};
    FlowGraph.Function f = g.function("again");
    f.result(loop(f, "again", "again", types, f.in(FLOAT)), FLOAT);
    String out = loop(g.main(), "again", "again", types, x);
    ConversionException e =
        assertThrows(ConversionException.class, () -> g.output("y", out).model());
    assertTrue(e.getMessage().contains("calls itself"), e.getMessage());
  }
}
