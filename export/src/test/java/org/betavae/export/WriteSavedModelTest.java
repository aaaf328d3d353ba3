package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.GraphOperation;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** SavedModels that we write: TensorFlow loads, runs, trains and saves them, and we read them. */
final class WriteSavedModelTest {
  @TempDir Path temp;

  private static AttrValue type(DataType t) {
    return AttrValue.newBuilder().setType(t).build();
  }

  private static final Map<String, AttrValue> FLOAT = Map.of("T", type(DataType.DT_FLOAT));

  private static final TensorSpec X = new TensorSpec("x", "float32", List.of(-1L, 3L));

  private static final Tensor WEIGHT = Tensor.floats(new long[] {3, 2}, 1, 2, 3, 4, 5, 6);

  private static final Tensor SAMPLE = Tensor.floats(new long[] {1, 3}, 1, 10, 100);

  /** y = x W + b, b being a state, and z = x W. */
  private static TfModel dense() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(X);
    TfOutput w = b.variable("/layer 1/kernel:0", WEIGHT, TfNode.Variable.TRAINABLE);
    TfOutput bias = b.variable("bias", Tensor.floats(new long[] {2}, -1, 1), TfNode.Variable.STATE);
    TfOutput product = new TfOutput(b.node("MatMul", "product", List.of(x, w), FLOAT), 0);
    TfOutput sum = new TfOutput(b.node("AddV2", "sum", List.of(product, bias), FLOAT), 0);
    b.output(new TensorSpec("y", "float32", List.of(-1L, 2L)), sum);
    b.output(new TensorSpec("z", "float32", List.of(-1L, 2L)), product);
    return TfModel.ofGraph(b.build());
  }

  /** Runs the default signature with TensorFlow. */
  private static Map<String, Tensor> run(SavedModelBundle bundle, Map<String, Tensor> inputs) {
    Map<String, org.tensorflow.Tensor> feeds = new LinkedHashMap<>();
    try {
      inputs.forEach((name, t) -> feeds.put(name, TfTensors.open(t)));
      try (Result result =
          bundle.session().run(bundle.function(Signature.DEFAULT_KEY).signature(), feeds)) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        result.forEach(e -> out.put(e.getKey(), TfTensors.copy(e.getValue())));
        return out;
      }
    } finally {
      feeds.values().forEach(org.tensorflow.Tensor::close);
    }
  }

  private static Map<String, Tensor> run(Path folder, Map<String, Tensor> inputs) {
    try (SavedModelBundle bundle = SavedModelBundle.load(folder.toString(), "serve")) {
      return run(bundle, inputs);
    }
  }

  private static SortedMap<String, byte[]> bytes(Path folder) throws IOException {
    SortedMap<String, byte[]> out = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path f : files.filter(Files::isRegularFile).toList()) {
        out.put(folder.relativize(f).toString(), Files.readAllBytes(f));
      }
    }
    return out;
  }

  private static void assertSameFiles(Path a, Path b) throws IOException {
    SortedMap<String, byte[]> first = bytes(a);
    SortedMap<String, byte[]> second = bytes(b);
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, content) -> assertArrayEquals(content, second.get(name), name));
  }

  @Test
  void tensorFlow_runsIt_withItsVariablesRestored() {
    Path folder = temp.resolve("model");
    dense().write(folder);
    Map<String, Tensor> got = run(folder, Map.of("x", SAMPLE));
    assertEquals(Tensor.floats(new long[] {1, 2}, 530, 643), got.get("y"));
    assertEquals(Tensor.floats(new long[] {1, 2}, 531, 642), got.get("z"));
  }

  @Test
  void files_areThoseOfASavedModel() throws IOException {
    Path folder = temp.resolve("model");
    dense().write(folder);
    assertEquals(
        List.of(
            "saved_model.pb",
            "variables/variables.data-00000-of-00001",
            "variables/variables.index"),
        List.copyOf(bytes(folder).keySet()));
    try (Stream<Path> beside = Files.list(temp)) {
      assertEquals(List.of(folder), beside.toList());
    }
  }

  @Test
  void readBack_itIsTheSameGraph() {
    TfModel model = dense();
    model.write(temp.resolve("model"));
    TfModel read = TfModel.ofSavedModel(temp.resolve("model"));
    assertEquals(model.inputs(), read.inputs());
    assertEquals(model.outputs(), read.outputs());
    assertEquals(model.graph().operatorCounts(), read.graph().operatorCounts());
    List<String> variables = new ArrayList<>();
    read.graph()
        .forEachNode(
            n -> {
              if (n.variable() != TfNode.Variable.NONE) {
                variables.add(n.name() + " " + n.variable() + " " + n.value());
              }
            });
    assertEquals(
        List.of("layer_1/kernel_0 TRAINABLE float32[3, 2]", "bias STATE float32[2]"), variables);
  }

  @Test
  void sameModel_givesTheSameBytes_alsoWhenReadAndWrittenAgain() throws IOException {
    Path first = temp.resolve("first");
    dense().write(first);
    dense().write(temp.resolve("second"));
    assertSameFiles(first, temp.resolve("second"));
    TfModel.ofSavedModel(first).write(temp.resolve("again"));
    TfModel.ofSavedModel(temp.resolve("again")).write(temp.resolve("once more"));
    assertSameFiles(temp.resolve("again"), temp.resolve("once more"));
  }

  @Test
  void tensorFlowJava_keepsATrainedVariable_whenItExportsTheLoadedModel() throws IOException {
    Path folder = temp.resolve("model");
    dense().write(folder);
    Path trained = temp.resolve("trained");
    try (SavedModelBundle bundle = SavedModelBundle.load(folder.toString(), "serve")) {
      Ops tf = Ops.create(bundle.graph());
      GraphOperation variable = bundle.graph().operation("bias");
      bundle
          .session()
          .runner()
          .addTarget(
              tf.assignVariableOp(
                  variable.<org.tensorflow.types.family.TType>output(0),
                  tf.constant(new float[] {7, 8})))
          .run()
          .close();
      SavedModelBundle.exporter(trained.toString())
          .withFunction(bundle.function(Signature.DEFAULT_KEY))
          .export();
    }
    assertEquals(
        Tensor.floats(new long[] {1, 2}, 538, 650), run(trained, Map.of("x", SAMPLE)).get("y"));
    assertEquals(
        Tensor.floats(new long[] {1, 2}, 538, 650), run(TfModel.ofSavedModel(trained)).get("y"));
  }

  private Map<String, Tensor> run(TfModel model) {
    Path folder = temp.resolve("copy");
    model.write(folder, ModelFolder.Existing.REPLACE);
    return run(folder, Map.of("x", SAMPLE));
  }

  @Test
  void variablesThatNothingReads_andUnusedInputs_areNoTrouble() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(X);
    b.input(new TensorSpec("unused", "int64", null));
    b.variable("idle", WEIGHT, TfNode.Variable.TRAINABLE);
    b.output(X, x);
    Path folder = temp.resolve("model");
    TfModel.ofGraph(b.build()).write(folder);
    Map<String, Tensor> inputs = Map.of("x", SAMPLE, "unused", Tensor.longs(1));
    assertEquals(SAMPLE, run(folder, inputs).get("x"));
    assertEquals(2, TfModel.ofSavedModel(folder).inputs().size());
  }

  @Test
  void variablesOfEveryType_areKept() {
    TfGraphBuilder b = new TfGraphBuilder();
    for (ElementType t : ElementType.values()) {
      if (t.bytes() == 0) {
        continue;
      }
      byte[] content = new byte[t.bytes() * 3];
      content[0] = 1;
      Tensor value = Tensor.of(t, new long[] {3}, java.nio.ByteBuffer.wrap(content));
      TfOutput v = b.variable(t.numpyName(), value, TfNode.Variable.STATE);
      b.output(new TensorSpec("out_" + t.numpyName(), t.numpyName(), List.of(3L)), v);
    }
    Path folder = temp.resolve("model");
    TfModel model = TfModel.ofGraph(b.build());
    model.write(folder);
    TfModel read = TfModel.ofSavedModel(folder);
    Map<String, Tensor> values = new TreeMap<>();
    read.graph().nodes().forEach(n -> values.put(n.name(), n.value()));
    model.graph().nodes().forEach(n -> assertEquals(n.value(), values.get(n.name())));
    try (SavedModelBundle bundle = SavedModelBundle.load(folder.toString(), "serve")) {
      assertEquals(values.size(), bundle.signatures().get(0).outputNames().size());
    }
  }

  @Test
  void manyVariables_fillSeveralBlocksOfTheIndex() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput sum = b.input(new TensorSpec("x", "float32", List.of()));
    String name = "n".repeat(1000);
    for (int i = 0; i < 400; i++) {
      int at = i;
      TfOutput v =
          b.variable(
              name + (i * 7919 % 400),
              Tensor.ofDoubles(ElementType.FLOAT32, new long[0], k -> at),
              TfNode.Variable.TRAINABLE);
      sum = new TfOutput(b.node("AddV2", "sum", List.of(sum, v), FLOAT), 0);
    }
    b.output(new TensorSpec("y", "float32", List.of()), sum);
    Path folder = temp.resolve("model");
    TfModel.ofGraph(b.build()).write(folder);
    Tensor zero = Tensor.scalar(ElementType.FLOAT32, 0);
    assertEquals(399 * 400 / 2, run(folder, Map.of("x", zero)).get("y").doubleAt(0), 0);
    assertEquals(400, TfModel.ofSavedModel(folder).graph().operatorCounts().get("Const"));
  }

  /** While x < 100: x = x * w, count the rounds; w comes from around the loop. */
  private static TfModel loop() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(new TensorSpec("x", "float32", List.of()));
    TfOutput w = b.variable("w", Tensor.scalar(ElementType.FLOAT32, 3), TfNode.Variable.TRAINABLE);
    TfOutput limit = b.constant("limit", Tensor.scalar(ElementType.FLOAT32, 100));
    TfOutput zero = b.constant("zero", Tensor.scalar(ElementType.INT32, 0));
    TfGraphBuilder cond = b.body();
    TfOutput cx = cond.parameter("cx", ElementType.FLOAT32, List.of());
    cond.parameter("ci", ElementType.INT32, List.of());
    TfOutput less = new TfOutput(cond.node("Less", "less", List.of(cx, limit), FLOAT), 0);
    TfBody condition = cond.buildBody(List.of(less));
    TfGraphBuilder step = b.body();
    TfOutput bx = step.parameter("bx", ElementType.FLOAT32, List.of());
    TfOutput bi = step.parameter("bi", ElementType.INT32, List.of());
    TfOutput one = step.constant("one", Tensor.scalar(ElementType.INT32, 1));
    TfOutput next = new TfOutput(step.node("Mul", "next", List.of(bx, w), FLOAT), 0);
    TfOutput count =
        new TfOutput(
            step.node("AddV2", "count", List.of(bi, one), Map.of("T", type(DataType.DT_INT32))), 0);
    TfBody body = step.buildBody(List.of(next, count));
    TfNode loop = b.node("While", "loop", List.of(x, zero), Map.of(), List.of(condition, body));
    b.output(new TensorSpec("y", "float32", List.of()), new TfOutput(loop, 0));
    b.output(new TensorSpec("rounds", "int32", List.of()), new TfOutput(loop, 1));
    return TfModel.ofGraph(b.build());
  }

  @Test
  void loop_becomesTwoFunctions_thatReadWhatLiesAround() throws IOException {
    Path folder = temp.resolve("model");
    loop().write(folder);
    Map<String, Tensor> got = run(folder, Map.of("x", Tensor.scalar(ElementType.FLOAT32, 2)));
    assertEquals(162, got.get("y").doubleAt(0));
    assertEquals(4, got.get("rounds").longAt(0));
    TfModel read = TfModel.ofSavedModel(folder);
    TfNode loop =
        read.graph().nodes().stream().filter(n -> !n.bodies().isEmpty()).findFirst().orElseThrow();
    assertEquals("StatelessWhile", loop.op());
    read.write(temp.resolve("again"));
    TfModel.ofSavedModel(temp.resolve("again")).write(temp.resolve("once more"));
    assertSameFiles(temp.resolve("again"), temp.resolve("once more"));
    assertEquals(
        got, run(temp.resolve("again"), Map.of("x", Tensor.scalar(ElementType.FLOAT32, 2))));
  }

  /**
   * If positive: a loop inside of the branch that reads the input; else a random number's shape.
   */
  private static TfModel choice() {
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(new TensorSpec("x", "float32", List.of()));
    TfOutput zero = b.constant("zero", Tensor.scalar(ElementType.FLOAT32, 0));
    TfOutput w = b.variable("w", Tensor.scalar(ElementType.FLOAT32, 3), TfNode.Variable.TRAINABLE);
    TfOutput positive = new TfOutput(b.node("Greater", "positive", List.of(x, zero), FLOAT), 0);
    TfGraphBuilder yes = b.body();
    TfGraphBuilder cond = yes.body();
    TfOutput cx = cond.parameter("cx", ElementType.FLOAT32, List.of());
    TfOutput limit = new TfOutput(yes.node("Mul", "limit", List.of(w, x), FLOAT), 0);
    TfBody condition =
        cond.buildBody(
            List.of(new TfOutput(cond.node("Less", "less", List.of(cx, limit), FLOAT), 0)));
    TfGraphBuilder step = yes.body();
    TfOutput bx = step.parameter("bx", ElementType.FLOAT32, List.of());
    TfBody body =
        step.buildBody(List.of(new TfOutput(step.node("AddV2", "more", List.of(bx, w), FLOAT), 0)));
    TfOutput grown =
        new TfOutput(yes.node("While", "grow", List.of(x), Map.of(), List.of(condition, body)), 0);
    TfBody then = yes.buildBody(List.of(grown));
    TfGraphBuilder no = b.body();
    TfOutput shape =
        no.constant("shape", Tensor.ofLongs(ElementType.INT32, new long[] {0}, i -> 0));
    TfOutput random =
        new TfOutput(
            no.node(
                "RandomUniform",
                "noise",
                List.of(shape),
                Map.of("dtype", type(DataType.DT_FLOAT), "T", type(DataType.DT_INT32))),
            0);
    TfBody otherwise = no.buildBody(List.of(random));
    TfNode node = b.node("If", "choose", List.of(positive), Map.of(), List.of(then, otherwise));
    b.output(new TensorSpec("y", "float32", List.of()), new TfOutput(node, 0));
    return TfModel.ofGraph(b.build());
  }

  @Test
  void choice_withALoopInside_runsBothWays() {
    Path folder = temp.resolve("model");
    choice().write(folder);
    Map<String, Tensor> positive = run(folder, Map.of("x", Tensor.scalar(ElementType.FLOAT32, 4)));
    assertEquals(13, positive.get("y").doubleAt(0));
    double noise =
        run(folder, Map.of("x", Tensor.scalar(ElementType.FLOAT32, -1))).get("y").doubleAt(0);
    assertTrue(noise >= 0 && noise < 1, () -> "noise is " + noise);
    TfNode read =
        TfModel.ofSavedModel(folder).graph().nodes().stream()
            .filter(n -> !n.bodies().isEmpty())
            .findFirst()
            .orElseThrow();
    assertEquals("If", read.op());
  }

  @Test
  void folderInUse_isKept_unlessItIsToBeReplaced_andHoldsOnlyAModel() throws IOException {
    Path folder = temp.resolve("model");
    dense().write(folder);
    Exception kept = assertThrows(IllegalArgumentException.class, () -> loop().write(folder));
    assertTrue(kept.getMessage().contains("is not empty"), kept.getMessage());
    loop().write(folder, ModelFolder.Existing.REPLACE);
    assertEquals("rounds", TfModel.ofSavedModel(folder).outputs().get(0).name());
    Files.writeString(folder.resolve("diary.txt"), "mine");
    Exception foreign =
        assertThrows(
            IllegalArgumentException.class,
            () -> dense().write(folder, ModelFolder.Existing.REPLACE));
    assertTrue(foreign.getMessage().contains("diary.txt"), foreign.getMessage());
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThrows(
        IllegalArgumentException.class, () -> dense().write(file, ModelFolder.Existing.REPLACE));
  }

  @Test
  void graphThatCannotBeWritten_leavesTheTargetAsItWas() throws IOException {
    Path folder = temp.resolve("model");
    dense().write(folder);
    SortedMap<String, byte[]> before = bytes(folder);
    TfGraphBuilder b = new TfGraphBuilder();
    TfOutput x = b.input(X);
    TfNode stray = new TfGraphBuilder().node("Relu", "stray", List.of(x), FLOAT);
    TfGraph graph =
        new TfGraph(
            List.of(), b.build().inputs(), List.of(new TfGraph.Output(X, new TfOutput(stray, 0))));
    Exception e =
        assertThrows(
            ConversionException.class,
            () -> TfModel.ofGraph(graph).write(folder, ModelFolder.Existing.REPLACE));
    assertTrue(e.getMessage().contains("Relu (node 'stray')"), e.getMessage());
    assertEquals(before.keySet(), bytes(folder).keySet());
    try (Stream<Path> beside = Files.list(temp)) {
      assertEquals(List.of(folder), beside.toList());
    }
  }

  @Test
  void damagedWeights_areRefused_byUsAndByTensorFlow() throws IOException {
    Path folder = temp.resolve("model");
    dense().write(folder);
    Path data = folder.resolve("variables/variables.data-00000-of-00001");
    byte[] content = Files.readAllBytes(data);
    content[2] ^= 1;
    Files.write(data, content);
    assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(folder));
    assertThrows(
        RuntimeException.class, () -> SavedModelBundle.load(folder.toString(), "serve").close());
  }
}
