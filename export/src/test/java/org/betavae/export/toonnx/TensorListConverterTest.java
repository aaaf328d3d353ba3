package org.betavae.export.toonnx;

import static org.betavae.export.FlowGraph.FLOAT;
import static org.betavae.export.FlowGraph.INT;
import static org.betavae.export.FlowGraph.VARIANT;
import static org.betavae.export.FlowGraph.loop;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.FlowGraph;
import org.betavae.export.FlowGraph.Body;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

final class TensorListConverterTest {
  private static final Map<String, Object> ELEMENT = Map.of("element_dtype", FLOAT);

  private final FlowGraph g = new FlowGraph();
  private final Body m = g.main();

  private OnnxModel mapRows(String shape) {
    String x = g.input("x", List.of(normal(1, 3, 2, 4), normal(2, 3, 5, 4)), 3, -1, 4);
    DataType[] types = {INT, VARIANT, VARIANT};
    FlowGraph.Function condition = g.function("below");
    condition.result(
        condition.ints("Less", condition.in(INT), condition.number(3)), DataType.DT_BOOL);
    condition.in(VARIANT);
    condition.in(VARIANT);
    FlowGraph.Function f = g.function("step");
    String i = f.in(INT);
    String to = f.in(VARIANT);
    String from = f.in(VARIANT);
    String row = f.floats("Tanh", f.read(from, i, -1, 4));
    f.result(f.ints("AddV2", i, f.number(1)), INT)
        .result(f.write(to, i, row), VARIANT)
        .result(from, VARIANT);
    String list = m.reserve(m.number(3), shape);
    String out = loop(m, "below", "step", types, m.number(0), list, m.list(x, -1, 4));
    return g.output("y", m.stack(Body.output(out, 1), -1, 4)).check();
  }

  @Test
  void listOfUnknownRank_takesTheShapeOfWhatALoopWrites() {
    OnnxModel model = mapRows(m.shape());
    assertEquals(List.of(3L, -1L, 4L), model.outputs().get(0).shape());
    assertTrue(model.operatorCounts().keySet().containsAll(List.of("Loop", "ScatterND")));
  }

  @Test
  void listOfAnUnknownDimension_takesTheShapeOfWhatALoopWrites() {
    OnnxModel model = mapRows(m.shape(-1, 4));
    assertEquals(List.of(3L, -1L, 4L), model.outputs().get(0).shape());
  }

  @Test
  void listThatGrows_givesBackWhatWasPushed() {
    String x = g.input("x", List.of(normal(1, 2, 3)), -1, 3);
    String empty =
        m.op(
            "EmptyTensorList",
            "handle",
            Map.of("element_dtype", FLOAT, "shape_type", INT),
            m.shape(),
            m.number(-1));
    String one = m.op("TensorListPushBack", "output_handle", ELEMENT, empty, x);
    String two = m.op("TensorListPushBack", "output_handle", ELEMENT, one, m.floats("Tanh", x));
    String popped = m.op("TensorListPopBack", "output_handle", ELEMENT, two, m.shape(-1, 3));
    String length = m.op("TensorListLength", "length", Map.of(), two);
    g.output("all", m.stack(two, -1, 3))
        .output("rest", m.stack(popped, -1, 3))
        .output("last", Body.output(popped, 1))
        .output("length", length);
    OnnxModel model = g.check();
    assertEquals(List.of(2L, -1L, 3L), model.outputs().get(0).shape());
  }

  @Test
  void listResized_isCutOrFilledWithZeros() {
    String x = g.input("x", List.of(normal(1, 3, 2)), 3, 2);
    String list = m.list(x, 2);
    String longer = m.op("TensorListResize", "output_handle", Map.of(), list, m.number(5));
    String shorter = m.op("TensorListResize", "output_handle", Map.of(), list, m.number(1));
    String shape =
        m.op("TensorListElementShape", "element_shape", Map.of("shape_type", INT), longer);
    g.output("longer", m.stack(longer, 2))
        .output("shorter", m.stack(shorter, 2))
        .output("shape", shape);
    assertEquals(List.of(5L, 2L), g.check().outputs().get(0).shape());
  }

  @Test
  void listByIndices_isGatheredScatteredAndConcatenated() {
    String x = g.input("x", List.of(normal(1, 3, 2, 2)), -1, 2, 2);
    String list = m.list(x, 2, 2);
    String indices = m.shape(2, 0, 1, 0);
    String gathered = m.op("TensorListGather", "values", ELEMENT, list, indices, m.shape(2, 2));
    String scattered =
        m.op(
            "TensorListScatterV2",
            "output_handle",
            Map.of("element_dtype", FLOAT, "shape_type", INT),
            x,
            m.shape(1, 3, 0),
            m.shape(2, 2),
            m.number(-1));
    String joined =
        m.op(
            "TensorListConcatV2",
            "tensor",
            Map.of("element_dtype", FLOAT, "shape_type", INT),
            list,
            m.shape(-1, 2),
            m.constant(Tensor.longs()));
    g.output("gathered", gathered)
        .output("scattered", m.stack(scattered, 2, 2))
        .output("joined", joined)
        .output("lengths", Body.output(joined, 1));
    assertEquals(List.of(4L, 2L, 2L), g.check().outputs().get(0).shape());
  }

  @Test
  void elementsOfOtherShapes_areRefused() {
    String x = g.input("x", List.of(normal(1, 2, 3)), 2, 3);
    String list = m.reserve(m.number(2), m.shape());
    String one = m.write(list, m.number(0), x);
    String two = m.write(one, m.number(1), m.constant(normal(2, 4, 3)));
    TfModel model = g.output("y", m.stack(two, 2, 3)).model();
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(model, ConvertOptions.defaults()));
    assertTrue(
        e.getMessage()
            .contains(
                "an element has the shape [4, 3] in a list [2, 2, 3], expected elements of one shape"),
        e.getMessage());
  }

  @Test
  void listWithoutElements_isRefusedWhereItIsRead() {
    String x = g.input("x", List.of(normal(1, 2, 3)), 2, 3);
    String list = m.reserve(m.number(2), m.shape());
    TfModel model = g.output("y", m.stack(list)).output("x_again", m.floats("Tanh", x)).model();
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(model, ConvertOptions.defaults()));
    assertTrue(
        e.getMessage().contains("it reads a list that nothing was written to"), e.getMessage());
  }
}
