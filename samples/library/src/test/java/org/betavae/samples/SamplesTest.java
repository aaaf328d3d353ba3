package org.betavae.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.betavae.export.OnnxModel;
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

  @Test
  void fewLabels_comparesWithPixels_andWritesOneFile() throws Exception {
    String model = TrainedRun.result().model().toString();
    String data = pictures(6).toString();
    Path onnx = folder.resolve("classifier.onnx");
    String printed =
        TrainedRun.printed(
            () ->
                FewLabels.main(
                    new String[] {model, "conv64", data, data, "8", "2", "2", onnx.toString()}));
    List<String> lines = printed.lines().toList();
    assertEquals(6, lines.size(), printed);
    for (String line : lines.subList(0, 5)) {
      assertTrue(line.matches("[a-z, ]+: [\\d.]+% \\([\\d.]+ to [\\d.]+\\)"), line);
    }
    assertEquals("probabilities", OnnxModel.read(onnx).outputs().get(0).name());
  }

  /** Dark and light squares, each in a folder of its own. */
  private Path pictures(int ofEach) throws IOException {
    Path pictures = folder.resolve("pictures");
    for (int level : new int[] {90, 220}) {
      Path target = Files.createDirectories(pictures.resolve("level" + level));
      for (int i = 0; i < ofEach; i++) {
        BufferedImage picture = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
        picture.createGraphics().fillRect(i, 2 * i, 20, 20);
        picture.getRaster().setSample(40, 40, 0, level);
        ImageIO.write(picture, "png", target.resolve(i + ".png").toFile());
      }
    }
    return pictures;
  }

  private static double nats(String text, String what) {
    String line = text.lines().filter(l -> l.startsWith(what)).findFirst().orElseThrow();
    return Double.parseDouble(line.replaceFirst(".*ELBO ", "").replaceFirst(" .*", ""));
  }
}
