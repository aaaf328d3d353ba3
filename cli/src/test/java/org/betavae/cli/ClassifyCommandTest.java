package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code classify}: encoder, head and softmax in one file. */
class ClassifyCommandTest {
  private static final int OF_EACH_CLASS = 30;

  @TempDir static Path shared;
  private static Path pictures;

  @TempDir Path folder;

  @BeforeAll
  static void draw() {
    pictures = Pictures.write(shared.resolve("pictures"), OF_EACH_CLASS);
  }

  @Test
  void runAndFewLabels_giveOneFile_thatTellsTheClasses() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path out = folder.resolve("sides.onnx");
    String line =
        "classify --from % --encoder-rate 1 --data % --labels 20 --steps 60 --batch 10"
            + " --threads 2 --seed 3 --opset 15 --out %";

    JsonNode json = Cli.json(line, tiny.run, pictures, out);

    assertEquals(out.toString(), json.get("out").asText());
    assertEquals(20, json.get("labels").asInt());
    assertEquals(2, json.get("classes").asInt());
    assertEquals("[\"left\",\"right\"]", json.get("class_names").toString());
    assertTrue(json.get("accuracy").asDouble() > 0.8, json::toString); // by chance 0.5
    assertTrue(json.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE, json::toString);
    OnnxModel onnx = OnnxModel.read(out);
    assertEquals(15, onnx.opset());
    assertEquals("x[-1,1,28,28]", onnx.inputs().get(0).name() + onnx.inputs().get(0).shapeText());
    assertEquals("probabilities", onnx.outputs().get(0).name());
    try (OnnxRunner ort = new OnnxRunner(out)) {
      Tensor x = Tensor.floats(new long[] {3, 1, 28, 28}, new float[3 * 28 * 28]);
      Tensor p = ort.run(Map.of("x", x)).get("probabilities");
      assertEquals(List.of(3L, 2L), List.of(p.shape()[0], p.shape()[1]));
      assertEquals(1, p.doubleAt(0) + p.doubleAt(1), 1e-6);
    }
    Path again = folder.resolve("again.onnx");
    Cli.json(line, tiny.run, pictures, again);
    assertEquals(-1, Files.mismatch(out, again));
  }

  @Test
  void encoderAlone_keepsItsInput_andOtherItemsMeasureIt() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path out = folder.resolve("linear.onnx");
    Cli cli =
        Cli.run(
            "classify --from % --data % --test-data % --hidden 0 --steps 2 --threads 1 --out %",
            tiny.model.resolve("encoder.onnx"), pictures, pictures, out);
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.out().contains("after learning from 60 labels"), cli.out());
    assertEquals("x", OnnxModel.read(out).inputs().get(0).name());
  }

  @Test
  void whereEveryLabelIsLearned_noAccuracyIsClaimed() throws IOException {
    TinyRun tiny = TinyRun.get();
    String line = "classify --from % --data % --steps 2 --threads 1 --out %";
    Cli cli = Cli.run(line, tiny.run, pictures, folder.resolve("all.onnx"));
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.out().contains("all 60 labels") && cli.out().contains("--test-data"), cli.out());
    JsonNode json = Cli.json(line, tiny.run, pictures, folder.resolve("again.onnx"));
    assertTrue(json.has("accuracy") && json.get("accuracy").isNull(), json::toString);
  }

  @Test
  void wrongArguments_areNamed_andNothingIsWritten() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path out = folder.resolve("c.onnx");
    Cli.run("classify --from %", tiny.run)
        .assertErrorNames(ExitCode.USAGE, "--data is missing", "--out is missing");
    Cli.run("classify --from % --data % --out %", tiny.run, tiny.data, out)
        .assertErrorNames(ExitCode.USAGE, "labels", "images.gz,labels.gz");
    Cli.run("classify --from % --data % --out %", tiny.run, pictures, folder.resolve("c.txt"))
        .assertErrorNames(ExitCode.USAGE, "c.txt", ".onnx");
    Cli.run("classify --from nowhere --data % --out %", pictures, out)
        .assertErrorNames(ExitCode.USAGE, "nowhere");
    Path two = Pictures.write(folder.resolve("two"), 1); // of one size, as no model tells another
    Cli.run("classify --from % --data % --out %", tiny.model.resolve("decoder.onnx"), two, out)
        .assertErrorNames(ExitCode.USAGE, "decoder.onnx", "[-1,3]");
    Cli.run("classify --from % --data % --labels 1 --out %", tiny.run, pictures, out)
        .assertErrorNames(ExitCode.USAGE, "labels is 1", "2 classes");
    Cli.run("classify --from % --data % --arch mlp --out %", tiny.run, pictures, out)
        .assertErrorNames(ExitCode.USAGE, "--arch", "--from");
    Cli.run("classify --data % --mean m --out %", pictures, out)
        .assertErrorNames(ExitCode.USAGE, "--mean", "--from");
    assertFalse(Files.exists(out));
  }
}
