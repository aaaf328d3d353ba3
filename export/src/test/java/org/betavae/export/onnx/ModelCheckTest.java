package org.betavae.export.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.List;
import org.betavae.export.ConversionException;
import org.betavae.export.Tensor;
import org.junit.jupiter.api.Test;

/** What is refused when a model is read, and what has to pass. */
final class ModelCheckTest {
  private static final String FILE = "m.onnx";

  private static OperatorSetIdProto opset(String domain, int version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static ValueInfoProto input(String name, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long d : dims) {
      if (d < 0) {
        shape.addDimBuilder().setDimParam("batch");
      } else {
        shape.addDimBuilder().setDimValue(d);
      }
    }
    TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static NodeProto node(String op, List<String> in, AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setName("n")
        .setOpType(op)
        .addAllInput(in)
        .addOutput("y")
        .addAllAttribute(List.of(attributes))
        .build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  private static AttributeProto integers(String name, Long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(List.of(values))
        .build();
  }

  /** A model of one node that makes y of x [batch, 4], v [3], i [2, 4, 5, 5] and w [6, 3, 3, 3]. */
  private static ModelProto.Builder model(int opset, NodeProto... nodes) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInput(input("x", -1, 4))
            .addInput(input("v", 3))
            .addInput(input("i", 2, 4, 5, 5))
            .addInput(input("w", 6, 3, 3, 3))
            .addInitializer(OnnxTensors.write("three_two", Tensor.longs(3, 2)))
            .addInitializer(OnnxTensors.write("two", Tensor.longs(2)))
            .addInitializer(OnnxTensors.write("five", Tensor.longs(5)))
            .addInitializer(
                OnnxTensors.write("m", Tensor.floats(new long[] {2, 3}, 1, 2, 3, 4, 5, 6)))
            .addAllNode(List.of(nodes));
    graph.addOutput(ValueInfoProto.newBuilder().setName("y"));
    return ModelProto.newBuilder().setIrVersion(8).addOpsetImport(opset("", opset)).setGraph(graph);
  }

  private static void passes(ModelProto.Builder model) {
    byte[] bytes = model.build().toByteArray();
    assertEquals(model.build(), OnnxFiles.read(bytes, FILE));
  }

  private static void refused(ModelProto.Builder model, String... parts) {
    byte[] bytes = model.build().toByteArray();
    String message =
        assertThrows(ConversionException.class, () -> OnnxFiles.read(bytes, FILE)).getMessage();
    assertTrue(message.startsWith("Cannot read " + FILE + ": "), message);
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains("expected"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void table_knowsWhenOperatorsCameAndWent() {
    assertEquals(20, StandardOperators.versions("Gelu").firstKey());
    assertTrue(StandardOperators.versions("Upsample").get(10).deprecated());
    assertTrue(StandardOperators.versions("NotAnOperator").isEmpty());
    assertEquals(
        new StandardOperators.Range(2, 3), StandardOperators.versions("Conv").get(11).inputs());
    assertEquals("INTS", StandardOperators.versions("Conv").get(11).attributes().get("strides"));
    assertEquals(List.of("to"), StandardOperators.versions("Cast").get(13).required());
    assertTrue(StandardOperators.newest() >= 21, "opset " + StandardOperators.newest());
  }

  @Test
  void everyOperatorOfOurRules_isOneOfTheStandard() {
    ElementwiseOps.FUNCTIONS.forEach(
        op -> assertFalse(StandardOperators.versions(op).isEmpty(), op));
    ReduceRules.REDUCE.forEach(op -> assertFalse(StandardOperators.versions(op).isEmpty(), op));
  }

  @Test
  void unknownNames_areRefused() {
    refused(model(17, node("Wobble", List.of("x"))), "node 'n' (Wobble)", "Correct the name");
    NodeProto nameless = node("Wobble", List.of("x")).toBuilder().clearName().build();
    refused(model(17, nameless), "the node that makes 'y' (Wobble)");
  }

  @Test
  void namesOfAnotherOperatorSet_areRefusedWithTheOneThatHasThem() {
    refused(model(17, node("Gelu", List.of("x"))), "set 17, expected 20 or newer", "higher opset");
    passes(model(20, node("Gelu", List.of("x"))));
    refused(model(17, node("Scatter", List.of("x", "x", "x"))), "set 17, expected 10 or older");
  }

  @Test
  void whatARuntimeMayHave_passes() {
    passes(model(9, node("ScaledTanh", List.of("x"))));
    passes(model(13, node("SimplifiedLayerNormalization", List.of("x", "v"))));
    passes(model(18, node("GroupNormalization", List.of("x", "v", "v"), integer("num_groups", 2))));
    passes(model(StandardOperators.newest() + 1, node("Novelty", List.of("x"))));
    NodeProto foreign = node("Wobble", List.of("x")).toBuilder().setDomain("org.example").build();
    passes(model(17, foreign).addOpsetImport(opset("org.example", 1)));
    passes(model(17, foreign.toBuilder().setDomain("com.microsoft").build()));
    passes(model(17, node("Relu", List.of("x")).toBuilder().setDomain("ai.onnx").build()));
  }

  @Test
  void domainsThatAreNotImported_areRefused() {
    NodeProto foreign = node("Wobble", List.of("x")).toBuilder().setDomain("org.example").build();
    refused(model(17, foreign), "node 'n' (org.example:Wobble)", "'org.example'", "imports");
  }

  @Test
  void functions_areKnown_andTheirNodesChecked() {
    NodeProto call = node("Twice", List.of("x")).toBuilder().setDomain("local").build();
    NodeProto body = node("Relu", List.of("a"));
    FunctionProto twice =
        FunctionProto.newBuilder()
            .setName("Twice")
            .setDomain("local")
            .addInput("a")
            .addOutput("y")
            .addOpsetImport(opset("", 17))
            .addNode(body)
            .build();
    passes(model(17, call).addFunctions(twice));
    FunctionProto wrong = twice.toBuilder().setNode(0, body.toBuilder().setOpType("Reluu")).build();
    refused(model(17, call).addFunctions(wrong), "(Reluu)");
  }

  @Test
  void countsOfInputsAndOutputs_areChecked() {
    refused(model(17, node("MatMul", List.of("x"))), "node 'n' (MatMul)", "1 inputs, expected 2");
    refused(model(17, node("Relu", List.of("x", "v"))), "2 inputs, expected 1");
    refused(model(17, node("MatMul", List.of("", "x"))), "input 0 is left out");
    NodeProto two = node("Relu", List.of("x")).toBuilder().addOutput("z").build();
    refused(model(17, two), "2 outputs, expected 1");
    passes(model(17, node("Sum", List.of("x", "x", "x"))));
    passes(model(17, node("Clip", List.of("x", "", ""))));
  }

  @Test
  void attributes_areChecked() {
    refused(model(17, node("Cast", List.of("x"))), "no attribute 'to'");
    refused(model(17, node("Relu", List.of("x"), integer("size", 1))), "the attribute 'size'");
    passes(model(17, node("Relu", List.of("x"), integer("__note", 1))));
    AttributeProto text =
        AttributeProto.newBuilder()
            .setName("axis")
            .setType(AttributeType.STRING)
            .setS(ByteString.copyFromUtf8("1"))
            .build();
    refused(
        model(17, node("Softmax", List.of("x"), text)), "'axis' is of type STRING, expected INT");
  }

  @Test
  void products_ofSizesThatDoNotMeet_areRefused() {
    refused(
        model(17, node("MatMul", List.of("x", "v"))),
        "MatMul (node 'n')",
        "inner dimensions are 4 and 3",
        "expected them to be equal");
    refused(
        model(17, node("Gemm", List.of("x", "m"), integer("transB", 1))),
        "inner dimensions are 4 and 3");
    passes(model(17, node("MatMul", List.of("m", "v"))));
    passes(model(17, node("MatMul", List.of("v", "v"))));
  }

  @Test
  void operandsThatDoNotBroadcast_areRefused() {
    refused(model(17, node("Add", List.of("x", "v"))), "batch,", "[3]", "equal or 1");
    passes(model(17, node("Mul", List.of("m", "v"))));
  }

  @Test
  void convolutions_ofOtherChannels_areRefused() {
    refused(
        model(17, node("Conv", List.of("i", "w"))), "channels of input and weights are 4 and 3");
    refused(
        model(17, node("ConvTranspose", List.of("i", "w"))),
        "channels of input and weights are 4 and 6");
    refused(
        model(17, node("MaxPool", List.of("i"), integers("kernel_shape", 6L, 6L))),
        "window reaches over 6 of 5");
    refused(
        model(
            17,
            node(
                "MaxPool",
                List.of("i"),
                integers("kernel_shape", 2L, 2L),
                integers("strides", 2L))),
        "strides has 1 numbers, expected 2");
    refused(
        model(17, node("MaxPool", List.of("i"), integers("kernel_shape", 2L, 0L))), "at least 1");
  }

  @Test
  void reshapes_toAnotherNumberOfElements_areRefused() {
    refused(
        model(17, node("Reshape", List.of("i", "three_two"))),
        "input shape is [2, 4, 5, 5], target is [3, 2]",
        "same number of elements");
    passes(model(17, node("Reshape", List.of("m", "three_two"))));
    // A batch that is not known may be anything.
    passes(model(17, node("Reshape", List.of("x", "three_two"))));
  }

  @Test
  void shapesThatAreComputed_areFollowed() {
    NodeProto shape = node("Shape", List.of("m")).toBuilder().clearOutput().addOutput("s").build();
    NodeProto reversed =
        node("Gather", List.of("s", "order")).toBuilder().clearOutput().addOutput("t").build();
    ModelProto.Builder model = model(17, shape, reversed, node("Reshape", List.of("v", "t")));
    model.getGraphBuilder().addInitializer(OnnxTensors.write("order", Tensor.longs(1, 0)));
    refused(model, "input shape is [3], target is [3, 2]");
  }

  @Test
  void formsOfTheStandardThatWeDoNotWrite_areUnderstood() {
    assertEquals("[3, 2]", shapeOf(node("Transpose", List.of("m"))));
    assertEquals("[2, 100]", shapeOf(node("Flatten", List.of("i"))));
    assertEquals("[1, 200]", shapeOf(node("Flatten", List.of("i"), integer("axis", 0))));
    assertEquals("[8, 25]", shapeOf(node("Flatten", List.of("i"), integer("axis", -2))));
    assertEquals("[2]", shapeOf(node("MatMul", List.of("m", "v"))));
    assertEquals("[]", shapeOf(node("MatMul", List.of("v", "v"))));
    assertEquals(
        List.of(Dim.of(4), Dim.of(5)),
        check(node("Shape", List.of("i"), integer("start", 1), integer("end", -1))).elements());
    assertEquals("[2, 4, 2, 5]", shapeOf(node("Slice", List.of("i", "two", "five", "two", "two"))));
    assertEquals("[2, 3]", shapeOf(node("Dropout", List.of("m"))));
  }

  private static String shapeOf(NodeProto node) {
    return check(node).shape().toString();
  }

  private static OnnxValue check(NodeProto node) {
    ShapeCheck check = new ShapeCheck(model(17, node).build(), FILE);
    check.run();
    return check.value("y");
  }

  @Test
  void olderOperatorSets_areNotJudgedByTheirShapes() {
    // Before 7, Add took a second operand that begins at an axis.
    NodeProto add = node("Add", List.of("i", "v"), integer("axis", 1), integer("broadcast", 1));
    passes(model(6, add));
  }

  private static NodeProto named(String op, String in, String out) {
    return NodeProto.newBuilder().setName(out).setOpType(op).addInput(in).addOutput(out).build();
  }

  @Test
  void nodesOutOfOrder_areReadInOrder_andThoseInACycleAreRefused() {
    ModelProto mixed =
        model(17, named("Relu", "b", "y"), named("Neg", "x", "a"), named("Exp", "a", "b")).build();
    assertEquals(
        List.of("a", "b", "y"),
        OnnxFiles.read(mixed.toByteArray(), FILE).getGraph().getNodeList().stream()
            .map(NodeProto::getName)
            .toList());
    ModelProto cycle = model(17, named("Relu", "b", "y"), named("Exp", "y", "b")).build();
    ConversionException e =
        assertThrows(ConversionException.class, () -> OnnxFiles.read(cycle.toByteArray(), FILE));
    assertTrue(e.getMessage().contains("form a cycle"), e::getMessage);
  }
}
