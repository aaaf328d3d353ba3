package org.betavae.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  @TempDir Path folder;

  @Test
  void everySample_runsAsItsJavadocSays() {
    Path run = folder.resolve("first");
    String trained = printed(() -> TrainAndExport.main(new String[] {run.toString(), "20"}));
    assertTrue(trained.contains("exported to " + run.resolve("model")), trained);

    String embedded =
        printed(() -> EmbedImages.main(new String[] {run.resolve("model").toString()}));
    List<String> lines = embedded.lines().toList();
    assertEquals(11, lines.size(), embedded);
    assertTrue(lines.get(0).matches("z0 [+-]\\d\\.\\d{3}"), embedded);
    assertEquals("65536 pixels in 16 generated images", lines.get(10));

    Path onnx = folder.resolve("decoder.onnx");
    String saved = run.resolve("saved_model/decoder").toString();
    String converted = printed(() -> ConvertModel.main(new String[] {saved, onnx.toString()}));
    assertTrue(converted.contains("input z [-1,10]"), converted);
    assertTrue(converted.contains("output logits [-1,64,64,1]"), converted);
    assertTrue(Files.exists(onnx));
  }

  private static String printed(Runnable program) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
