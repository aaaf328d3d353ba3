package org.betavae.infer;

import static org.betavae.infer.OnnxModelBuilder.FREE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores of linear models, whose densities can be worked out, and when a score is refused. */
class ScoreTest {
  private static final int D = 3;
  private static final double ROUNDING = 1e-5;

  /** Of means over 20,000 samples. */
  private static final double SAMPLING = 0.02;

  private static final ScoreOptions RECONSTRUCTION = ScoreOptions.of(Score.RECONSTRUCTION);
  private static final ScoreOptions ELBO = ScoreOptions.of(Score.NEGATIVE_ELBO);
  private static final ScoreOptions IWAE = ScoreOptions.of(Score.NEGATIVE_IWAE);
  private static final ScoreOptions DISTANCE = ScoreOptions.of(Score.LATENT_DISTANCE);

  @TempDir Path folder;

  @Test
  void reconstruction_ofEveryLikelihood_isThatAtTheMean() {
    float[] x = {0.5f, 0.25f, 1};
    double[] z = {1, 0.5}; // the encoder's mean is 2 x
    try (BetaVaeModel model = model("bernoulli", "logits", "x")) {
      double expected = 0;
      for (int i = 0; i < D; i++) {
        double logit = (i < 2 ? z[i] : 0) + 0.5;
        expected += Math.log(1 + Math.exp(logit)) - x[i] * logit;
      }
      assertEquals(expected, model.score(x, RECONSTRUCTION)[0], ROUNDING);
    }
    double gaussian = 0;
    double laplace = 0;
    for (int i = 0; i < D; i++) {
      double m = (i < 2 ? z[i] : 0) + 0.5;
      gaussian += (x[i] - m) * (x[i] - m) / (2 * 0.04) + Math.log(0.2 * Math.sqrt(2 * Math.PI));
      laplace += Math.abs(x[i] - m) / 0.2 + Math.log(0.4);
    }
    try (BetaVaeModel model = model("gaussian", "x")) {
      assertEquals(gaussian, model.score(x, RECONSTRUCTION)[0], ROUNDING);
    }
    try (BetaVaeModel model = model("laplace", "x")) {
      assertEquals(laplace, model.score(x, RECONSTRUCTION)[0], ROUNDING);
    }
  }

  @Test
  void everyLikelihood_takesItsOwnOutputs() {
    float[] x = {0.2f, 0.4f, 0.6f};
    float[][] outputs = new float[2][D];
    for (int i = 0; i < D; i++) {
      outputs[0][i] = (i == 0 ? 0.4f : i == 1 ? 0.8f : 0) + 0.5f;
    }
    outputs[1] = outputs[0];
    try (BetaVaeModel model = model("discretised-logistic", "x", "location")) {
      WidthLikelihood logistic =
          new WidthLikelihood(
              WidthLikelihood.Kind.DISCRETISED_LOGISTIC, java.util.OptionalDouble.of(0.2));
      assertEquals(
          logistic.negativeLog(x, 0, outputs, 0, D), model.score(x, RECONSTRUCTION)[0], ROUNDING);
    }
    for (WidthLikelihood.Kind kind : WidthLikelihood.Kind.values()) {
      String name = kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      try (BetaVaeModel model = model(name, "x", "log_scale", "location")) {
        ItemLikelihood own = new WidthLikelihood(kind, java.util.OptionalDouble.empty());
        assertEquals(
            own.negativeLog(x, 0, outputs, 0, D), model.score(x, RECONSTRUCTION)[0], ROUNDING);
      }
    }
    try (BetaVaeModel model = model("beta-binomial", "x", "log_beta", "log_alpha")) {
      assertEquals(
          new BetaBinomialLikelihood(255).negativeLog(x, 0, outputs, 0, D),
          model.score(x, RECONSTRUCTION)[0],
          ROUNDING);
    }
  }

  @Test
  void negativeElbo_ofALinearGaussian_isItsClosedForm() {
    float[] x = {0.5f, -0.25f, 1};
    // q: mean 2x, log-variance −x. E (x − z − ½)² = (x − mean − ½)² + variance.
    double reconstruction = 0;
    double divergence = 0;
    for (int i = 0; i < D; i++) {
      double mean = i < 2 ? 2 * x[i] : 0;
      double variance = i < 2 ? Math.exp(-x[i]) : 0;
      double deviation = x[i] - mean - 0.5;
      reconstruction +=
          (deviation * deviation + variance) / (2 * 0.04) + Math.log(0.2 * Math.sqrt(2 * Math.PI));
      if (i < 2) {
        divergence += 0.5 * (mean * mean + variance + x[i] - 1);
      }
    }
    try (BetaVaeModel model = model("gaussian", "x")) {
      double elbo = model.score(x, ELBO.withSamples(20_000))[0];
      assertEquals(reconstruction + divergence, elbo, SAMPLING * elbo);
      double sampled = model.score(x, RECONSTRUCTION.withSamples(20_000))[0];
      assertEquals(divergence, elbo - sampled, ROUNDING);
    }
  }

  @Test
  void negativeIwae_ofALinearGaussian_fallsToMinusLogP() {
    float[] x = {0.5f, -0.25f, 1};
    // p(x): means ½; variance 1 + 0.04 of the first two values, which are z + ½, 0.04 of the third.
    double exact = 0;
    for (int i = 0; i < D; i++) {
      double variance = i < 2 ? 1.04 : 0.04;
      double deviation = x[i] - 0.5;
      exact += deviation * deviation / (2 * variance) + 0.5 * Math.log(2 * Math.PI * variance);
    }
    try (BetaVaeModel model = model("gaussian", "x")) {
      double elbo = model.score(x, ELBO.withSamples(20_000))[0];
      double one = mean(model.score(repeated(x, 2000), IWAE.withSamples(1)));
      double few = model.score(x, IWAE.withSamples(50))[0];
      double many = model.score(x, IWAE.withSamples(50_000))[0];
      assertEquals(exact, many, 0.05);
      assertTrue(many < elbo && few < elbo, few + " and " + many + " of " + elbo);
      assertEquals(elbo, one, 0.2 * elbo); // with one sample the bound is the ELBO
    }
  }

  @Test
  void score_ofAnImage_isTheSameInEveryBatch_andDependsOnTheSeed() {
    Random random = new Random(1);
    float[] images = new float[5000 * D];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    try (BetaVaeModel model = model("bernoulli", "logits", "x")) {
      for (ScoreOptions options : List.of(ELBO, IWAE.withSamples(3), RECONSTRUCTION)) {
        double[] all = model.score(images, options);
        assertEquals(5000, all.length);
        for (int i : new int[] {0, 1, 255, 256, 2047, 2048, 4999}) {
          float[] one = Arrays.copyOfRange(images, i * D, (i + 1) * D);
          assertEquals(all[i], model.score(one, options)[0], ROUNDING, "image " + i);
        }
      }
      double[] first = model.score(images, ELBO);
      assertArrayEquals(first, model.score(images, ELBO), 0);
      assertNotEquals(first[0], model.score(images, ELBO.withSeed(1))[0]);
      assertNotEquals(first[0] - first[1], 0);
    }
  }

  @Test
  void noise_ofAnImage_isStandardNormal() {
    Embeddings posterior =
        new Embeddings(1, 2, new float[] {3, -1}, new float[] {0, (float) Math.log(4)});
    float[] z = PosteriorSamples.draw(posterior, new float[] {1, 2}, 2, 50_000, 5).z();
    double[] mean = new double[2];
    double[] square = new double[2];
    for (int i = 0; i < z.length; i++) {
      mean[i % 2] += z[i] / 50_000.0;
      square[i % 2] += (double) z[i] * z[i] / 50_000.0;
    }
    assertArrayEquals(new double[] {3, -1}, mean, 0.04);
    assertEquals(1, square[0] - mean[0] * mean[0], 0.03);
    assertEquals(4, square[1] - mean[1] * mean[1], 0.12);
  }

  @Test
  void latentDistance_isInUnitsOfTheTrainingDatasSpread() {
    try (BetaVaeModel model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3))) {
      // mean [0.25, -1e-3], standard deviation [1, 0.5]; the encoder's mean is 2 x
      double first = 2 * 0.75 - 0.25;
      double second = (2 * 0.5 + 1e-3) / 0.5;
      float[] image = {0.75f, 0.5f, 0, 0, 0, 0};
      assertEquals(Math.hypot(first, second), model.score(image, DISTANCE)[0], ROUNDING);
      assertEquals(EnumSet.allOf(Score.class), model.scores());
    }
  }

  @Test
  void foreignModel_isScoredByTheLikelihoodThatOptionsName() {
    Path encoder = TestModels.encoder(D).write(folder.resolve("e.onnx"));
    Path decoder = TestModels.decoder(D).write(folder.resolve("d.onnx"));
    float[] x = {0.5f, 0.25f, 1};
    try (BetaVaeModel model = BetaVaeModel.open(encoder, decoder, ModelOptions.defaults())) {
      assertEquals(Set.of(), model.scores());
      refused(model, RECONSTRUCTION, "does not say its likelihood", "withLikelihood");
      refused(model, DISTANCE, "does not say where the latents", "posterior_std");
    }
    ModelOptions gaussian = ModelOptions.defaults().withLikelihood("gaussian");
    try (BetaVaeModel model = BetaVaeModel.open(encoder, decoder, gaussian)) {
      refused(
          model, ELBO, "does not say the width of its likelihood gaussian", "withLikelihoodScale");
    }
    try (BetaVaeModel model =
        BetaVaeModel.open(encoder, decoder, gaussian.withLikelihoodScale(1))) {
      double expected = 0.5 * (1 + 0.75 * 0.75 + 0.25) + 1.5 * Math.log(2 * Math.PI);
      assertEquals(expected, model.score(x, RECONSTRUCTION)[0], ROUNDING);
      assertEquals(EnumSet.complementOf(EnumSet.of(Score.LATENT_DISTANCE)), model.scores());
    }
    ModelOptions odd = ModelOptions.defaults().withLikelihood("poisson");
    try (BetaVaeModel model = BetaVaeModel.open(encoder, decoder, odd)) {
      refused(model, ELBO, "likelihood is poisson", "expected bernoulli, gaussian");
    }
    for (String name : List.of("discretised-logistic", "beta-binomial")) {
      ModelOptions options = ModelOptions.defaults().withLikelihood(name);
      try (BetaVaeModel model = BetaVaeModel.open(encoder, decoder, options)) {
        refused(model, ELBO, "decoder has no output", name, "Export the model again");
      }
    }
    try (BetaVaeModel model = BetaVaeModel.open(encoder, null, gaussian)) {
      refused(model, ELBO, "it is an encoder alone and has no decoder");
    }
    try (BetaVaeModel model = BetaVaeModel.open(null, decoder, gaussian)) {
      refused(model, DISTANCE, "it is a decoder alone and has no encoder");
    }
  }

  @Test
  void trainedPrior_leavesTheBoundsOut() {
    Path encoder =
        TestModels.encoder(D)
            .property("betavae.objective_settings", "{\"beta\":1.0,\"prior\" : \"vamp\"}")
            .write(folder.resolve("e.onnx"));
    Path decoder = TestModels.decoder(D).write(folder.resolve("d.onnx"));
    ModelOptions options = ModelOptions.defaults().withLikelihood("bernoulli");
    try (BetaVaeModel model = BetaVaeModel.open(encoder, decoder, options)) {
      assertEquals(Set.of(Score.RECONSTRUCTION), model.scores());
      refused(model, ELBO, "trained with the prior vamp", "RECONSTRUCTION");
      refused(model, IWAE, "trained with the prior vamp");
      assertEquals("vamp", model.info().prior().orElseThrow());
    }
  }

  @Test
  void wrongArguments_areRefused() {
    try (BetaVaeModel model = model("bernoulli", "logits", "x")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> model.score(new float[] {0, 1.5f, 0}, RECONSTRUCTION));
      assertTrue(e.getMessage().contains("images[1] is 1.5, expected 0 to 1"), e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> model.score(new float[0], ELBO));
      assertThrows(IllegalArgumentException.class, () -> model.score(new float[3], null));
    }
    BetaVaeModel closed = model("bernoulli", "logits", "x");
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.score(new float[3], ELBO));
    for (ScoreOptions options : List.of(ELBO, IWAE)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> options.withSamples(0));
      assertTrue(e.getMessage().contains("samples is 0, expected 1 to"), e.getMessage());
    }
    assertEquals(
        "samples is 1, expected 0 for the latent distance, which draws none. Use 0 if in doubt.",
        assertThrows(IllegalArgumentException.class, () -> DISTANCE.withSamples(1)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> RECONSTRUCTION.withSamples(-1));
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class, () -> ModelOptions.defaults().withLikelihoodScale(bad));
    }
  }

  /** A model of vectors with a width of 0.2 whose decoder's outputs are all z + 0.5. */
  private BetaVaeModel model(String likelihood, String... outputs) {
    Path encoder =
        TestModels.encoder(D)
            .property("betavae.likelihood", likelihood)
            .property("betavae.likelihood_scale", "0.2")
            .write(folder.resolve("encoder.onnx"));
    OnnxModelBuilder decoder =
        new OnnxModelBuilder()
            .input("z", FREE, TestModels.LATENTS)
            .weight("weight", TestModels.diagonal(TestModels.LATENTS, D, 1), TestModels.LATENTS, D)
            .weight("offset", new float[] {0.5f, 0.5f, 0.5f}, D)
            .property("betavae.role", "decoder");
    for (String output : outputs) {
      decoder.node("Gemm", List.of("z", "weight", "offset"), output).output(output, FREE, D);
    }
    return BetaVaeModel.open(
        encoder, decoder.write(folder.resolve("decoder.onnx")), ModelOptions.defaults());
  }

  private static float[] repeated(float[] x, int times) {
    // Tiny differences give each its own noise.
    float[] all = new float[times * x.length];
    for (int i = 0; i < all.length; i++) {
      int copy = i / x.length;
      all[i] = x[i % x.length] + 1e-6f * copy;
    }
    return all;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static void refused(BetaVaeModel model, ScoreOptions options, String... parts) {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> model.score(new float[D], options));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
