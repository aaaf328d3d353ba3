package org.betavae.infer;

import static org.betavae.infer.OnnxModelBuilder.FREE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models with other names, layouts and sizes than {@code export} gives them. */
class ForeignModelTest {
  /** ONNX Runtime's kernel is a rational approximation in float. */
  private static final float SIGMOID_TOLERANCE = 1e-6f;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "mu, logvar",
    "z_mean, z_log_var",
    "encoder/mean:0, encoder/log_variance:0",
    "Mean, LogVar",
    "fc_mu, fc_logvar",
    "latent_mean, latent_log_sigma_sq",
    "dense_1, log_var",
    "mean, dense_2",
  })
  void latents_areFoundByUsualNames(String mean, String logVar) {
    Path file = TestModels.encoder("image", mean, logVar, 1, 2, 3).write(folder.resolve("e.onnx"));
    try (BetaVaeModel model = open(file, null)) {
      Embeddings embeddings = model.embed(new float[] {1, 0.5f, 0, 0, 0, 0});
      assertArrayEquals(new float[] {2, 1}, embeddings.mean());
      assertArrayEquals(new float[] {-1, -0.5f}, embeddings.logVar());
    }
  }

  @ParameterizedTest
  @CsvSource({"output_0, output_1", "mean, log_std", "mu, sigma", "mean, mu", "logvar, z"})
  void latents_thatCannotBeToldApart_areRefusedWithTheOptions(String first, String second) {
    Path file = TestModels.encoder("image", first, second, 1, 2, 3).write(folder.resolve("e.onnx"));
    ModelException e = assertThrows(ModelException.class, () -> open(file, null));
    assertTrue(e.getMessage().contains("'" + first + "' FLOAT [2, 2]"), e.getMessage());
    assertTrue(e.getMessage().contains("'" + second + "' FLOAT [2, 2]"), e.getMessage());
    assertTrue(e.getMessage().contains("withMean and withLogVar"), e.getMessage());
    assertTrue(e.getMessage().contains("--mean and --log-var"), e.getMessage());
  }

  @Test
  void encoderAlone_isNotTakenForADecoder() {
    Path file =
        TestModels.encoder("image", "mean", "logvar", 1, 2, 3).write(folder.resolve("e.onnx"));
    ModelException e = assertThrows(ModelException.class, () -> open(null, file));
    assertTrue(e.getMessage().contains("'image' FLOAT [N, 1, 2, 3] has more"), e.getMessage());
    assertTrue(e.getMessage().contains("'logvar' FLOAT [2, 2]"), e.getMessage());
    assertTrue(e.getMessage().contains("expected a decoder"), e.getMessage());
    ModelOptions named = ModelOptions.defaults().withOutput("mean");
    try (BetaVaeModel model = BetaVaeModel.open(null, file, named)) {
      assertEquals(6, model.info().latentSize());
    }
  }

  @Test
  void latents_areTakenAsNamed() {
    Path file =
        TestModels.encoder("image", "output_0", "output_1", 1, 2, 3)
            .write(folder.resolve("e.onnx"));
    ModelOptions options =
        ModelOptions.defaults().withInput("image").withMean("output_1").withLogVar("output_0");
    try (BetaVaeModel model = BetaVaeModel.open(file, null, options)) {
      Embeddings embeddings = model.embed(new float[] {1, 0.5f, 0, 0, 0, 0});
      assertArrayEquals(new float[] {-1, -0.5f}, embeddings.mean());
      assertArrayEquals(new float[] {2, 1}, embeddings.logVar());
    }
    try (BetaVaeModel model =
        BetaVaeModel.open(file, null, ModelOptions.defaults().withLogVar("output_1"))) {
      assertEquals(2, model.embed(new float[] {1, 0, 0, 0, 0, 0}).mean()[0]);
    }
  }

  @Test
  void names_thatTheFileLacks_areRefusedWithThoseItHas() {
    Path encoder = TestModels.encoder(1, 2, 3).write(folder.resolve("e.onnx"));
    Path decoder = TestModels.decoder(1, 2, 3).write(folder.resolve("d.onnx"));
    ModelOptions defaults = ModelOptions.defaults();
    lacks(
        encoder,
        decoder,
        defaults.withInput("picture"),
        "no input 'picture' (option input)",
        "'x'");
    lacks(encoder, decoder, defaults.withMean("mu"), "no output 'mu' (option mean)", "'mean'");
    lacks(
        encoder,
        decoder,
        defaults.withLogVar("lv"),
        "no output 'lv' (option log-var)",
        "'log_var'");
    lacks(encoder, decoder, defaults.withLatent("c"), "no input 'c' (option latent)", "'z'");
    lacks(encoder, decoder, defaults.withOutput("y"), "no output 'y' (option output)", "'x'");
  }

  @Test
  void channelsLast_isTurned() {
    // The file sees [H, W, C] = [8, 5, 3]: its first two values are pixel (0, 0) of channels 0, 1.
    Path encoder = TestModels.encoder(8, 5, 3).write(folder.resolve("e.onnx"));
    Path decoder = TestModels.decoder(8, 5, 3).write(folder.resolve("d.onnx"));
    try (BetaVaeModel model = open(encoder, decoder)) {
      assertEquals(List.of(3, 8, 5), model.info().inputShape());
      float[] images = new float[2 * 120];
      images[0] = 1;
      images[40] = 0.5f;
      images[120 + 40] = 0.25f;
      assertArrayEquals(new float[] {2, 1, 0, 0.5f}, model.embed(images).mean());
      float[] decoded = model.decode(new float[] {0, 0, 0.25f, 0.125f}).values();
      assertEquals(0.75f, decoded[120]);
      assertEquals(0.625f, decoded[160]);
      assertEquals(0.5f, decoded[121]);
    }
  }

  @Test
  void imagesWithoutChannels_haveOne() {
    Path encoder = TestModels.encoder(4, 6).write(folder.resolve("e.onnx"));
    Path decoder = TestModels.decoder(4, 6, 1).write(folder.resolve("d.onnx"));
    try (BetaVaeModel model = open(encoder, decoder)) {
      assertEquals(List.of(1, 4, 6), model.info().inputShape());
      assertEquals(4, model.decode(new float[2]).height());
    }
  }

  @Test
  void vectorHalf_takesTheImageShapeOfTheOther() {
    Path vectorDecoder = TestModels.decoder(24).write(folder.resolve("vd.onnx"));
    Path imageEncoder = TestModels.encoder(1, 4, 6).write(folder.resolve("ie.onnx"));
    try (BetaVaeModel model = open(imageEncoder, vectorDecoder)) {
      Images images = model.decode(new float[2]);
      assertEquals(4, images.height());
      assertEquals(6, images.width());
    }
    Path vectorEncoder = TestModels.encoder(24).write(folder.resolve("ve.onnx"));
    Path imageDecoder = TestModels.decoder(1, 4, 6).write(folder.resolve("id.onnx"));
    try (BetaVaeModel model = open(vectorEncoder, imageDecoder)) {
      assertEquals(List.of(1, 4, 6), model.info().inputShape());
      assertEquals(1, model.embed(new float[24]).count());
    }
  }

  @Test
  void latentsWithTrailingOnes_areFlat() {
    Path file =
        TestModels.encoderNodes(
                new OnnxModelBuilder().input("x", FREE, 1, 2, 3), "x", "m", "v", 1, 2, 3)
            .sizes("shape", FREE, 2, 1, 1)
            .node("Reshape", List.of("m", "shape"), "mean")
            .node("Reshape", List.of("v", "shape"), "log_var")
            .output("mean", FREE, 2, 1, 1)
            .output("log_var", FREE, 2, 1, 1)
            .write(folder.resolve("e.onnx"));
    try (BetaVaeModel model = open(file, null)) {
      assertEquals(2, model.info().latentSize());
      assertArrayEquals(new float[] {2, 1}, model.embed(new float[] {1, 0.5f, 0, 0, 0, 0}).mean());
    }
  }

  @Test
  void outputsOfUnknownSizes_areMeasured() {
    Path file =
        TestModels.encoderNodes(
                new OnnxModelBuilder().input("x", FREE, 1, 2, 3), "x", "mean", "log_var", 1, 2, 3)
            .output("mean", FREE, FREE)
            .output("log_var", FREE, FREE)
            .write(folder.resolve("e.onnx"));
    try (BetaVaeModel model = open(file, null)) {
      assertEquals(2, model.info().latentSize());
    }
  }

  @Test
  void freeImageSizes_areTakenFromTheProperties_orRefused() {
    OnnxModelBuilder builder =
        TestModels.encoderNodes(
                new OnnxModelBuilder().input("x", FREE, 1, FREE, FREE),
                "x",
                "mean",
                "log_var",
                1,
                2,
                3)
            .output("mean", FREE, 2)
            .output("log_var", FREE, 2);
    Path free = builder.write(folder.resolve("free.onnx"));
    ModelException e = assertThrows(ModelException.class, () -> open(free, null));
    assertTrue(e.getMessage().contains("'x' FLOAT [N, 1, N, N]"), e.getMessage());
    assertTrue(e.getMessage().contains("only the batch left free"), e.getMessage());
    Path known =
        builder.property("betavae.input_shape", "[1,2,3]").write(folder.resolve("known.onnx"));
    try (BetaVaeModel model = open(known, null)) {
      assertEquals(List.of(1, 2, 3), model.info().inputShape());
    }
  }

  @Test
  void decoder_isNotTakenForAnEncoder() {
    Path encoder = TestModels.encoder(1, 4, 6).write(folder.resolve("e.onnx"));
    Path decoder = TestModels.decoder(1, 4, 6).write(folder.resolve("d.onnx"));
    for (Path other : new Path[] {null, encoder}) {
      String given = assertThrows(ModelException.class, () -> open(decoder, other)).getMessage();
      assertTrue(given.contains("d.onnx: its outputs ('x' FLOAT"), given);
      assertTrue(given.contains("as a decoder's have, expected an encoder"), given);
      assertTrue(given.contains("Give the encoder's file, or both files in the order"), given);
    }
  }

  @Test
  void fixedBatch_isFilledUp() {
    for (int fixed : new int[] {1, 3}) {
      Path file =
          TestModels.encoderNodes(
                  new OnnxModelBuilder().input("x", fixed, 1, 2, 3),
                  "x",
                  "mean",
                  "log_var",
                  1,
                  2,
                  3)
              .output("mean", fixed, 2)
              .output("log_var", fixed, 2)
              .write(folder.resolve("fixed.onnx"));
      try (BetaVaeModel model = open(file, null)) {
        for (int count : new int[] {1, 3, 7}) {
          float[] images = new float[6 * count];
          float[] expected = new float[2 * count];
          for (int i = 0; i < count; i++) {
            images[6 * i] = i;
            expected[2 * i] = 2 * i;
          }
          assertArrayEquals(expected, model.embed(images).mean());
        }
      }
    }
  }

  @Test
  void batchThatIsFrozenTo1Inside_isTakenAsFixed() {
    // The sizes declared leave N free, and the graph reshapes to one item.
    Path encoder =
        new OnnxModelBuilder()
            .input("x", FREE, 1, 2, 3)
            .sizes("one", 1, 6)
            .weight("w", TestModels.diagonal(6, 2, 2), 6, 2)
            .node("Reshape", List.of("x", "one"), "flat")
            .node("MatMul", List.of("flat", "w"), "mean")
            .node("Neg", List.of("mean"), "log_var")
            .output("mean", FREE, 2)
            .output("log_var", FREE, 2)
            .write(folder.resolve("frozen.onnx"));
    Path decoder =
        new OnnxModelBuilder()
            .input("z", FREE, 2)
            .sizes("one", 1, 1, 1, FREE)
            .weight("w", TestModels.diagonal(2, 6, 1), 2, 6)
            .node("MatMul", List.of("z", "w"), "flat")
            .node("Reshape", List.of("flat", "one"), "x")
            .output("x", FREE, 1, 1, FREE)
            .write(folder.resolve("frozen-decoder.onnx"));
    for (int threads : new int[] {1, 3}) {
      ModelOptions options = ModelOptions.defaults().withThreads(threads);
      try (BetaVaeModel model = BetaVaeModel.open(encoder, null, options);
          BetaVaeModel images = BetaVaeModel.open(null, decoder, options)) {
        float[] three = {1, 0, 0, 0, 0, 0, 0.5f, 1, 0, 0, 0, 0, 0, 0.25f, 0, 0, 0, 0};
        assertArrayEquals(new float[] {2, 0, 1, 2, 0, 0.5f}, model.embed(three).mean());
        assertArrayEquals(
            new float[] {1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0},
            images.decode(new float[] {1, 2, 3, 4}).values());
      }
    }
  }

  @Test
  void otherInputs_areRefused() {
    Path two =
        TestModels.encoder(1, 2, 3)
            .input("condition", FREE, 5)
            .node("Identity", List.of("condition"), "echo")
            .output("echo", FREE, 5)
            .write(folder.resolve("two.onnx"));
    ModelException e = assertThrows(ModelException.class, () -> open(two, null));
    assertTrue(e.getMessage().contains("it has 2 inputs"), e.getMessage());
    assertTrue(e.getMessage().contains("'condition' FLOAT [N, 5]"), e.getMessage());
    Path doubles =
        new OnnxModelBuilder()
            .doubleInput("x", FREE, 4)
            .node("Identity", List.of("x"), "mean")
            .node("Neg", List.of("x"), "log_var")
            .doubleOutput("mean", FREE, 4)
            .doubleOutput("log_var", FREE, 4)
            .write(folder.resolve("doubles.onnx"));
    e = assertThrows(ModelException.class, () -> open(doubles, null));
    assertTrue(e.getMessage().contains("'x' DOUBLE [N, 4]"), e.getMessage());
    assertTrue(e.getMessage().contains("expected FLOAT"), e.getMessage());
  }

  @Test
  void outputsBesideTheLatents_areLeftAside() {
    Path file =
        TestModels.encoder(1, 2, 3)
            .node("Identity", List.of("x"), "reconstruction")
            .output("reconstruction", FREE, 1, 2, 3)
            .node("Identity", List.of("mean"), "z")
            .output("z", FREE, 2)
            .write(folder.resolve("e.onnx"));
    try (BetaVaeModel model = open(file, null)) {
      assertArrayEquals(new float[] {2, 1}, model.embed(new float[] {1, 0.5f, 0, 0, 0, 0}).mean());
    }
  }

  @Test
  void logits_getASigmoid() {
    // 1/(1 + exp(-2)) = 0.880797, 1/(1 + exp(1000)) = 0, 1/(1 + exp(0)) = 0.5.
    Path file = TestModels.decoder("z", "logits", 0, 1, 1, 3).write(folder.resolve("d.onnx"));
    try (BetaVaeModel model = open(null, file)) {
      assertArrayEquals(
          new float[] {0.880797f, 0, 0.5f},
          model.decode(new float[] {2, -1000}).values(),
          SIGMOID_TOLERANCE);
      assertEquals(0.5f, model.decode(new float[2 * 100]).values()[299]);
    }
  }

  @Test
  void mean_isPreferredToLogits() {
    OnnxModelBuilder builder =
        TestModels.decoder("z", "logits", 0, 1, 1, 3)
            .node("Sigmoid", List.of("logits"), "x")
            .output("x", FREE, 1, 1, 3);
    Path file = builder.write(folder.resolve("d.onnx"));
    try (BetaVaeModel model = open(null, file)) {
      assertEquals(0.880797f, model.decode(new float[] {2, 0}).values()[0], SIGMOID_TOLERANCE);
    }
  }

  @Test
  void logitsBesideOthers_ofAnotherLikelihood_stayAsTheyAre() {
    Path file =
        TestModels.decoder("z", "logits", 0, 1, 1, 3)
            .node("Sigmoid", List.of("logits"), "x")
            .output("x", FREE, 1, 1, 3)
            .property("betavae.likelihood", "gaussian")
            .write(folder.resolve("d.onnx"));
    ModelOptions named = ModelOptions.defaults().withOutput("logits");
    try (BetaVaeModel model = BetaVaeModel.open(null, file, named)) {
      assertEquals(2, model.decode(new float[] {2, 0}).values()[0]);
    }
  }

  @Test
  void imagesAmongSeveralOutputs_areFoundOrAskedFor() {
    Path found =
        TestModels.decoder("z", "recon", 0.5f, 1, 1, 3)
            .node("Neg", List.of("recon"), "scale")
            .output("scale", FREE, 1, 1, 3)
            .write(folder.resolve("found.onnx"));
    try (BetaVaeModel model = open(null, found)) {
      assertEquals(0.75f, model.decode(new float[] {0.25f, 0}).values()[0]);
    }
    Path unclear =
        TestModels.decoder("z", "a", 0.5f, 1, 1, 3)
            .node("Neg", List.of("a"), "b")
            .output("b", FREE, 1, 1, 3)
            .write(folder.resolve("unclear.onnx"));
    ModelException e = assertThrows(ModelException.class, () -> open(null, unclear));
    assertTrue(e.getMessage().contains("'a' FLOAT [2, 1, 1, 3]"), e.getMessage());
    assertTrue(e.getMessage().contains("withOutput"), e.getMessage());
    assertTrue(e.getMessage().contains("--output"), e.getMessage());
    try (BetaVaeModel model =
        BetaVaeModel.open(null, unclear, ModelOptions.defaults().withOutput("b"))) {
      assertEquals(-0.75f, model.decode(new float[] {0.25f, 0}).values()[0]);
    }
  }

  private static BetaVaeModel open(Path encoder, Path decoder) {
    return BetaVaeModel.open(encoder, decoder, ModelOptions.defaults());
  }

  private static void lacks(Path encoder, Path decoder, ModelOptions options, String... parts) {
    ModelException e =
        assertThrows(ModelException.class, () -> BetaVaeModel.open(encoder, decoder, options));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), () -> "'" + part + "' in: " + e.getMessage());
    }
  }
}
