package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.betavae.export.ConversionException;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.OnnxNet;
import org.betavae.export.OnnxToTf;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and hostile models: a clear error or a small graph, soon, and the JVM alive. */
class HostileModelsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int OPSET = 17;

  /** Enough for the gate; 10,000 and more by {@code -Dbetavae.mutations}, others by the seed. */
  private static final int MUTATIONS = 1500;

  @TempDir Path folder;

  private static TfModel convert(OnnxModel model) {
    return assertTimeoutPreemptively(SOON, () -> OnnxToTf.convert(model, ImportOptions.defaults()));
  }

  private static TfModel convert(ModelProto model) {
    return convert(OnnxModel.read(model.toByteArray(), "hostile"));
  }

  private static String refused(ModelProto model) {
    return assertThrows(ConversionException.class, () -> convert(model)).getMessage();
  }

  private static ModelProto.Builder model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(9)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph.setName("g"));
  }

  private static NodeProto.Builder node(String op, List<String> in, String... out) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(op)
        .addAllInput(in)
        .addAllOutput(List.of(out));
  }

  private static ValueInfoProto value(String name, int type) {
    ValueInfoProto.Builder v = ValueInfoProto.newBuilder().setName(name);
    v.getTypeBuilder().getTensorTypeBuilder().setElemType(type);
    return v.build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ConstantOfShape(s) -> y",
        "Expand(one,s) -> y",
        "Tile(square,s) -> y",
        "RandomUniform() -> y"
      })
  void hugeSizes_areNotComputedBeforehand(String node) {
    OnnxNet net =
        new OnnxNet(OPSET)
            .constant("s", Tensor.longs(1L << 20, 1L << 20))
            .constant("one", Tensor.floats(new long[] {1, 1}, 1))
            .constant("square", Tensor.floats(new long[] {1, 1}, 1));
    if (node.startsWith("Random")) {
      net.node(node, "shape", new long[] {1L << 20, 1L << 20});
    } else {
      net.node(node);
    }
    TfModel tf = convert(net.out("y", FLOAT32).model(false));
    assertTrue(tf.graph().nodes().size() < 20);
  }

  @Test
  void hugeCounts_areNotComputedBeforehand() {
    convert(
        new OnnxNet(OPSET)
            .constant("a", Tensor.scalar(INT64, 0))
            .constant("b", Tensor.ofLongs(INT64, new long[0], i -> 1L << 50))
            .constant("c", Tensor.scalar(INT64, 1))
            .node("Range(a,b,c) -> y")
            .out("y", INT64)
            .model(false));
    convert(
        new OnnxNet(OPSET)
            .in("i", Tensor.longs(1, 2))
            .constant("depth", Tensor.longs(1L << 30))
            .constant("v", Tensor.floats(new long[] {2}, 0, 1))
            .node("OneHot(i,depth,v) -> y")
            .node("HannWindow(depth) -> w")
            .out("y", FLOAT32)
            .model(false));
  }

  @Test
  void hugeImages_areNotComputedBeforehand() {
    convert(
        new OnnxNet(20)
            .fixed("t", TfTensors.normal(1, 1, 2, 3))
            .fixed("x", TfTensors.normal(2, 1, 1, 4, 4))
            .constant("size", Tensor.longs(1, 1, 1L << 30, 1L << 30))
            .constant("f", Tensor.floats(new long[] {4}, 1, 1, 1e8f, 1e8f))
            .node("AffineGrid(t,size) -> g")
            .node("Resize(x,,f) -> y", "mode", "cubic")
            .out("g", FLOAT32)
            .out("y", FLOAT32)
            .model(false));
  }

  @Test
  void initializerOfHugeDimensions_isRefused() {
    GraphProto.Builder g = GraphProto.newBuilder().addNode(node("Relu", List.of("w"), "y"));
    g.addInitializer(TensorProto.newBuilder().setName("w").setDataType(1).addDims(1L << 40));
    g.addOutput(value("y", 1));
    assertTrue(refused(model(g).build()).contains("'w'"));
    g.setInitializer(
        0,
        TensorProto.newBuilder().setName("w").setDataType(1).addDims(1L << 40).addDims(1L << 40));
    assertTrue(refused(model(g).build()).contains("'w'"));
  }

  private static TensorProto outside(String location) {
    return TensorProto.newBuilder()
        .setName("w")
        .setDataType(1)
        .addDims(1)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "/etc/passwd", "a/../../secret", ""})
  void weightsOutsideOfTheFolder_areRefused(String location) throws IOException {
    Files.write(folder.resolve("secret"), new byte[4]);
    Path inner = Files.createDirectory(folder.resolve("model"));
    GraphProto.Builder g = GraphProto.newBuilder().addNode(node("Relu", List.of("w"), "y"));
    g.addInitializer(outside(location)).addOutput(value("y", 1));
    Path file = Files.write(inner.resolve("m.onnx"), model(g).build().toByteArray());
    Exception e = assertThrows(ConversionException.class, () -> OnnxModel.read(file));
    assertTrue(e.getMessage().contains("expected"), e.getMessage());
  }

  @Test
  void outsideWeightsOfConstantsAndBranches_areRefusedToo() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[4]);
    NodeProto.Builder constant = node("Constant", List.of(), "y");
    constant.addAttribute(
        AttributeProto.newBuilder()
            .setName("value")
            .setType(AttributeProto.AttributeType.TENSOR)
            .setT(outside("../../etc/hosts")));
    GraphProto.Builder g = GraphProto.newBuilder().addNode(constant).addOutput(value("y", 1));
    Path file = Files.write(folder.resolve("c.onnx"), model(g).build().toByteArray());
    Exception e = assertThrows(ConversionException.class, () -> OnnxModel.read(file));
    assertTrue(e.getMessage().contains("../../etc/hosts"), e.getMessage());
    constant.setAttribute(0, constant.getAttribute(0).toBuilder().setT(outside("w.bin")));
    g.setNode(0, constant);
    convert(OnnxModel.read(Files.write(file, model(g).build().toByteArray())));
  }

  private static FunctionProto function(String name, NodeProto... nodes) {
    return FunctionProto.newBuilder()
        .setName(name)
        .setDomain("mine")
        .addInput("x")
        .addOutput("y")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("mine").setVersion(1))
        .addAllNode(List.of(nodes))
        .build();
  }

  private static NodeProto call(String function, String in, String out) {
    return node(function, List.of(in), out).setDomain("mine").build();
  }

  private static ModelProto calling(FunctionProto... functions) {
    GraphProto.Builder g = GraphProto.newBuilder().addInput(value("a", 1));
    g.addNode(call(functions[0].getName(), "a", "b")).addOutput(value("b", 1));
    return model(g)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("mine").setVersion(1))
        .addAllFunctions(List.of(functions))
        .build();
  }

  @Test
  void functionsThatCallThemselves_areNamed() {
    assertTrue(refused(calling(function("f", call("f", "x", "y")))).contains("'f'"));
    String both =
        refused(calling(function("f", call("g", "x", "y")), function("g", call("f", "x", "y"))));
    assertTrue(both.contains("calls itself"), both);
  }

  @Test
  void functionsThatDoubleAtEachLevel_areStopped() {
    List<FunctionProto> levels = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      levels.add(function("f" + i, call("f" + (i + 1), "x", "m"), call("f" + (i + 1), "m", "y")));
    }
    levels.add(function("f40", node("Relu", List.of("x"), "y").build()));
    String message = refused(calling(levels.toArray(FunctionProto[]::new)));
    assertTrue(message.contains("nodes once functions are inlined"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Gather(x,i) -> y;7",
        "Concat(x,i) -> y;0",
        "Split(x) -> y;-9",
        "TopK(x,i) -> y,p;5",
        "ArgMax(x) -> y;2",
        "ScatterElements(x,i,x) -> y;3",
        "GatherElements(x,i) -> y;-3"
      })
  void axesThatAreNotThere_areNamedByNode(String wrong) {
    String[] parts = wrong.split(";", -1);
    OnnxNet net =
        new OnnxNet(13)
            .in("x", TfTensors.normal(1, 2, 3))
            .in("i", Tensor.longs(1))
            .node(parts[0], "axis", Long.parseLong(parts[1]))
            .out("y", FLOAT32);
    Exception e = assertThrows(ConversionException.class, () -> convert(net.model(false)));
    assertTrue(e.getMessage().contains("'n0'"), e.getMessage());
  }

  /** What a byte turned at random leads to is a model or a refusal, never another failure. */
  @Test
  void damagedFiles_areRefused_orGiveAGraph() {
    byte[] whole = whole();
    Random random = new Random(Long.getLong("betavae.seed", 4));
    int refused = 0;
    int mutations = Integer.getInteger("betavae.mutations", MUTATIONS);
    for (int i = 0; i < mutations; i++) {
      byte[] damaged = whole.clone();
      for (int k = 0; k <= i % 3; k++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      refused += isRefused(damaged) ? 1 : 0;
    }
    assertTrue(refused > mutations / 5, "only " + refused + " were refused");
  }

  @Test
  void filesCutOffAnywhere_areRefused_orGiveAGraph() {
    byte[] whole = whole();
    int refused = 0;
    for (int length = 0; length < whole.length; length++) {
      refused += isRefused(Arrays.copyOf(whole, length)) ? 1 : 0;
    }
    assertTrue(refused > whole.length * 9 / 10, "only " + refused + " were refused");
  }

  private static boolean isRefused(byte[] file) {
    try {
      OnnxToTf.convert(OnnxModel.read(file, "damaged"), ImportOptions.defaults());
      return false;
    } catch (ConversionException e) {
      return true;
    }
  }

  private static byte[] whole() {
    return new OnnxNet(OPSET)
        .in("x", TfTensors.normal(2, 2, 6))
        .constant("w", TfTensors.normal(3, 6, 4))
        .constant("s", Tensor.longs(2, 2, 2))
        .constant("k", Tensor.longs(1))
        .constant("axes", Tensor.longs(-1))
        .node("MatMul(x,w) -> m")
        .node("Reshape(m,s) -> r")
        .node("Transpose(r) -> t", "perm", new long[] {2, 0, 1})
        .node("TopK(t,k) -> v,p", "axis", 1)
        .node("Gather(t,p) -> g", "axis", 2)
        .node("ReduceSum(g,axes) -> q", "keepdims", 0)
        .node("Split(q) -> a,b", "axis", 0)
        .node("Slice(a,k,s) -> z")
        .node("Trilu(b) -> y")
        .out("y", FLOAT32)
        .model(false)
        .toBytes();
  }

  @Test
  void nodesThatReadEachOther_areNamed() {
    GraphProto.Builder g = GraphProto.newBuilder();
    g.addNode(node("Relu", List.of("b"), "a")).addNode(node("Neg", List.of("a"), "b"));
    g.addOutput(value("b", 1));
    String message = refused(model(g).build());
    assertTrue(message.contains("'Relu'") || message.contains("'b'"), message);
    g.clearNode().addNode(node("Relu", List.of("b"), "b"));
    String own = refused(model(g).build());
    assertTrue(own.contains("'b'"), own);
  }

  /** Convolutions, pools and recurrent layers of settings that no exporter writes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Conv(x,w) -> y;dilations;1073741824,1073741824",
        "Conv(x,w) -> y;strides;0,0",
        "Conv(x,w) -> y;pads;4611686018427387904,0,0,0",
        "Conv(x,w) -> y;pads;-9,-9,-9,-9",
        "MaxPool(x) -> y;kernel_shape;2147483647,2147483647",
        "AveragePool(x) -> y;kernel_shape;9223372036854775807,1",
        "DepthToSpace(x) -> y;blocksize;-2",
        "LRN(x) -> y;size;1000000000",
        "RoiAlign(x,rois,image) -> y;output_height;2147483647",
        "RoiAlign(x,rois,image) -> y;sampling_ratio;2000000000",
        "Resize(x,,f) -> y;axes;7,9"
      })
  void settingsBeyondReason_areRefusedByNode_orStaySmall(String wrong) {
    String[] parts = wrong.split(";", -1);
    long[] numbers = Arrays.stream(parts[2].split(",", -1)).mapToLong(Long::parseLong).toArray();
    OnnxNet net =
        new OnnxNet(18)
            .fixed("x", TfTensors.normal(1, 1, 4, 5, 5))
            .constant("w", TfTensors.normal(2, 2, 4, 3, 3))
            .constant("f", Tensor.floats(new long[] {2}, 1e30f, 1e30f))
            .constant("rois", Tensor.floats(new long[] {1, 4}, 0, 0, 3, 3))
            .constant("image", Tensor.longs(0))
            .node(parts[0], parts[1], numbers.length == 1 ? (Object) numbers[0] : numbers)
            .out("y", FLOAT32);
    Exception e = assertThrows(ConversionException.class, () -> convert(net.model(false)));
    assertTrue(e.getMessage().contains("'n0'"), e.getMessage());
  }
}
