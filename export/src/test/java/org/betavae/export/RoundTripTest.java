package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.betavae.export.tf.KeptNode;
import org.betavae.export.tf.OnnxOrigin;
import org.betavae.export.tf.TfNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.DataType;

/** Small models come back from TensorFlow as they were. */
final class RoundTripTest {
  @TempDir private Path temp;

  private final Random random = new Random(7);

  private Tensor floats(long... shape) {
    int size = 1;
    for (long d : shape) {
      size *= (int) d;
    }
    ByteBuffer data = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      data.putFloat((float) random.nextGaussian() / 4);
    }
    return Tensor.of(ElementType.FLOAT32, shape, data.flip());
  }

  @Test
  void convolutionFlattenAndGemm_comeBack_withNamesAndOrder() {
    Tensor x = floats(2, 3, 8, 8);
    OnnxModel model =
        new OnnxNet(18)
            .in("x", x)
            .constant("conv.weight", floats(4, 3, 3, 3))
            .constant("conv.bias", floats(4))
            .constant("mean.weight", floats(5, 64))
            .constant("log_var.weight", floats(5, 64))
            .node(
                "Conv(x,conv.weight,conv.bias) -> c",
                "strides",
                new long[] {2, 2},
                "pads",
                new long[] {1, 1, 1, 1})
            .node("Relu(c) -> r")
            .node("Flatten(r) -> f")
            .node("Gemm(f,mean.weight) -> mean", "transB", 1)
            .node("Gemm(f,log_var.weight) -> log_var", "transB", 1)
            .out("mean", ElementType.FLOAT32)
            .out("log_var", ElementType.FLOAT32)
            .model(false)
            .withMetadata(Map.of("betavae.role", "encoder"));

    RoundTrip trip =
        RoundTrip.ofOnnx("encoder", model, Map.of("x", x), Set.of(), temp.resolve("tf"));

    assertEquals(List.of(), trip.problems());
    OnnxModel back =
        TfToOnnx.convert(
            OnnxToTf.convert(model, ImportOptions.defaults()), ConvertOptions.defaults());
    assertEquals(
        Set.of("conv.weight", "conv.bias", "mean.weight", "log_var.weight"), weights(back));
    assertEquals(18, back.opset());
    assertEquals(0, back.operatorCounts().getOrDefault("Transpose", 0));
  }

  private void losesNothing(String name, OnnxNet net, Tensor x) {
    RoundTrip trip =
        RoundTrip.ofOnnx(name, net.model(false), Map.of("x", x), Set.of(), temp.resolve(name));
    assertEquals(List.of(), trip.problems());
  }

  private static Map<String, Integer> operators(OnnxNet net) {
    OnnxModel model = net.model(false);
    return TfToOnnx.convert(
            OnnxToTf.convert(model, ImportOptions.defaults()), ConvertOptions.defaults())
        .operatorCounts();
  }

  /** More steps than are unrolled, and fewer. */
  @ParameterizedTest
  @CsvSource({
    "LSTM,4,5,forward",
    "GRU,3,5,bidirectional",
    "RNN,1,5,reverse",
    "LSTM,4,40,bidirectional"
  })
  void recurrentLayers_comeBack_asOneNode(String op, int gates, int steps, String direction) {
    int directions = direction.equals("bidirectional") ? 2 : 1;
    Tensor x = floats(steps, 2, 3);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("W", floats(directions, 6L * gates, 3))
            .constant("R", floats(directions, 6L * gates, 6))
            .constant("B", floats(directions, 12L * gates))
            .node(op + "(x,W,R,B) -> y,last", "hidden_size", 6, "direction", direction)
            .out("y", ElementType.FLOAT32)
            .out("last", ElementType.FLOAT32);

    losesNothing(op + steps, net, x);
    assertEquals(Map.of(op, 1), operators(net));
  }

  @Test
  void transposedConvolutions_comeBack_withoutTransposes() {
    Tensor x = floats(2, 5);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("dense", floats(5, 32))
            .constant("bias", floats(32))
            .constant("shape", Tensor.longs(-1, 2, 4, 4))
            .constant("up.weight", floats(2, 3, 4, 4))
            .constant("up.bias", floats(3))
            .node("Gemm(x,dense,bias) -> d")
            .node("Relu(d) -> r")
            .node("Reshape(r,shape) -> i")
            .node(
                "ConvTranspose(i,up.weight,up.bias) -> u",
                "strides",
                new long[] {2, 2},
                "pads",
                new long[] {1, 1, 1, 1})
            .node("Sigmoid(u) -> y")
            .out("y", ElementType.FLOAT32);

    losesNothing("decoder", net, x);
    assertEquals(0, operators(net).getOrDefault("Transpose", 0));
    assertEquals(1, operators(net).get("ConvTranspose"));
  }

  @Test
  void normsBetweenConvolutions_comeBack_asTheyWere() {
    Tensor x = floats(2, 4, 6, 6);
    OnnxNet net =
        new OnnxNet(21)
            .in("x", x)
            .constant("scale", floats(4))
            .constant("bias", floats(4))
            .constant("mean", floats(4))
            .constant("variance", Tensor.floats(new long[] {4}, 1, 2, 0.5f, 1.5f))
            .constant("conv.weight", floats(4, 4, 3, 3))
            .node("Relu(x) -> r")
            .node("BatchNormalization(r,scale,bias,mean,variance) -> b")
            .node("Sigmoid(b) -> s")
            .node("Conv(s,conv.weight) -> c", "pads", new long[] {1, 1, 1, 1})
            .node("GroupNormalization(c,scale,bias) -> g", "num_groups", 2)
            .node("Add(g,s) -> y")
            .out("y", ElementType.FLOAT32);

    losesNothing("norms", net, x);
    assertEquals(1, operators(net).get("GroupNormalization"));
    assertEquals(0, operators(net).getOrDefault("Transpose", 0));
  }

  @Test
  void threeDimensionalConvolution_comesBack_asOneNode() {
    Tensor x = floats(1, 2, 4, 5, 5);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("w", floats(3, 2, 3, 3, 3))
            .constant("b", floats(3))
            .node("Conv(x,w,b) -> c", "pads", new long[] {1, 1, 1, 1, 1, 1})
            .node("Relu(c) -> y")
            .out("y", ElementType.FLOAT32);

    losesNothing("volume", net, x);
    assertEquals(Map.of("Conv", 1, "Relu", 1), operators(net));
  }

  /** What TensorFlow writes in other ways: gathered and sorted elements, shuffled pixels. */
  @ParameterizedTest
  @ValueSource(ints = {13, 15, 17, 18, 20, 21})
  void operatorsOfSeveralNodes_comeBack_asOneInEveryOperatorSet(int opset) {
    Tensor x = floats(2, 8, 4, 4);
    OnnxNet net =
        new OnnxNet(opset)
            .in("x", x)
            .constant("k", Tensor.longs(2))
            .node("TopK(x,k) -> v,i", "axis", 3)
            .node("GatherElements(x,i) -> e", "axis", 3)
            .node("DepthToSpace(x) -> p", "blocksize", 2, "mode", "CRD")
            .out("v", ElementType.FLOAT32)
            .out("e", ElementType.FLOAT32)
            .out("p", ElementType.FLOAT32);

    losesNothing("several", net, x);
    assertEquals(Map.of("TopK", 1, "GatherElements", 1, "DepthToSpace", 1), operators(net));
  }

  @Test
  void weightsBesideTheFile_comeBack_likeThoseInside() {
    Tensor x = floats(2, 5);
    OnnxModel inside =
        new OnnxNet(17)
            .in("x", x)
            .constant("w", floats(5, 64))
            .node("Gemm(x,w) -> y")
            .out("y", ElementType.FLOAT32)
            .model(true);
    Path file = temp.resolve("outside.onnx");
    assertEquals(2, inside.write(file, 0).size());
    RoundTrip trip =
        RoundTrip.ofOnnx(
            "outside", OnnxModel.read(file), Map.of("x", x), Set.of(), temp.resolve("outside"));
    assertEquals(List.of(), trip.problems());
  }

  @Test
  void changedNodes_comeBack_asTheyAreNow() {
    Tensor x = floats(2, 3, 4, 4);
    OnnxModel model =
        new OnnxNet(17)
            .in("x", x)
            .constant("s", floats(3))
            .constant("b", floats(3))
            .node("InstanceNormalization(x,s,b) -> y")
            .out("y", ElementType.FLOAT32)
            .model(false);
    TfModel tf = OnnxToTf.convert(model, ImportOptions.defaults());
    assertEquals(1, tf.graph().origin().kept().size());
    OnnxOrigin other = tf.graph().origin();
    KeptNode kept = other.kept().get(0);
    KeptNode wrong =
        new KeptNode(
            kept.op(), kept.name(), kept.attributes(), kept.inputs(), kept.outputs(), "other");
    OnnxOrigin changed =
        new OnnxOrigin(
            other.opset(),
            other.graphName(),
            other.inputs(),
            other.outputs(),
            other.metadata(),
            other.weights(),
            List.of(wrong));
    OnnxModel whole = TfToOnnx.convert(tf, ConvertOptions.defaults());
    OnnxModel plain =
        TfToOnnx.convert(
            TfModel.ofGraph(tf.graph().withOrigin(changed)), ConvertOptions.defaults());
    assertEquals(Map.of("InstanceNormalization", 1), whole.operatorCounts());
    Tensor y = Ort.run(whole, Map.of("x", x)).get("y");
    Tensor z = Ort.run(plain, Map.of("x", x)).get("y");
    for (int i = 0; i < y.size(); i++) {
      assertEquals(y.doubleAt(i), z.doubleAt(i), RoundTrip.TOLERANCE);
    }
  }

  /** Names of variables, of the signature's ends, and their shapes. */
  @Test
  void savedModel_keepsNamesOfVariablesAndEnds() {
    Tensor x = floats(2, 5);
    OnnxModel model =
        new OnnxNet(17)
            .in("x", x)
            .constant("dense/kernel", floats(5, 4))
            .constant("dense/bias", floats(4))
            .node("Gemm(x,dense/kernel,dense/bias) -> mean")
            .out("mean", ElementType.FLOAT32)
            .model(true);
    OnnxToTf.convert(model, ImportOptions.defaults()).write(temp.resolve("first"));
    TfModel first = TfModel.ofSavedModel(temp.resolve("first"));
    TfModel back =
        OnnxToTf.convert(
            TfToOnnx.convert(first, ConvertOptions.defaults()), ImportOptions.defaults());
    assertEquals(Set.of("dense/kernel", "dense/bias"), variables(first));
    assertEquals(variables(first), variables(back));
    assertEquals(first.inputs(), back.inputs());
    assertEquals(first.outputs(), back.outputs());
  }

  private static Set<String> variables(TfModel model) {
    Set<String> names = new TreeSet<>();
    model
        .graph()
        .forEachNode(
            n -> {
              if (n.variable() != TfNode.Variable.NONE) {
                names.add(n.name());
              }
            });
    return names;
  }

  private static Set<String> weights(OnnxModel model) {
    return model.proto().getGraph().getInitializerList().stream()
        .filter(t -> t.getDataType() == ElementType.FLOAT32.onnxNumber())
        .map(t -> t.getName())
        .collect(Collectors.toSet());
  }

  private static TfModel listOfPowers() {
    FlowGraph g = new FlowGraph();
    String x = g.input("x", List.of(TfTensors.normal(1, 2, 3)), -1, 3);
    DataType[] types = {FlowGraph.INT, FlowGraph.FLOAT, FlowGraph.VARIANT};
    FlowGraph.Function below = g.function("below");
    String i = below.in(FlowGraph.INT);
    below.in(FlowGraph.FLOAT);
    below.in(FlowGraph.VARIANT);
    below.result(
        below.op("Less", "z", Map.of("T", FlowGraph.INT), i, below.number(40)), DataType.DT_BOOL);
    FlowGraph.Function step = g.function("step");
    String at = step.in(FlowGraph.INT);
    String y = step.in(FlowGraph.FLOAT);
    String list = step.in(FlowGraph.VARIANT);
    String next = step.floats("Tanh", y);
    step.result(step.ints("AddV2", at, step.number(1)), FlowGraph.INT)
        .result(next, FlowGraph.FLOAT)
        .result(step.write(list, at, next), FlowGraph.VARIANT);
    FlowGraph.Body main = g.main();
    String empty = main.reserve(main.number(40), main.shape(-1, 3));
    String done = FlowGraph.loop(main, "below", "step", types, main.number(0), x, empty);
    return g.output("y", main.stack(FlowGraph.Body.output(done, 2), -1, 3)).model();
  }

  @Test
  void loopThatWritesAList_isTheSameAfterTwoTrips() {
    ConvertOptions options = ConvertOptions.defaults();
    OnnxModel first = TfToOnnx.convert(listOfPowers(), options);
    OnnxModel once = TfToOnnx.convert(OnnxToTf.convert(first, ImportOptions.defaults()), options);
    OnnxModel twice = TfToOnnx.convert(OnnxToTf.convert(once, ImportOptions.defaults()), options);
    assertEquals(once.operatorCounts(), twice.operatorCounts());
    assertArrayEquals(once.toBytes(), twice.toBytes());
    assertEquals(1, once.operatorCounts().get("ScatterND"));
    assertEquals(null, once.operatorCounts().get("Less"));
    Map<String, Tensor> x = Map.of("x", TfTensors.normal(1, 2, 3));
    assertEquals(Ort.run(first, x), Ort.run(twice, x));
  }

  /** As PyTorch's attention takes queries, keys and values apart. */
  @Test
  void squeezedReshape_isOneReshape_afterOneTripAndTwo() {
    Tensor x = floats(5, 2, 12);
    losesNothing(
        "squeezed",
        new OnnxNet(17)
            .in("x", x)
            .constant("shape", Tensor.longs(5, 2, 3, 4))
            .constant("front", Tensor.longs(0))
            .constant("back", Tensor.longs(-2))
            .constant("first", Tensor.scalar(ElementType.INT64, 0))
            .constant("second", Tensor.scalar(ElementType.INT64, 1))
            .node("Reshape(x,shape) -> r")
            .node("Unsqueeze(r,front) -> u")
            .node("Transpose(u) -> t", "perm", new long[] {3, 1, 2, 0, 4})
            .node("Squeeze(t,back) -> s")
            .node("Gather(s,first) -> q", "axis", 0)
            .node("Gather(s,second) -> k", "axis", 0)
            .node("Mul(q,k) -> y")
            .out("y", ElementType.FLOAT32),
        x);
  }

  @Test
  void sequences_thatAreKnown_becomeTheirTensors() {
    Tensor x = floats(2, 5, 3);
    OnnxModel model =
        new OnnxNet(17)
            .in("x", x)
            .constant("two", Tensor.scalar(ElementType.INT64, 2))
            .constant("last", Tensor.scalar(ElementType.INT64, -1))
            .constant("first", Tensor.scalar(ElementType.INT64, 0))
            .node("SplitToSequence(x,two) -> s", "axis", 1)
            .node("SequenceAt(s,last) -> a")
            .node("SequenceAt(s,first) -> b")
            .node("SequenceConstruct(b,b) -> c")
            .node("SequenceInsert(c,a,first) -> d")
            .node("SequenceErase(d,last) -> e")
            .node("ConcatFromSequence(e) -> y", "axis", 1)
            .node("ConcatFromSequence(c) -> z", "axis", 0, "new_axis", 1)
            .node("SequenceLength(d) -> n")
            .out("y", ElementType.FLOAT32)
            .out("z", ElementType.FLOAT32)
            .out("n", ElementType.INT64)
            .model(false);
    RoundTrip trip =
        RoundTrip.ofOnnx("sequences", model, Map.of("x", x), Set.of(), temp.resolve("tf"));
    assertEquals(List.of(), trip.problems());
  }

  @Test
  void sequencesThatLeaveTheModel_areRefused() {
    OnnxModel model =
        new OnnxNet(17)
            .in("x", floats(2, 4))
            .node("SplitToSequence(x) -> y", "axis", 1)
            .out("y", ElementType.FLOAT32)
            .model(false);
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> OnnxToTf.convert(model, ImportOptions.defaults()));
    assertTrue(e.getMessage().contains("output 'y' is of the type sequence"), e::getMessage);
  }

  @Test
  void eraseOfAnEmptySequence_isRefused() {
    OnnxModel model =
        new OnnxNet(17)
            .in("x", floats(2, 4))
            .node("SplitToSequence(x) -> s", "axis", 0)
            .node("SequenceErase(s) -> a")
            .node("SequenceErase(a) -> b")
            .node("SequenceErase(b) -> c")
            .node("SequenceLength(c) -> y")
            .out("y", ElementType.INT64)
            .model(false);
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> OnnxToTf.convert(model, ImportOptions.defaults()));
    assertTrue(e.getMessage().contains("its sequence is empty"), e::getMessage);
  }

  @Test
  void squares_areTheSameSavedModel_afterTwoTrips() {
    Tensor x = floats(2, 3);
    OnnxModel model =
        new OnnxNet(17)
            .in("x", x)
            .constant("two", Tensor.floats(new long[0], 2))
            .node("Pow(x,two) -> y")
            .out("y", ElementType.FLOAT32)
            .model(false);
    TfModel once = OnnxToTf.convert(model, ImportOptions.defaults());
    TfModel twice =
        OnnxToTf.convert(
            TfToOnnx.convert(once, ConvertOptions.defaults()), ImportOptions.defaults());
    assertEquals(Integer.valueOf(1), once.operatorCounts().get("Square"));
    assertEquals(once.operatorCounts(), twice.operatorCounts());
  }

  @Test
  void outputWhoseShapeFollowsFromNothing_keepsTheOneThatTheModelSays() {
    Tensor x = floats(2, 3);
    OnnxModel model =
        new OnnxNet(17)
            .in("x", x)
            .in("size", Tensor.longs(2))
            .constant("rest", Tensor.longs(3))
            .node("Concat(size,rest) -> shape", "axis", 0)
            .node("Expand(x,shape) -> y")
            .out("y", ElementType.FLOAT32)
            .model(false);
    ModelProto.Builder declared = model.proto().toBuilder();
    TensorShapeProto.Builder shape =
        declared
            .getGraphBuilder()
            .getOutputBuilder(0)
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder();
    shape.addDimBuilder().setDimParam("rows");
    shape.addDimBuilder().setDimValue(3);
    TfModel tf =
        OnnxToTf.convert(
            OnnxModel.read(declared.build().toByteArray(), "net"), ImportOptions.defaults());
    assertEquals(List.of(-1L, 3L), tf.outputs().get(0).shape());
  }
}
