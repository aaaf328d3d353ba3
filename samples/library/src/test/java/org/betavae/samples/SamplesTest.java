package org.betavae.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  @TempDir Path folder;

  @Test
  void trainAndExport_tellsWhereTheModelIs() throws Exception {
    TrainedRun.Result trained = TrainedRun.result();
    assertTrue(trained.printed().contains("exported to " + trained.model()), trained.printed());
  }

  @Test
  void embedImages_printsEveryLatent_andHowMuchItGenerated() throws Exception {
    Path model = TrainedRun.result().model();
    String embedded = TrainedRun.printed(() -> EmbedImages.main(new String[] {model.toString()}));
    List<String> lines = embedded.lines().toList();
    assertEquals(11, lines.size(), embedded);
    assertTrue(lines.get(0).matches("z0 [+-]\\d\\.\\d{3}"), embedded);
    assertEquals("65536 pixels in 16 generated images", lines.get(10));
  }

  @Test
  void convertModel_printsInputsAndOutputs() throws Exception {
    Path onnx = folder.resolve("decoder.onnx");
    String saved = TrainedRun.result().run().resolve("saved_model/decoder").toString();
    String converted =
        TrainedRun.printed(() -> ConvertModel.main(new String[] {saved, onnx.toString()}));
    assertTrue(converted.contains("input z [-1,10]"), converted);
    assertTrue(converted.contains("output logits [-1,64,64,1]"), converted);
    assertTrue(Files.exists(onnx));
  }

  @Test
  void fineTuneModel_isAheadOfNewWeights() throws Exception {
    Path out = folder.resolve("transfer");
    String model = TrainedRun.result().model().toString();
    String tuned =
        TrainedRun.printed(
            () ->
                FineTuneModel.main(
                    new String[] {model, "sprites:small", out.toString(), "10", "conv64"}));
    assertTrue(tuned.contains("fine-tuned: negative ELBO"), tuned);
    assertTrue(nats(tuned, "fine-tuned") < nats(tuned, "from new weights"), tuned);
    assertTrue(Files.exists(out.resolve("tuned/model/encoder.onnx")), tuned);
  }

  private static double nats(String text, String what) {
    String line = text.lines().filter(l -> l.startsWith(what)).findFirst().orElseThrow();
    return Double.parseDouble(line.replaceFirst(".*ELBO ", "").replaceFirst(" .*", ""));
  }
}
