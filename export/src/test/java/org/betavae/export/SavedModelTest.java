package org.betavae.export;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.SavedModelBuilder.calls;
import static org.betavae.export.SavedModelBuilder.constant;
import static org.betavae.export.SavedModelBuilder.function;
import static org.betavae.export.SavedModelBuilder.node;
import static org.betavae.export.SavedModelBuilder.texts;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.AttrValue;

/**
 * Reading SavedModels of TensorFlow 2: nested calls, resource variables, several files, several
 * signatures, and all that can be wrong.
 */
final class SavedModelTest {
  private static final Tensor W = Tensor.floats(new long[] {2, 3}, 1, 2, 3, 4, 5, 6);
  private static final Tensor B = Tensor.floats(new long[] {3}, 10, 20, 30);
  private static final Tensor X = Tensor.floats(new long[] {1, 2}, 1, -1);

  /** x W + b for the input, the kernel and the bias above. */
  private static final Tensor Y = Tensor.floats(new long[] {1, 3}, 7, 17, 27);

  @TempDir Path folder;

  /**
   * y = x W + b in a function that a function calls, with variables that the checkpoint knows by
   * other names.
   */
  private static SavedModelBuilder dense() {
    return new SavedModelBuilder()
        .variable("kernel", "layer/w/.ATTRIBUTES/VARIABLE_VALUE", W)
        .variable("bias", "layer/b/.ATTRIBUTES/VARIABLE_VALUE", B)
        .placeholder("serve_x", -1, 2)
        .add(
            node(
                "StatefulPartitionedCall",
                "StatefulPartitionedCall",
                calls("outer"),
                "serve_x",
                "kernel",
                "bias"),
            node("Placeholder", "file", Map.of()),
            node("StatefulPartitionedCall", "restore", calls("restore"), "file", "bias", "kernel"))
        .restoredBy("restore")
        .add(
            function(
                "outer",
                List.of("x", "w", "b"),
                Map.of("result", "inner:output:0"),
                node("StatefulPartitionedCall", "inner", calls("inner"), "x", "w", "b", "^noop"),
                node("NoOp", "noop", Map.of())),
            function(
                "inner",
                List.of("x", "w", "b"),
                Map.of("y", "add:z:0"),
                node("ReadVariableOp", "read_w", Map.of(), "w"),
                node("ReadVariableOp", "read_b", Map.of(), "b"),
                node("MatMul", "mul", Map.of(), "x", "read_w:value:0"),
                node("AddV2", "add", Map.of(), "mul:product:0", "read_b:value:0")),
            function(
                "restore",
                List.of("file", "first", "second"),
                Map.of(),
                texts(
                    "names",
                    "layer/b/.ATTRIBUTES/VARIABLE_VALUE",
                    "layer/w/.ATTRIBUTES/VARIABLE_VALUE"),
                texts("slices", "", ""),
                node("RestoreV2", "read", Map.of(), "file", "names:output:0", "slices:output:0"),
                node("Identity", "one", Map.of(), "read:tensors:0"),
                node("AssignVariableOp", "assign_one", Map.of(), "first", "one:output:0"),
                node("AssignVariableOp", "assign_two", Map.of(), "second", "read:tensors:1")))
        .input("serving_default", "x", "serve_x:0", -1, 2)
        .output("serving_default", "y", "StatefulPartitionedCall:0", -1, 3);
  }

  private static ConversionException fails(Path folder) {
    return assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(folder));
  }

  private static void assertSays(ConversionException e, String... parts) {
    for (String part : parts) {
      assertTrue(
          e.getMessage().contains(part), () -> "'" + part + "' is not in: " + e.getMessage());
    }
    assertTrue(!e.getMessage().contains("\n"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "5"})
  void nestedCallsAndResourceVariables_ofSeveralFiles_convert(int shards) {
    OnnxModel model =
        TfToOnnx.convert(
            TfModel.ofSavedModel(dense().write(folder, shards)), ConvertOptions.defaults());
    assertEquals(operators("Gemm", 1), model.operatorCounts());
    assertEquals(Y, Ort.run(model, Map.of("x", X)).get("y"));
  }

  @Test
  void twoSignatures_withoutADefault_haveToBeChosen() {
    Path two =
        new SavedModelBuilder()
            .placeholder("other", -1, 2)
            .add(node("Relu", "relu", Map.of(), "other"), node("Neg", "neg", Map.of(), "other"))
            .input("relu", "in", "other:0", -1, 2)
            .output("relu", "out", "relu:0", -1, 2)
            .input("encode", "in", "other:0", -1, 2)
            .output("encode", "out", "neg:0", -1, 2)
            .write(folder, 1);
    ConversionException e = fails(two);
    assertSays(e, "no serving_default", "[encode, relu]", "Name one of them");
    OnnxModel relu = TfToOnnx.convert(TfModel.ofSavedModel(two, "relu"), ConvertOptions.defaults());
    assertArrayEquals(new long[] {1, 2}, Ort.run(relu, Map.of("in", X)).get("out").shape());
    ConversionException missing =
        assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(two, "decode"));
    assertSays(missing, "'decode'", "[encode, relu]");
    assertEquals(
        List.of("encode", "relu"),
        TfModel.signatures(two).stream().map(TfSignature::name).toList());
  }

  @Test
  void onlySignature_needsNoName() {
    Path one =
        new SavedModelBuilder()
            .placeholder("a", -1, 2)
            .add(node("Relu", "relu", Map.of(), "a"))
            .input("anything", "a", "a:0", -1, 2)
            .output("anything", "b", "relu:0", -1, 2)
            .write(folder, 1);
    assertEquals("a", TfModel.ofSavedModel(one).inputs().get(0).name());
  }

  @Test
  void missingParts_areNamed() throws IOException {
    assertSays(fails(folder.resolve("nowhere")), "nowhere", "no such folder");
    Files.createDirectories(folder.resolve("empty"));
    assertSays(fails(folder.resolve("empty")), "empty", "no saved_model.pb");
    Path model = dense().write(folder.resolve("m"), 2);
    Path prefix = model.resolve("variables").resolve("variables");
    Files.delete(BundleWriter.shard(prefix, 1, 2));
    assertSays(fails(model), "variables.data-00001-of-00002", "no such file", "layer/w");
    Files.delete(BundleWriter.index(prefix));
    assertSays(fails(model), "variables.index", "no such file");
  }

  @Test
  void truncatedFiles_areNamedWithThePlace() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path prefix = model.resolve("variables").resolve("variables");
    Path data = BundleWriter.shard(prefix, 0, 1);
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(bytes, bytes.length - 1));
    assertSays(
        fails(model),
        "variables.data-00000-of-00001",
        "layer/w",
        "within the file's " + (bytes.length - 1));
    Path graph = model.resolve("saved_model.pb");
    byte[] proto = Files.readAllBytes(graph);
    Files.write(graph, Arrays.copyOf(proto, proto.length / 2));
    assertSays(fails(model), "saved_model.pb", "no valid SavedModel protobuf");
  }

  @Test
  void everyCutOfTheIndex_isRefused() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path index = BundleWriter.index(model.resolve("variables").resolve("variables"));
    byte[] whole = Files.readAllBytes(index);
    for (int length = 0; length < whole.length; length++) {
      Files.write(index, Arrays.copyOf(whole, length));
      assertSays(fails(model), "variables.index", "at byte");
    }
  }

  @Test
  void everyFlippedByteOfTheIndex_isRefusedOrHarmless() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path index = BundleWriter.index(model.resolve("variables").resolve("variables"));
    byte[] whole = Files.readAllBytes(index);
    int refused = 0;
    for (int i = 0; i < whole.length; i++) {
      byte[] broken = whole.clone();
      broken[i] ^= 0x5a;
      Files.write(index, broken);
      try {
        OnnxModel model1 = TfToOnnx.convert(TfModel.ofSavedModel(model), ConvertOptions.defaults());
        assertEquals(Y, Ort.run(model1, Map.of("x", X)).get("y"), "byte " + i);
      } catch (ConversionException e) {
        assertSays(e, "variables.index");
        refused++;
      }
    }
    assertTrue(refused > whole.length / 2, refused + " of " + whole.length);
  }

  @Test
  void anyDamageToTheGraph_isRefusedOrHarmless() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path graph = model.resolve("saved_model.pb");
    byte[] whole = Files.readAllBytes(graph);
    Random random = new Random(3);
    int refused = 0;
    int rounds = 3000;
    for (int round = 0; round < rounds; round++) {
      byte[] broken = whole.clone();
      for (int k = 0; k <= round % 3; k++) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      Files.write(graph, broken);
      try {
        TfToOnnx.convert(TfModel.ofSavedModel(model, "serving_default"), ConvertOptions.defaults());
      } catch (ConversionException e) {
        assertTrue(e.getMessage().startsWith("Cannot "), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > rounds / 2, refused + " of " + rounds);
  }

  @Test
  void changedWeights_failTheirChecksum() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path data = BundleWriter.shard(model.resolve("variables").resolve("variables"), 0, 1);
    byte[] bytes = Files.readAllBytes(data);
    bytes[5] ^= 1;
    Files.write(data, bytes);
    assertSays(fails(model), "variables.data-00000-of-00001", "layer/b", "checksum");
  }

  @Test
  void shapeOfManyGigabytes_isRefusedBeforeAnythingIsAllocated() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path index = BundleWriter.index(model.resolve("variables").resolve("variables"));
    java.util.TreeMap<String, byte[]> entries = new java.util.TreeMap<>();
    entries.put(
        "",
        org.tensorflow.proto.BundleHeaderProto.newBuilder().setNumShards(1).build().toByteArray());
    var huge =
        org.tensorflow.proto.BundleEntryProto.newBuilder()
            .setDtype(org.tensorflow.proto.DataType.DT_FLOAT)
            .setSize(1L << 40);
    huge.getShapeBuilder()
        .addDim(org.tensorflow.proto.TensorShapeProto.Dim.newBuilder().setSize(1L << 38));
    entries.put("layer/b/.ATTRIBUTES/VARIABLE_VALUE", huge.build().toByteArray());
    entries.put("layer/w/.ATTRIBUTES/VARIABLE_VALUE", huge.build().toByteArray());
    Files.write(index, BundleWriter.table(entries));
    assertSays(fails(model), "variables.index", "274877906944", "less than 2 GB");
  }

  @Test
  void variableWithoutAnEntry_isNamed() {
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .variable("known", "known", W)
            .add(
                node("VarHandleOp", "lost", Map.of()),
                node("ReadVariableOp", "read", Map.of(), "lost"),
                node("MatMul", "y", Map.of(), "x", "read"))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "y:0", -1, 3)
            .write(folder, 1);
    assertSays(fails(model), "'lost'", "nothing restores");
  }

  @Test
  void functionsThatCallThemselves_areRefused() {
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .add(node("PartitionedCall", "call", calls("a"), "x"))
            .add(
                function(
                    "a",
                    List.of("x"),
                    Map.of("r", "c:output:0"),
                    node("PartitionedCall", "c", calls("b"), "x")),
                function(
                    "b",
                    List.of("x"),
                    Map.of("r", "c:output:0"),
                    node("PartitionedCall", "c", calls("a"), "x")))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "call:0", -1, 2)
            .write(folder, 1);
    assertSays(fails(model), "saved_model.pb", "calls itself");
  }

  @Test
  void functionsThatMultiply_areStoppedInTime() {
    SavedModelBuilder b =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .add(node("PartitionedCall", "call", calls("f0"), "x"));
    for (int i = 0; i < 40; i++) {
      String next = "f" + (i + 1);
      b.add(
          function(
              "f" + i,
              List.of("x"),
              Map.of("r", "s:z:0"),
              node("PartitionedCall", "p", calls(next), "x"),
              node("PartitionedCall", "q", calls(next), "x"),
              node("AddV2", "s", Map.of(), "p:output:0", "q:output:0")));
    }
    b.add(function("f40", List.of("x"), Map.of("r", "n:y:0"), node("Neg", "n", Map.of(), "x")));
    b.input("s", "x", "x:0", -1, 2).output("s", "y", "call:0", -1, 2);
    assertSays(fails(b.write(folder, 1)), "saved_model.pb", "nested too deep");
  }

  @Test
  void nodesThatWaitForThemselves_areRefused() {
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .add(
                node("AddV2", "a", Map.of(), "x", "b"),
                node("Neg", "b", Map.of(), "a"),
                node("Identity", "i", Map.of(), "j"),
                node("Identity", "j", Map.of(), "i"))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "b:0", -1, 2)
            .input("t", "x", "x:0", -1, 2)
            .output("t", "y", "i:0", -1, 2)
            .write(folder, 1);
    assertSays(
        assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(model, "s")),
        "saved_model.pb",
        "waits for itself");
    assertSays(
        assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(model, "t")),
        "saved_model.pb",
        "waits for itself");
  }

  @Test
  void references_thatLeadNowhere_areNamed() {
    SavedModelBuilder base =
        new SavedModelBuilder().placeholder("x", -1, 2).input("s", "x", "x:0", -1, 2);
    base.add(node("Neg", "y", Map.of(), "ghost:0")).output("s", "y", "y:0", -1, 2);
    assertSays(fails(base.write(folder.resolve("a"), 1)), "'ghost'");
    Path call =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .input("s", "x", "x:0", -1, 2)
            .add(node("PartitionedCall", "y", calls("absent"), "x"))
            .output("s", "y", "y:0", -1, 2)
            .write(folder.resolve("b"), 1);
    assertSays(fails(call), "'absent'", "not there");
    Path unfed =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .placeholder("other", -1)
            .add(node("AddV2", "y", Map.of(), "x", "other"))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "y:0", -1, 2)
            .write(folder.resolve("c"), 1);
    assertSays(fails(unfed), "'other'", "not among the inputs");
  }

  @Test
  void variableThatTheModelChanges_isRefused() {
    Path model =
        new SavedModelBuilder()
            .variable("count", "count", Tensor.floats(new long[] {2}, 1, 2))
            .placeholder("x", -1, 2)
            .add(node("StatefulPartitionedCall", "call", calls("step"), "x", "count"))
            .add(
                function(
                    "step",
                    List.of("x", "v"),
                    Map.of("r", "add:z:0"),
                    node("AssignAddVariableOp", "more", Map.of(), "v", "x"),
                    node("ReadVariableOp", "read", Map.of(), "v", "^more"),
                    node("AddV2", "add", Map.of(), "x", "read:value:0")))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "call:0", -1, 2)
            .write(folder, 1);
    assertSays(fails(model), "AssignAddVariableOp", "'count'", "keeps no state");
  }

  @Test
  void randomStates_areNotFollowed() {
    Path model =
        new SavedModelBuilder()
            .variable("seed", "seed", Tensor.longs(1, 2))
            .placeholder("x", -1, 2)
            .add(node("StatefulPartitionedCall", "call", calls("draw"), "x", "seed"))
            .add(
                function(
                    "draw",
                    List.of("x", "s"),
                    Map.of("r", "add:z:0"),
                    node("ReadVariableOp", "read", Map.of(), "s"),
                    node("AssignVariableOp", "next", Map.of(), "s", "read:value:0"),
                    node("StatelessRandomGetKeyCounter", "key", Map.of(), "read:value:0"),
                    node("Shape", "shape", Map.of(), "x"),
                    node(
                        "StatelessRandomNormalV2",
                        "noise",
                        Map.of("dtype", AttrValue.newBuilder().setTypeValue(1).build()),
                        "shape:output:0",
                        "key:key:0",
                        "key:counter:0",
                        "read:value:0"),
                    node("AddV2", "add", Map.of(), "x", "noise:output:0")))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "call:0", -1, 2)
            .write(folder, 1);
    OnnxModel onnx = TfToOnnx.convert(TfModel.ofSavedModel(model), ConvertOptions.defaults());
    assertEquals(1, onnx.operatorCounts().get("RandomNormalLike"));
  }

  @Test
  void aSingleGraph_isTakenWhateverItsTags() {
    Path model = dense().tags("train").write(folder.resolve("one"), 1);
    assertEquals(
        1,
        TfModel.ofSavedModel(model).outputs().size(),
        "a single graph is taken whatever its tags");
  }

  @Test
  void constantThatLiesAboutItsSize_isRefused() {
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .add(liar(), node("AddV2", "y", Map.of(), "x", "c"))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "y:0", -1, 2)
            .write(folder, 1);
    assertSays(fails(model), "saved_model.pb: node 'c'", "268435456");
  }

  private static org.tensorflow.proto.NodeDef liar() {
    var t =
        org.tensorflow.proto.TensorProto.newBuilder()
            .setDtype(org.tensorflow.proto.DataType.DT_FLOAT)
            .addFloatVal(1);
    t.getTensorShapeBuilder()
        .addDim(org.tensorflow.proto.TensorShapeProto.Dim.newBuilder().setSize(500_000_000));
    return node("Const", "c", Map.of("value", AttrValue.newBuilder().setTensor(t).build()));
  }

  @Test
  void unsupportedOperators_areAllNamedAtOnce() {
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .add(
                node("Dawsn", "a", Map.of(), "x"),
                node("Spence", "b", Map.of(), "a"),
                node("Dawsn", "c", Map.of(), "b"),
                constant("unused", W))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "c:0", -1, 2)
            .write(folder, 1);
    TfModel tf = TfModel.ofSavedModel(model);
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(tf, ConvertOptions.defaults()));
    assertSays(
        e,
        "Dawsn (2 nodes: 'a', 'c'), Spence (node 'b')",
        "operators are supported",
        "docs/operators.md");
  }

  @Test
  void variablesThatTheCheckpointKnowsAsCopies_areFound() {
    // What tf.saved_model.save writes for a Keras 3 model: functions read "kernel", the checkpoint
    // restores a variable that is initialised with it.
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .variable("kernel", "unused", Tensor.longs(1))
            .variable("Variable", "w/.ATTRIBUTES/VARIABLE_VALUE", W)
            .add(
                node("ReadVariableOp", "Variable/Initializer/Read", Map.of(), "kernel"),
                node(
                    "AssignVariableOp",
                    "Variable/Assign",
                    Map.of(),
                    "Variable",
                    "Variable/Initializer/Read"),
                node("ReadVariableOp", "read", Map.of(), "kernel"),
                node("MatMul", "y", Map.of(), "x", "read"),
                node("Placeholder", "file", Map.of()),
                node("StatefulPartitionedCall", "restore", calls("restore"), "file", "Variable"))
            .restoredBy("restore")
            .add(
                function(
                    "restore",
                    List.of("file", "v"),
                    Map.of(),
                    texts("names", "w/.ATTRIBUTES/VARIABLE_VALUE"),
                    texts("slices", "", ""),
                    node(
                        "RestoreV2", "read", Map.of(), "file", "names:output:0", "slices:output:0"),
                    node("AssignVariableOp", "assign", Map.of(), "v", "read:tensors:0")))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "y", "y:0", -1, 3)
            .write(folder, 1);
    OnnxModel onnx = TfToOnnx.convert(TfModel.ofSavedModel(model), ConvertOptions.defaults());
    assertEquals(
        Tensor.floats(new long[] {1, 3}, -3, -3, -3), Ort.run(onnx, Map.of("x", X)).get("y"));
  }

  @Test
  void textForms_areRead() throws IOException {
    Path model = dense().write(folder.resolve("m"), 1);
    Path binary = model.resolve("saved_model.pb");
    var proto = org.tensorflow.proto.SavedModel.parseFrom(Files.readAllBytes(binary));
    Files.delete(binary);
    Path text = model.resolve("saved_model.pbtxt");
    Files.writeString(text, com.google.protobuf.TextFormat.printer().printToString(proto));
    OnnxModel onnx = TfToOnnx.convert(TfModel.ofSavedModel(model), ConvertOptions.defaults());
    assertEquals(Y, Ort.run(onnx, Map.of("x", X)).get("y"));
    Files.writeString(text, "saved_model_schema_version: 1 meta_graphs { nonsense }");
    assertSays(fails(model), "saved_model.pbtxt", "text format", "line and column");
  }

  @Test
  void modelWithoutSignatures_saysHowToGetOne() {
    Path model = new SavedModelBuilder().placeholder("x", -1, 2).write(folder, 1);
    assertSays(fails(model), "it has none", "signatures=", "model.export");
  }
}
