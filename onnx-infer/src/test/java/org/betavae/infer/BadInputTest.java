package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Every wrong argument and unusable file gets one line with the value and the advice. */
class BadInputTest {
  @TempDir Path folder;

  private BetaVaeModel model;

  @BeforeEach
  void open() {
    model = BetaVaeModel.open(TestModels.folder(folder.resolve("model"), 1, 2, 3));
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void embed_ofWrongLength() {
    refused(
        () -> model.embed(new float[7]),
        "images has 7 values, expected a multiple of 6 ([1, 2, 3])",
        "Pass whole items");
  }

  @Test
  void embed_ofNullOrNothing() {
    refused(() -> model.embed((float[]) null), "images is null", "multiple of 6", "at least one");
    refused(() -> model.embed(new float[0]), "images is empty", "multiple of 6", "at least one");
    refused(() -> model.reconstruct((float[]) null), "images is null");
  }

  @Test
  void embed_ofNanAndOutOfRange() {
    float[] images = new float[12];
    for (float bad : new float[] {Float.NaN, -0.5f, 1.0000001f, 255, Float.POSITIVE_INFINITY}) {
      images[8] = bad;
      refused(
          () -> model.embed(images),
          "images[8] is " + bad,
          "expected 0 to 1",
          "Divide bytes by 255");
    }
    images[8] = -0.0f;
    assertEquals(2, model.embed(images).count());
  }

  @Test
  void embed_namesTheFirstBadValueOfALargeBatch() {
    float[] images = new float[6 * 20_000];
    for (int i = 600; i < images.length; i++) {
      images[i] = Float.NaN;
    }
    for (int repeat = 0; repeat < 20; repeat++) {
      refused(() -> model.embed(images), "images[600] is NaN");
    }
  }

  @Test
  void embed_byAnEncoderMadeElsewhere_refusesOnlyWhatIsNotFinite() {
    Path encoder = TestModels.encoder(1, 2, 3).write(folder.resolve("other.onnx"));
    try (BetaVaeModel other = BetaVaeModel.open(encoder, null, ModelOptions.defaults())) {
      float[] images = {-3, 7, 0, 0, 0, 0};
      assertEquals(-6, other.embed(images).mean()[0]);
      for (float bad :
          new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0xffffffff)}) {
        images[3] = bad;
        refused(() -> other.embed(images), "images[3] is " + bad, "a finite number", "Check how");
      }
    }
  }

  @Test
  void decode_ofWrongLatents() {
    refused(
        () -> model.decode(new float[3]), "z has 3 values", "multiple of 2", "Pass whole items");
    refused(() -> model.decode(new float[0]), "z is empty");
    refused(() -> model.decode((float[]) null), "z is null");
    refused(
        () -> model.decode(new float[] {0, Float.NaN}), "z[1] is NaN", "expected a finite number");
  }

  @Test
  void generate_ofWrongCountOrTemperature() {
    refused(() -> model.generate(0, 1, 1), "count is 0, expected 1 or more");
    refused(() -> model.generate(-3, 1, 1), "count is -3");
    for (double bad : new double[] {Double.NaN, -0.1, Double.POSITIVE_INFINITY}) {
      refused(() -> model.generate(1, 1, bad), "temperature is " + bad, ">= 0", "Use 1");
    }
  }

  @Test
  void generate_ofMoreThanAnArrayHolds() {
    refused(
        () -> model.samplePrior(Integer.MAX_VALUE, 1, 1),
        "count is 2147483647 items of 2 values, expected at most 1073741819",
        "Use several calls");
  }

  @Test
  void traverse_ofWrongArguments() {
    float[] z = new float[2];
    float[] values = {0};
    refused(() -> model.traverse(new float[3], 0, values), "z has 3 values, expected 2");
    refused(() -> model.traverse(null, 0, values), "z is null, expected 2");
    refused(() -> model.traverse(z, 2, values), "dimension is 2, expected 0 to 1", "from 0");
    refused(() -> model.traverse(z, -1, values), "dimension is -1");
    refused(() -> model.traverse(z, 0, new float[0]), "values is empty", "at least one");
    refused(() -> model.traverse(z, 0, null), "values is null");
    refused(() -> model.traverse(z, 0, new float[] {Float.NaN}), "values[0] is NaN");
    refused(() -> model.traverseAll(new float[] {0, Float.NaN}, values), "z[1] is NaN");
    refused(() -> model.traverseAll(z, null), "values is null");
  }

  @Test
  void interpolate_ofWrongArguments() {
    float[] z = new float[2];
    Interpolation line = Interpolation.LINEAR;
    refused(() -> model.interpolate(new float[1], z, 3, line), "from has 1 values, expected 2");
    refused(() -> model.interpolate(z, new float[4], 3, line), "to has 4 values, expected 2");
    refused(() -> model.interpolate(z, null, 3, line), "to is null");
    refused(() -> model.interpolate(z, z, 1, line), "steps is 1, expected 2 or more");
    refused(() -> model.interpolate(z, z, 3, null), "how is null, expected LINEAR or SPHERICAL");
  }

  @Test
  void options_outOfRange() {
    for (int bad : new int[] {0, -2, 5000}) {
      refused(
          () -> ModelOptions.defaults().withThreads(bad),
          "threads is " + bad,
          "expected 1 to 1024");
    }
    refused(() -> ModelOptions.defaults().withMean(" "), "mean is blank", "Leave it out");
    refused(
        () -> BetaVaeModel.open(folder.resolve("model"), null), "options is null", "defaults()");
  }

  @Test
  void close_refusesLaterCalls_andMayBeRepeated() {
    model.close();
    model.close();
    for (Executable call :
        new Executable[] {
          () -> model.embed(new float[6]),
          () -> model.decode(new float[2]),
          () -> model.generate(1, 1, 1),
          () -> model.reconstruct(new float[6])
        }) {
      IllegalStateException e = assertThrows(IllegalStateException.class, call);
      assertTrue(e.getMessage().contains("The model is closed"), e.getMessage());
      assertTrue(e.getMessage().contains("Open it again"), e.getMessage());
    }
  }

  @Test
  void halfOfAModel_saysWhichHalfIsMissing() throws IOException {
    Path half = TestModels.folder(folder.resolve("half"), 1, 2, 3);
    Files.delete(half.resolve("decoder.onnx"));
    try (BetaVaeModel encoder = BetaVaeModel.open(half)) {
      assertEquals(1, encoder.embed(new float[6]).count());
      for (Executable call :
          new Executable[] {
            () -> encoder.decode(new float[2]),
            () -> encoder.generate(1, 1, 1),
            () -> encoder.reconstruct(new float[6]),
            () -> encoder.traverse(new float[2], 0, new float[1])
          }) {
        IllegalStateException e = assertThrows(IllegalStateException.class, call);
        assertTrue(
            e.getMessage().contains("The model is an encoder alone and has no decoder"),
            e.getMessage());
        assertTrue(e.getMessage().contains("decoder.onnx"), e.getMessage());
      }
    }
    Path other = TestModels.folder(folder.resolve("other"), 1, 2, 3);
    Files.delete(other.resolve("encoder.onnx"));
    try (BetaVaeModel decoder = BetaVaeModel.open(other)) {
      assertEquals(1, decoder.decode(new float[2]).count());
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> decoder.embed(new float[6]));
      assertTrue(
          e.getMessage().contains("The model is a decoder alone and has no encoder"),
          e.getMessage());
    }
  }

  @Test
  void open_ofNoModelFolder() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    unusable(
        () -> BetaVaeModel.open(empty), empty, "neither encoder.onnx nor decoder.onnx", "Export");
    Path missing = folder.resolve("missing");
    unusable(
        () -> BetaVaeModel.open(missing), missing, "there is no such folder", "Check the path");
    Path file = Files.writeString(folder.resolve("file"), "x");
    unusable(() -> BetaVaeModel.open(file), file, "it is no folder", "open the files by their own");
    refused(() -> BetaVaeModel.open((Path) null), "folder is null");
    refused(
        () -> BetaVaeModel.open((Path) null, null, ModelOptions.defaults()),
        "encoderFile and decoderFile are null");
  }

  @Test
  void open_ofDamagedFiles() throws IOException {
    Path encoder = folder.resolve("model/encoder.onnx");
    byte[] bytes = Files.readAllBytes(encoder);
    Path truncated = Files.write(folder.resolve("t.onnx"), Arrays.copyOf(bytes, bytes.length / 2));
    unusable(
        () -> openEncoder(truncated), truncated, "ONNX Runtime cannot load it", "copy it again");
    Path text =
        Files.write(folder.resolve("text.onnx"), "no model".getBytes(StandardCharsets.UTF_8));
    unusable(() -> openEncoder(text), text, "ONNX Runtime cannot load it");
    Path empty = Files.createFile(folder.resolve("empty.onnx"));
    unusable(() -> openEncoder(empty), empty, "it has 0 bytes", "Export it again");
    Path missing = folder.resolve("missing.onnx");
    unusable(() -> openEncoder(missing), missing, "there is no such file");
    unusable(() -> openEncoder(folder), folder, "it is no regular file");
  }

  @Test
  void open_ofFilesThatDoNotFitTogether_namesBothShapes() {
    Path encoder = folder.resolve("model/encoder.onnx");
    Path otherImages = TestModels.decoder(1, 3, 3).write(folder.resolve("images.onnx"));
    unusable(
        () -> BetaVaeModel.open(encoder, otherImages, ModelOptions.defaults()),
        otherImages,
        "makes images [N, 1, 3, 3]",
        "takes [N, 1, 2, 3]",
        "two files of one model");
    Path otherLatents =
        new OnnxModelBuilder()
            .input("z", OnnxModelBuilder.FREE, 3)
            .output("x", OnnxModelBuilder.FREE, 6)
            .weight("w", new float[18], 3, 6)
            .node("MatMul", java.util.List.of("z", "w"), "x")
            .write(folder.resolve("latents.onnx"));
    unusable(
        () -> BetaVaeModel.open(encoder, otherLatents, ModelOptions.defaults()),
        otherLatents,
        "takes latents [N, 3]",
        "gives [N, 2]",
        "two files of one model");
  }

  @Test
  void open_ofFilesInTheWrongRole() {
    Path encoder = folder.resolve("model/encoder.onnx");
    Path decoder = folder.resolve("model/decoder.onnx");
    unusable(
        () -> BetaVaeModel.open(decoder, encoder, ModelOptions.defaults()),
        decoder,
        "it says that it is the decoder",
        "expected the encoder's file",
        "order encoder, decoder");
  }

  @Test
  void open_ofPropertiesThatCannotBeTrue() {
    badProperty("betavae.steps", "many", "betavae.steps is 'many', expected a JSON integer");
    badProperty(
        "betavae.kl_per_dimension", "[1]", "betavae.kl_per_dimension has 1 numbers, expected 2");
    badProperty("betavae.latent_size", "7", "betavae.latent_size is 7, but the graph has 'mean'");
    badProperty(
        "betavae.input_shape", "[1,9,9]", "betavae.input_shape is [1, 9, 9], but the graph");
    badProperty(
        "betavae.input_shape", "[2,3]", "betavae.input_shape is [2, 3], expected [C, H, W]");
    badProperty("betavae.posterior_std", "[1,NaN]", "betavae.posterior_std is 'NaN', expected");
  }

  private void badProperty(String key, String value, String problem) {
    Path file = TestModels.encoder(1, 2, 3).property(key, value).write(folder.resolve("p.onnx"));
    unusable(() -> openEncoder(file), file, problem, "Export the model again");
  }

  private static void openEncoder(Path file) {
    BetaVaeModel.open(file, null, ModelOptions.defaults()).close();
  }

  private static void refused(Executable call, String... parts) {
    assertParts(assertThrows(IllegalArgumentException.class, call).getMessage(), parts);
  }

  private static void unusable(Executable call, Path path, String... parts) {
    ModelException e = assertThrows(ModelException.class, call);
    assertEquals(path, e.path());
    assertTrue(e.getMessage().startsWith("Model " + path + ": "), e.getMessage());
    assertParts(e.getMessage(), parts);
  }

  private static void assertParts(String message, String... parts) {
    assertFalse(message.contains("\n"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "'" + part + "' missing in: " + message);
    }
  }
}
