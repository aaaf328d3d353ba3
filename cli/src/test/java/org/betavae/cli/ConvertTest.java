package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.betavae.data.NpzWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/** The command {@code convert}. */
class ConvertTest {
  private static TinyRun tiny;

  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.get();
  }

  private static Path savedModel(String role) {
    return tiny.run.resolve("saved_model").resolve(role);
  }

  /**
   * A graph with a convolution of an image {@code img}, a product of {@code any}, whose shape is
   * not known, and two operators that no converter knows.
   */
  private Path graph() throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> image =
          tf.withName("img").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 8, 8, 2)));
      Operand<TFloat32> kernel = tf.zeros(tf.constant(new int[] {3, 3, 2, 4}), TFloat32.class);
      tf.withName("features").nn.conv2d(image, kernel, List.of(1L, 2L, 2L, 1L), "SAME");
      Operand<TFloat32> any =
          tf.withName("any").placeholder(TFloat32.class, Placeholder.shape(Shape.unknown()));
      tf.withName("most").math.argMax(any, tf.constant(-1));
      tf.withName("pooled").nn.conv2d(any, kernel, List.of(1L, 1L, 1L, 1L), "SAME");
      // Texts, of which ONNX has nothing.
      Operand<TString> strange = tf.withName("strange").dtypes.asString(image);
      tf.withName("stranger")
          .strings
          .stringLength(tf.strings.join(List.of(strange, tf.dtypes.asString(image))));
      Path file = folder.resolve("graph.pb");
      Files.write(file, graph.toGraphDef().toByteArray());
      return file;
    }
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> !f.endsWith("graph.pb")).count();
    }
  }

  @Test
  void savedModel_becomesAFile_thatAgreesWithTensorFlow() throws IOException {
    Path out = folder.resolve("encoder.onnx");
    JsonNode json =
        Cli.json(
            "convert --saved-model % --out % --opset 15 --inputs-as-nchw x",
            savedModel("encoder"), out);
    assertEquals(15, json.get("opset").asInt());
    assertEquals("[-1,1,28,28]", json.at("/inputs/0/shape").toString());
    assertEquals(
        List.of("log_var", "mean"),
        json.get("outputs").findValuesAsText("name").stream().sorted().toList());
    assertEquals(2, json.at("/operators/Conv").asInt());
    assertFalse(json.get("operators").has("Transpose"));
    assertEquals(Files.size(out), json.get("bytes").asLong());
    assertTrue(
        Cli.json("verify --saved-model % --onnx %", savedModel("encoder"), out)
            .get("passed")
            .asBoolean());
    assertEquals(json.get("inputs"), Cli.json("inspect %", out).get("inputs"));
  }

  @Test
  void people_readWhatWasWritten() throws IOException {
    Path out = folder.resolve("decoder.onnx");
    Cli cli = Cli.run("convert --saved-model % --out %", savedModel("decoder"), out);
    assertEquals(0, cli.exitCode(), cli.err());
    assertEquals("", cli.err());
    assertTrue(cli.out().startsWith("Converted " + savedModel("decoder") + " to " + out));
    for (String part : List.of("[-1,3]", "logits", "opset", "parameters", "Gemm", " MB")) {
      assertTrue(cli.out().contains(part), cli.out());
    }
  }

  @Test
  void twice_givesTheSameBytes_inPlaceOfTheEarlierFile() throws IOException {
    Path out = folder.resolve("m.onnx");
    Cli.json("convert --saved-model % --out %", savedModel("decoder"), out);
    byte[] first = Files.readAllBytes(out);
    Files.writeString(out, "something else");
    Cli.json("convert --saved-model % --out %", savedModel("decoder"), out);
    assertArrayEquals(first, Files.readAllBytes(out));
    assertEquals(1, files());
  }

  @Test
  void graphDef_isCutToItsInputsAndOutputs_withNamesAndShapes() throws IOException {
    Path out = folder.resolve("g.onnx");
    JsonNode json =
        Cli.json(
            "convert --graph-def % --inputs image=img:0 --outputs y=features:0 --out %"
                + " --inputs-as-nchw image --outputs-as-nchw y",
            graph(), out);
    assertEquals("[-1,2,8,8]", json.at("/inputs/0/shape").toString());
    assertEquals("[-1,4,4,4]", json.at("/outputs/0/shape").toString());
    json =
        Cli.json(
            "convert --graph-def % --inputs any:0[-1,5,5,2] --outputs pooled --out %",
            graph(), out);
    assertEquals("[-1,5,5,2]", json.at("/inputs/0/shape").toString());
    assertEquals("[-1,5,5,4]", json.at("/outputs/0/shape").toString());
    json =
        Cli.json(
            "convert --graph-def % --inputs img --input-shapes img[7,8,8,2] --outputs features:0"
                + " --out %",
            graph(), out);
    assertEquals("[7,4,4,4]", json.at("/outputs/0/shape").toString());
  }

  @Test
  void unknownShape_namesTheNodeAndWhatToGive() throws IOException {
    Cli.run(
            "convert --graph-def % --inputs any --outputs most --out %",
            graph(), folder.resolve("g.onnx"))
        .assertErrorNames(2, "node 'most'", "--input-shapes");
    assertEquals(0, files());
  }

  @Test
  void operatorsWithoutConverter_areAllNamed_andNothingIsWritten() throws IOException {
    Cli.run(
            "convert --graph-def % --inputs img --outputs stranger --out %",
            graph(), folder.resolve("g.onnx"))
        .assertErrorNames(2, "AsString (2 nodes: ", "'strange'", "StringLength (node 'stranger')");
    assertEquals(0, files());
  }

  @Test
  void namesThatTheGraphLacks_areAnsweredWithLikelyOnes() throws IOException {
    Path graph = graph();
    Path out = folder.resolve("g.onnx");
    Cli.run("convert --graph-def % --inputs image --outputs feature:0 --out %", graph, out)
        .assertErrorNames(2, "no node 'image'", "Placeholders: [img, any]");
    Cli.run("convert --graph-def % --inputs img --outputs feature:0 --out %", graph, out)
        .assertErrorNames(2, "no node 'feature'", "Did you mean 'features'?", "stranger");
    Cli.run("convert --graph-def % --inputs img --outputs features:1 --out %", graph, out)
        .assertErrorNames(2, "output 1", "features");
    Cli.run("convert --graph-def % --inputs img --out %", graph, out)
        .assertErrorNames(2, "--outputs is missing", "features, most, pooled, stranger");
    Cli.run("convert --graph-def % --outputs features --out %", graph, out)
        .assertErrorNames(2, "--inputs is missing", "img, any");
    Cli.run("convert --graph-def % --inputs any --outputs features --out %", graph, out)
        .assertErrorNames(2, "placeholder 'img'", "not among the inputs");
    assertEquals(0, files());
  }

  @Test
  void signature_thatIsNotThere_isAnsweredWithTheList() {
    Cli.run(
            "convert --saved-model % --signature serving_defualt --out %",
            savedModel("decoder"), folder.resolve("m.onnx"))
        .assertErrorNames(2, "[serving_default]", "Did you mean 'serving_default'?");
  }

  @Test
  void wrongArguments_areNamed() throws IOException {
    Path out = folder.resolve("m.onnx");
    Path model = savedModel("encoder");
    Cli.run("convert --saved-model %", model).assertErrorNames(2, "--out is missing");
    Cli.run("convert --out %", out)
        .assertErrorNames(2, "neither --saved-model nor --graph-def is given");
    Cli.run("convert --saved-model % --graph-def % --out %", model, model, out)
        .assertErrorNames(2, "--saved-model and --graph-def are given");
    Cli.run("convert --saved-model % --inputs x --out %", model, out)
        .assertErrorNames(2, "--inputs is given with --saved-model");
    Cli.run("convert --graph-def % --signature s --out %", model, out)
        .assertErrorNames(2, "--signature is given with --graph-def");
    Cli.run("convert --saved-model % --out %", model, folder.resolve("m.pb"))
        .assertErrorNames(2, "m.pb", "ends in .onnx");
    Cli.run("convert --saved-model % --out %", model, folder.resolve("no/m.onnx"))
        .assertErrorNames(2, "is no folder", "Create it first");
    Cli.run("convert --saved-model % --out % --opset 12", model, out)
        .assertErrorNames(2, "--opset is \"12\"", "from 13 to 21");
    Cli.run("convert --saved-model % --out % --inputs-as-nchw y", model, out)
        .assertErrorNames(2, "--inputs-as-nchw names y", "[x]");
    Cli.run("convert --saved-model % --out % --outputs-as-nchw mean", model, out)
        .assertErrorNames(2, "'mean'", "expected an image");
    Cli.run("convert --saved-model % --out % --input-shapes x[1,28,28,3]", model, out)
        .assertErrorNames(2, "[1, 28, 28, 3]", "[-1,28,28,1]");
    Cli.run("convert --saved-model % --out % --input-shapes x", model, out)
        .assertErrorNames(2, "gives x no shape", "x[-1,28,28,1]");
    Cli.run("convert --saved-model % --out % --input-shapes x[1,a]", model, out)
        .assertErrorNames(2, "\"x[1,a]\" is no tensor");
    Cli.run("convert --saved-model % --out %", folder.resolve("none"), out)
        .assertErrorNames(2, "none", "no such folder");
    Cli.run("convert --saved-model % --out %", tiny.model, out)
        .assertErrorNames(2, "no saved_model.pb");
    Cli.run("convert --graph-def % --inputs x --outputs y --out %", model, out)
        .assertErrorNames(2, "no frozen GraphDef", "folder of a SavedModel", "--saved-model");
    Cli.run("convert --saved-model % --out %", model.getParent(), out)
        .assertErrorNames(2, "SavedModels lie in", "decoder, ", "encoder: name one");
    Cli.run("convert --saved-model % --out %", model.resolve("saved_model.pb"), out)
        .assertErrorNames(2, "it is a file", "part of the SavedModel " + model);
    Cli.run("inspect %", model.getParent()).assertErrorNames(2, "encoder: name one");
    Cli.run("embed --model % --data sprites:small --out z.npy", model.getParent())
        .assertErrorNames(2, "of each by convert --saved-model");
    Path keras = folder.resolve("m.keras");
    Files.writeString(keras, "PK\u0003\u0004....");
    Cli.run("embed --model % --data sprites:small --out z.npy", keras)
        .assertErrorNames(2, "m.keras", "model.export(FOLDER)");
    Files.delete(keras);
    Cli.run("embed --model % --data sprites:small --out z.npy", model)
        .assertErrorNames(2, "convert --saved-model");
    assertEquals(0, files());
  }

  @Test
  void fixedBatch_isVerifiedByInputsOfItsSize() throws IOException {
    Path out = folder.resolve("fixed.onnx");
    Cli.json(
        "convert --saved-model % --out % --input-shapes x[3,28,28,1] --inputs-as-nchw x",
        savedModel("encoder"), out);
    assertTrue(
        Cli.json("verify --saved-model % --onnx %", savedModel("encoder"), out)
            .get("passed")
            .asBoolean());
  }

  @Test
  void damagedFiles_leaveAnEarlierResultAsItWas() throws IOException {
    Path out = folder.resolve("m.onnx");
    Files.writeString(out, "earlier");
    Path graph = graph();
    byte[] whole = Files.readAllBytes(graph);
    Files.write(graph, Arrays.copyOf(whole, whole.length / 2));
    Cli.run("convert --graph-def % --inputs img --outputs features --out %", graph, out)
        .assertErrorNames(2, "graph.pb", "no valid GraphDef protobuf");
    Files.write(graph, new byte[0]);
    Cli.run("convert --graph-def % --inputs img --outputs features --out %", graph, out)
        .assertErrorNames(2, "graph.pb", "holds no nodes");
    assertEquals("earlier", Files.readString(out));
    assertEquals(1, files());
  }

  @Test
  void float16_isHalfTheSize_andSaysHowFarItMoves() throws IOException {
    Path full = folder.resolve("full.onnx");
    Path half = folder.resolve("half.onnx");
    Cli.json("convert --saved-model % --out %", savedModel("encoder"), full);
    JsonNode json =
        Cli.json("convert --saved-model % --out % --precision fp16", savedModel("encoder"), half);
    assertEquals("fp16", json.get("precision").asText());
    double moved = json.get("max_difference_from_fp32").asDouble();
    assertTrue(moved > 0 && moved < 1e-2, json.toString());
    assertTrue(Files.size(half) < 0.6 * Files.size(full), Files.size(half) + " bytes");
    assertEquals("float32", json.at("/inputs/0/type").asText());
    assertEquals("float32", json.at("/outputs/0/type").asText());
    Cli cli =
        Cli.run("convert --saved-model % --out % --precision fp16", savedModel("encoder"), half);
    assertTrue(cli.out().contains("from float32 on 16"), cli.out());
    Cli.run("convert --saved-model % --out % --precision fp8", savedModel("encoder"), half)
        .assertErrorNames(2, "--precision is \"fp8\"", "fp32, fp16");
  }

  @Test
  void export_inFloat16_tellsItsParity() throws IOException {
    Path out = folder.resolve("model");
    JsonNode json = Cli.json("export --from % --out % --precision fp16", tiny.run, out);
    double parity = json.get("parity").asDouble();
    assertTrue(parity > 1e-6 && parity < 2e-2, json.toString());
    assertEquals(1, Cli.json("inspect %", out).at("/files/encoder.onnx/operators/Reshape").asInt());
    assertTrue(
        Files.size(out.resolve("decoder.onnx"))
            < 0.6 * Files.size(tiny.model.resolve("decoder.onnx")));
  }

  @Test
  void verify_ofAGraph_findsTensorsByName_ofAnyTypes() throws IOException {
    Path file = folder.resolve("graph.pb");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TInt64> ids =
          tf.withName("ids").placeholder(TInt64.class, Placeholder.shape(Shape.of(-1, 3)));
      Operand<TBool> mask =
          tf.withName("mask").placeholder(TBool.class, Placeholder.shape(Shape.of(-1, 3)));
      tf.withName("kept").select(mask, ids, tf.zerosLike(ids));
      tf.withName("sums").reduceSum(tf.dtypes.cast(ids, TFloat32.class), tf.constant(1));
      Files.write(file, graph.toGraphDef().toByteArray());
    }
    Path out = folder.resolve("g.onnx");
    Cli.json(
        "convert --graph-def % --inputs ids,mask --outputs kept,total=sums:0 --out %", file, out);
    JsonNode json = Cli.json("verify --graph-def % --onnx % --tensors total=sums:0", file, out);
    assertEquals(List.of("kept", "total"), json.get("outputs").findValuesAsText("name"));
    assertTrue(json.get("passed").asBoolean());
    Path inputs = folder.resolve("inputs.npz");
    try (NpzWriter npz = NpzWriter.create(inputs)) {
      npz.add("ids", new float[] {4, 5, 6}, 1, 3);
      npz.add("mask", new float[] {1, 0, 1}, 1, 3);
      npz.finish();
    }
    assertTrue(
        Cli.json(
                "verify --graph-def % --onnx % --tensors total=sums:0 --inputs %",
                file, out, inputs)
            .get("passed")
            .asBoolean());
    Cli.run("verify --graph-def % --onnx %", file, out)
        .assertErrorNames(2, "no tensor total", "node:0");
    Cli.run("verify --graph-def %", file).assertErrorNames(2, "--onnx is missing", "--graph-def");
  }

  @Test
  void verify_leavesOutWhatFollowsFromRandomNumbers() throws IOException {
    Path file = folder.resolve("graph.pb");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 3)));
      Operand<TFloat32> mean = tf.withName("mean").math.tanh(x);
      Operand<TFloat32> noise = tf.random.randomStandardNormal(tf.shape(x), TFloat32.class);
      tf.withName("sample").math.add(mean, noise);
      Files.write(file, graph.toGraphDef().toByteArray());
    }
    Path out = folder.resolve("g.onnx");
    Cli.json("convert --graph-def % --inputs x --outputs mean,draw=sample:0 --out %", file, out);
    String line = "verify --graph-def % --onnx % --tensors draw=sample:0";
    JsonNode json = Cli.json(line, file, out);
    assertEquals(List.of("mean"), json.get("outputs").findValuesAsText("name"));
    assertTrue(json.get("passed").asBoolean());
    assertTrue(Cli.run(line, file, out).err().contains("follow from random numbers: [draw]"));
    Cli.json("convert --graph-def % --inputs x --outputs sample --out %", file, out);
    Cli.run("verify --graph-def % --onnx %", file, out)
        .assertErrorNames(2, "all outputs of ", "graph.pb", "[sample]");
  }

  @Test
  void float16_ofAModelThatTakesNoMadeUpInputs_isWrittenAllTheSame() throws IOException {
    Path file = folder.resolve("graph.pb");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1)));
      Operand<TFloat32> seven = tf.reshape(x, tf.constant(new int[] {-1, 7}));
      tf.withName("y").math.tanh(seven);
      Files.write(file, graph.toGraphDef().toByteArray());
    }
    Path out = folder.resolve("g.onnx");
    String line = "convert --graph-def % --inputs x --outputs y --precision fp16 --out %";
    JsonNode json = Cli.json(line, file, out);
    assertFalse(json.has("max_difference_from_fp32"));
    assertTrue(Cli.run(line, file, out).out().contains("not compared with float32"));
    json = Cli.json(line + " --input-shapes x[-1,7]", file, out);
    assertTrue(json.get("max_difference_from_fp32").asDouble() < 1e-2);
  }
}
