package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.betavae.export.OnnxModel;
import org.betavae.infer.BetaVaeModel;
import org.betavae.train.RunFolder;
import org.junit.jupiter.api.Test;

class FinetuneCommandTest {
  @Test
  void modelFolder_comesBackWithItsNamesAndOpset_andResumes() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path model = tiny.out("opset15");
    Cli.json("export --from % --out % --opset 15", tiny.run, model);
    swapOutputs(model.resolve("encoder.onnx"));
    Path out = tiny.out("tuned");
    String line = "finetune --from % --data % --steps % --batch 16 --threads 2 --out %";

    JsonNode json = Cli.json(line, model, tiny.data, 3, out);

    assertTrue(json.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE);
    for (String half : new String[] {"encoder.onnx", "decoder.onnx"}) {
      OnnxModel before = OnnxModel.read(model.resolve(half));
      OnnxModel after = OnnxModel.read(out.resolve("model").resolve(half));
      assertEquals(before.inputs(), after.inputs());
      assertEquals(before.outputs(), after.outputs());
      assertEquals(15, after.opset());
      assertTrue(Files.isRegularFile(out.resolve("source").resolve(half)));
    }
    try (BetaVaeModel opened = BetaVaeModel.open(out.resolve("model"))) {
      assertEquals(TinyRun.LATENTS, opened.info().latentSize());
      assertEquals("bernoulli", opened.info().likelihood().orElseThrow());
    }
    JsonNode resumed = Cli.json("finetune --resume --steps 4 --out %", out);
    assertEquals(4, resumed.get("steps").asLong());
    JsonNode again =
        Cli.json("finetune --from % --data % --steps 1 --out %", out, tiny.data, tiny.out("again"));
    assertTrue(again.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE);
    assertEquals(15, OnnxModel.read(tiny.out("again").resolve("model/encoder.onnx")).opset());
  }

  /** Lets the file say mean and log-variance in this order, which is not that of the alphabet. */
  private static void swapOutputs(Path file) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    List<ValueInfoProto> outputs = new ArrayList<>(graph.getOutputList());
    outputs.sort(Comparator.comparing(ValueInfoProto::getName).reversed());
    Files.write(
        file, model.setGraph(graph.clearOutput().addAllOutput(outputs)).build().toByteArray());
    assertEquals("mean", OnnxModel.read(file).outputs().get(0).name());
  }

  @Test
  void run_isTrainedFurther_withItsNetworkAndAnotherNumberOfLatents() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path out = tiny.out("seven");
    Cli.json(
        "finetune --from % --data % --latent 7 --steps 2 --batch 16 --freeze decoder/conv*"
            + " --learning-rate-scale encoder/conv1=0.1 --out %",
        tiny.run, tiny.data, out);
    assertEquals("conv32", RunFolder.open(out).readConfig().arch());
    try (BetaVaeModel opened = BetaVaeModel.open(out.resolve("model"))) {
      assertEquals(7, opened.info().latentSize());
    }
  }

  @Test
  void picturesOfAFolder_areResizedToTheModel_andEarlyStoppingEndsTheRun() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path pictures = Pictures.write(tiny.out("pictures"), 30);
    for (Path from : List.of(tiny.run, tiny.model)) {
      Path out = tiny.out("resized-" + from.getFileName());
      JsonNode json =
          Cli.json(
              "finetune --from % --data % --steps 9 --batch 8 --threads 1 --validation-every 1"
                  + " --early-stopping 2 --early-stopping-min-delta 1e6 --no-export --out %",
              from, pictures, out);
      assertEquals("early_stopping", json.get("end").asText());
      assertEquals(3, json.get("steps").asInt()); // the first, and two without a gain
      assertEquals(List.of(28, 28, 1), RunFolder.open(out).readSummary().itemShape());
      JsonNode on = Cli.json("finetune --resume --early-stopping 0 --steps 4 --out %", out);
      assertEquals(4, on.get("steps").asInt());
    }
  }

  @Test
  void wrongArguments_areNamed() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path out = tiny.out("none");
    Cli.run("finetune --out %", out)
        .assertErrorNames(
            ExitCode.USAGE, "--from is missing", "a run,", "--data is missing", "sprites");
    Cli.run("finetune --from nowhere --data % --out %", tiny.data, out)
        .assertErrorNames(ExitCode.USAGE, "nowhere", "encoder,decoder");
    Cli.run("finetune --from % --data sprites:small --out %", tiny.model, out)
        .assertErrorNames(ExitCode.USAGE, "28", "64x64x1");
    Cli.run("finetune --from % --data % --mean mu --out %", tiny.model, tiny.data, out)
        .assertErrorNames(ExitCode.USAGE, "mu", "--mean", "log_var");
    Cli.run("finetune --resume --out %", tiny.run)
        .assertErrorNames(ExitCode.USAGE, "train --resume");
    Cli.run("finetune --from % --data % --overwrite --out %", tiny.run, tiny.data, tiny.run)
        .assertErrorNames(ExitCode.USAGE, "--out", "--from", "another folder");
    assertFalse(Files.exists(out));
  }
}
