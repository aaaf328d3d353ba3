package org.betavae.export;

import static org.betavae.export.ElementType.FLOAT32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.betavae.export.tf.KeptNode;
import org.betavae.export.tf.OnnxOrigin;
import org.betavae.export.tf.TfGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/**
 * Nodes that come back from TensorFlow as they were: which may, which may not, and damaged ones.
 */
final class KeptNodesTest {
  @TempDir private Path temp;

  private static Tensor floats(long... shape) {
    return Tensor.ofDoubles(FLOAT32, shape, i -> Math.sin(1.3 * i + i / 7.0) / 2);
  }

  private static OnnxNet convolution(int opset) {
    return new OnnxNet(opset)
        .in("x", floats(2, 4, 6, 6))
        .constant("w", floats(4, 4, 3, 3))
        .node("Conv(x,w) -> c", "pads", new long[] {1, 1, 1, 1});
  }

  private static TfModel imported(OnnxNet net) {
    return OnnxToTf.convert(net.model(false), ImportOptions.defaults());
  }

  private static Map<String, Integer> returned(OnnxNet net) {
    return TfToOnnx.convert(imported(net), ConvertOptions.defaults()).operatorCounts();
  }

  private void losesNothing(OnnxNet net, Tensor x) {
    RoundTrip trip =
        RoundTrip.ofOnnx("net", net.model(false), Map.of("x", x), Set.of(), temp.resolve("net"));
    assertEquals(List.of(), trip.problems());
  }

  /** Writes the model, edits every node of the file, and compares the ONNX model of that. */
  private void edited(OnnxNet net, Tensor x, Consumer<NodeDef.Builder> edit) throws IOException {
    Path folder = temp.resolve("edited");
    imported(net).write(folder);
    OnnxModel before = TfToOnnx.convert(TfModel.ofSavedModel(folder), ConvertOptions.defaults());
    Path file = folder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    GraphDef.Builder graph = model.getMetaGraphsBuilder(0).getGraphDefBuilder();
    graph.getNodeBuilderList().forEach(edit);
    for (FunctionDef.Builder f : graph.getLibraryBuilder().getFunctionBuilderList()) {
      f.getNodeDefBuilderList().forEach(edit);
    }
    Files.write(file, model.build().toByteArray());
    TfModel read = TfModel.ofSavedModel(folder);
    OnnxModel after = TfToOnnx.convert(read, ConvertOptions.defaults());

    Tensor wanted = TfRun.run(read.graph(), Map.of("x", Value.of(x))).get("y").tensor();
    Tensor old = Ort.run(before, Map.of("x", x)).get("y");
    Tensor y = Ort.run(after, Map.of("x", x)).get("y");
    double moved = 0;
    for (int i = 0; i < y.size(); i++) {
      assertEquals(wanted.doubleAt(i), y.doubleAt(i), RoundTrip.TOLERANCE);
      moved = Math.max(moved, Math.abs(wanted.doubleAt(i) - old.doubleAt(i)));
    }
    assertTrue(moved > 1e-2, "the edit changed nothing");
  }

  @Test
  void changedAttribute_comesBack_asItIsNow() throws IOException {
    OnnxNet net =
        convolution(17)
            .constant("axis", Tensor.longs(2).reshape())
            .node("CumSum(c,axis) -> y")
            .out("y", FLOAT32);
    edited(
        net,
        floats(2, 4, 6, 6),
        n -> {
          if (n.getOp().equals("Cumsum")) {
            n.putAttr("exclusive", AttrValue.newBuilder().setB(true).build());
          }
        });
  }

  /** A recurrent layer of many steps is a graph inside of a loop. */
  @Test
  void changedLoop_comesBack_asItIsNow() throws IOException {
    Tensor x = floats(40, 2, 3);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("W", floats(1, 8, 3))
            .constant("R", floats(1, 8, 2))
            .node("LSTM(x,W,R) -> y", "hidden_size", 2)
            .out("y", FLOAT32);
    assertEquals(Map.of("LSTM", 1), returned(net));
    edited(
        net,
        x,
        n -> {
          if (n.getOp().equals("Tanh")) {
            n.setOp("Relu");
          }
        });
  }

  /** Further behind in a large constant than a quick look goes. */
  @Test
  void changedConstant_comesBack_asItIsNow() throws IOException {
    Tensor x = floats(1, 1, 40, 40);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("scales", Tensor.floats(new long[] {4}, 1, 1, 1.5f, 1.5f))
            .node("Resize(x,,scales) -> y", "mode", "cubic")
            .out("y", FLOAT32);
    assertEquals(Map.of("Resize", 1), returned(net));
    edited(
        net,
        x,
        n -> {
          AttrValue.Builder value =
              n.getAttrOrDefault("value", AttrValue.getDefaultInstance()).toBuilder();
          byte[] bytes = value.getTensor().getTensorContent().toByteArray();
          if (bytes.length > 5000) {
            bytes[bytes.length - 1] = 0x40; // a weight of 2 or more
            value.getTensorBuilder().setTensorContent(ByteString.copyFrom(bytes));
            n.putAttr("value", value.build());
          }
        });
  }

  /** TensorFlow has ReverseSequence and UnsortedSegmentMax, for which there is no converter. */
  @Test
  void nodesThatHaveNoConverterOneByOne_comeBack_asTheOneThatTheyWere() {
    Tensor x = floats(5, 2, 3);
    OnnxNet gru =
        new OnnxNet(17)
            .in("x", x)
            .constant("W", floats(2, 12, 3))
            .constant("R", floats(2, 12, 4))
            .constant("lengths", Tensor.ofLongs(ElementType.INT32, new long[] {2}, i -> 3 + i))
            .node(
                "GRU(x,W,R,,lengths) -> y",
                "hidden_size",
                4,
                "direction",
                "bidirectional",
                "clip",
                0.7f)
            .out("y", FLOAT32);
    losesNothing(gru, x);
    assertEquals(Map.of("GRU", 1), returned(gru));
  }

  /** Whose numbers are theirs: Tanh and Sigmoid take none. */
  @ParameterizedTest
  @CsvSource({"GRU,3,Sigmoid,LeakyRelu", "GRU,3,HardSigmoid,Elu", "LSTM,4,Sigmoid,ScaledTanh"})
  void activationsOfRecurrentLayers_takeTheirNumbersInOrder(
      String op, int gates, String first, String second) {
    Tensor x = floats(4, 2, 3);
    List<String> both = new ArrayList<>(List.of(first, second));
    both.addAll(
        op.equals("LSTM")
            ? List.of("Tanh", "Affine", "Tanh", "Relu")
            : List.of("Tanh", "HardSigmoid"));
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("W", floats(2, 4L * gates, 3))
            .constant("R", floats(2, 4L * gates, 4))
            .node(
                op + "(x,W,R) -> y",
                "hidden_size",
                4,
                "direction",
                "bidirectional",
                "activations",
                both.toArray(String[]::new),
                "activation_alpha",
                new float[] {0.3f, 0.6f, 0.7f},
                "activation_beta",
                new float[] {0.4f, 0.1f})
            .out("y", FLOAT32);
    losesNothing(net, x);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stretch", "not_larger", "not_smaller"})
  void resizeOfSomeAxes_comesBack_withItsShape(String policy) {
    OnnxNet net =
        convolution(19)
            .constant("scales", Tensor.floats(new long[] {2}, 1.5f, 2))
            .constant("sizes", Tensor.longs(9, 13))
            .constant("flat", Tensor.longs(2, -1))
            .node("Resize(c,,scales) -> a", "axes", new long[] {3, 2}, "mode", "linear")
            .node(
                "Resize(a,,,sizes) -> r",
                "axes",
                new long[] {2, 3},
                "mode",
                "cubic",
                "keep_aspect_ratio_policy",
                policy)
            .node("Reshape(r,flat) -> y")
            .out("y", FLOAT32);
    losesNothing(net, floats(2, 4, 6, 6));
    assertEquals(2, returned(net).get("Resize"));
  }

  /** Windows that start in a MaxPool's own padding are left out, those in a Pad's are not. */
  @Test
  void padBeforePoolingRoundedUp_staysBesideIt() {
    Tensor x = floats(2, 4, 8, 8);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", x)
            .constant("pads", Tensor.longs(0, 0, 0, 0, 0, 0, 1, 1))
            .constant("least", Tensor.floats(new long[0], Float.NEGATIVE_INFINITY))
            .node("Pad(x,pads,least) -> p")
            .node(
                "MaxPool(p) -> y",
                "kernel_shape",
                new long[] {3, 3},
                "strides",
                new long[] {4, 4},
                "pads",
                new long[4],
                "ceil_mode",
                1)
            .out("y", FLOAT32);
    losesNothing(net, x);
  }

  /** ONNX Runtime runs no such norm with one output; its statistics are not those of the file. */
  @Test
  void normInTraining_isNotTakenIntoTheConvolution() {
    OnnxNet net =
        convolution(17)
            .constant("s", floats(4))
            .constant("v", Tensor.floats(new long[] {4}, 1, 2, 0.5f, 1.5f))
            .node("BatchNormalization(c,s,s,s,v) -> y", "training_mode", 1)
            .out("y", FLOAT32);
    assertEquals(Map.of("Conv", 1, "BatchNormalization", 1), returned(net));
  }

  /** Attributes of other kinds, places that are not there: an error of ours, not a crash. */
  @Test
  void damagedNodes_areNamed() {
    TfGraph graph = imported(convolution(17).node("Relu(c) -> y").out("y", FLOAT32)).graph();
    KeptNode conv = graph.origin().kept().get(0);
    assertEquals("Conv", conv.op());
    List<KeptNode> damaged =
        List.of(
            with(conv, "Conv", Map.of("pads", "none"), conv.inputs()),
            with(conv, "Conv", Map.of("pads", new long[] {1}), conv.inputs()),
            with(conv, "Transpose", Map.of("perm", new long[] {7, 0, 1, 2}), conv.inputs()),
            with(conv, "LSTM", Map.of("hidden_size", "many"), conv.inputs()),
            with(conv, "Concat", Map.of("axis", 99L), conv.inputs()));
    for (KeptNode k : damaged) {
      TfModel model = TfModel.ofGraph(graph.withOrigin(keeping(graph.origin(), k)));
      assertThrows(
          ConversionException.class,
          () -> TfToOnnx.convert(model, ConvertOptions.defaults()),
          k::toString);
    }
    KeptNode unknown = with(conv, "Nothing", Map.of(), conv.inputs());
    TfModel model = TfModel.ofGraph(graph.withOrigin(keeping(graph.origin(), unknown)));
    OnnxModel plain = TfToOnnx.convert(model, ConvertOptions.defaults());
    assertEquals(1, plain.operatorCounts().get("Conv"));
  }

  private static KeptNode with(
      KeptNode n, String op, Map<String, Object> attributes, List<KeptNode.Place> inputs) {
    return new KeptNode(op, n.name(), attributes, inputs, n.outputs(), n.check());
  }

  private static OnnxOrigin keeping(OnnxOrigin of, KeptNode kept) {
    return new OnnxOrigin(
        of.opset(),
        of.graphName(),
        of.inputs(),
        of.outputs(),
        of.metadata(),
        of.weights(),
        List.of(kept));
  }
}
