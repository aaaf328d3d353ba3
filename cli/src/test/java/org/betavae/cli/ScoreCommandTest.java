package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code score} beside what training measured, for every likelihood and kind of width, and when it
 * is refused.
 */
class ScoreCommandTest {
  private static final int ITEMS = 600;
  private static final int SIDE = 8;

  /** Standard errors by which two means of independent draws may differ. */
  private static final double ERRORS = 6;

  /** Of float32 sums in another order. */
  private static final double ROUNDING = 1e-4;

  @TempDir static Path folder;
  private static Path data;

  /** No two alike: the noise of a score follows from the image, so equal ones would share it. */
  @BeforeAll
  static void writeData() {
    data = folder.resolve("levels.npy");
    Random random = new Random(3);
    float[] values = new float[ITEMS * SIDE * SIDE];
    for (int i = 0; i < ITEMS; i++) {
      int centre = random.nextInt(SIDE * SIDE);
      int peak = 150 + random.nextInt(100);
      for (int p = 0; p < SIDE * SIDE; p++) {
        int distance = Math.abs(p / SIDE - centre / SIDE) + Math.abs(p % SIDE - centre % SIDE);
        values[i * SIDE * SIDE + p] = Math.max(random.nextInt(4), peak - 50 * distance) / 255f;
      }
    }
    try (NpyWriter writer = NpyWriter.create(data, ITEMS, SIDE, SIDE)) {
      writer.write(values, 0, values.length);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bernoulli,",
    "gaussian,learned",
    "gaussian,per-pixel",
    "laplace,fixed",
    "discretised-logistic,learned",
    "discretised-logistic,per-pixel",
    "beta-binomial,"
  })
  void scores_areWhatTrainingMeasured(String likelihood, String variance) throws IOException {
    Path run = folder.resolve(likelihood + variance);
    String options =
        variance == null ? "" : " --variance " + variance + " --sigma 0.2 --decoder-mean sigmoid";
    Cli.json(
        "train --data % --validation-data % --arch mlp --latent 3 --steps 30 --batch 32"
            + " --learning-rate 1e-3 --iwae-samples 30 --seed 1 --threads 2 --out % --likelihood "
            + likelihood
            + options,
        data,
        data,
        run);
    JsonNode summary = new ObjectMapper().readTree(Files.readString(run.resolve("summary.json")));
    // Training draws one z for each item, and 30 for its bound; so does this, with other noise.
    float[] elbos = scores(run, "elbo", "--samples 1 --seed 1");
    float[] others = scores(run, "elbo", "--samples 1 --seed 2");
    float[] reconstructions = scores(run, "reconstruction", "--samples 1 --seed 1");
    double error = standardError(elbos, others);
    assertTrue(error < 1.5, "a mean is uncertain by " + error + " nats");
    near(summary.get("negative_elbo"), mean(elbos), ERRORS * error);
    near(summary.get("reconstruction"), mean(reconstructions), ERRORS * error);
    near(summary.get("kl"), mean(elbos) - mean(reconstructions), 0);
    near(
        summary.get("bounds").get("negative_iwae_30"),
        mean(scores(run, "iwae", "--samples 30")),
        ERRORS * error);
    assertTrue(mean(scores(run, "latent", "--threads 2")) > 0);
  }

  private static float[] scores(Path run, String score, String options) throws IOException {
    Path out = run.resolve(score + ".npy");
    JsonNode json =
        Cli.json("score --model % --data % --score % --out % " + options, run, data, score, out);
    assertEquals(ITEMS, json.get("images").asInt());
    try (NpyReader npy = NpyReader.open(out)) {
      assertArrayEquals(new int[] {ITEMS}, npy.shape());
      float[] scores = npy.toFloats();
      near(json.get("mean"), mean(scores), 0);
      return scores;
    }
  }

  /** Of a mean over one draw an item, from two draws. */
  private static double standardError(float[] first, float[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += Math.pow(first[i] - second[i], 2) / 2;
    }
    return Math.sqrt(sum) / first.length;
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static void near(JsonNode expected, double actual, double margin) {
    double value = expected.asDouble();
    assertEquals(value, actual, margin + ROUNDING * Math.max(1, Math.abs(value)));
  }

  @Test
  void csv_holdsTheNumbersOfNpy_andSeedsMatter() throws IOException {
    TinyRun tiny = TinyRun.get();
    String line = "score --model % --data % --out %";
    Cli.json(line + " --batch 7", tiny.model, tiny.data, tiny.out("s.csv"));
    Cli.json(line + " --score elbo --threads 1", tiny.model, tiny.data, tiny.out("s.npy"));
    List<String> lines = Files.readAllLines(tiny.out("s.csv"));
    assertEquals("score", lines.get(0));
    assertEquals(TinyRun.IMAGES + 1, lines.size());
    try (NpyReader npy = NpyReader.open(tiny.out("s.npy"))) {
      float[] scores = npy.toFloats();
      for (int i = 0; i < scores.length; i++) {
        assertEquals(scores[i], Float.parseFloat(lines.get(i + 1)), 1e-5 * scores[i]);
      }
    }
    Cli.json(line + " --seed 2 --batch 7", tiny.model, tiny.data, tiny.out("t.csv"));
    assertFalse(lines.equals(Files.readAllLines(tiny.out("t.csv"))));
  }

  @Test
  void wrongUse_isRefused() throws IOException {
    TinyRun tiny = TinyRun.get();
    String line = "score --model % --data % --out %";
    Path out = tiny.out("no.csv");
    Cli.run(line + " --score odd", tiny.model, tiny.data, out)
        .assertErrorNames(2, "odd", "elbo, reconstruction, iwae, latent");
    Cli.run(line + " --samples 0", tiny.model, tiny.data, out)
        .assertErrorNames(2, "samples is 0", "expected 1 to");
    Cli.run(line, tiny.model, tiny.data, tiny.out("no.txt"))
        .assertErrorNames(2, "no.txt", ".csv or .npy");
    Path encoder = tiny.model.resolve("encoder.onnx");
    Cli.run(line, encoder, tiny.data, out).assertErrorNames(2, "expected an encoder and a decoder");
    Cli.json(line + " --score latent", encoder, tiny.data, tiny.out("l.csv"));
    Cli.run(line + " --likelihood gaussian", tiny.model, tiny.data, out)
        .assertErrorNames(2, "width of its likelihood gaussian", "--likelihood-scale");
    Cli.json(
        line + " --likelihood gaussian --likelihood-scale 0.5",
        tiny.model,
        tiny.data,
        tiny.out("g.csv"));
    assertFalse(Files.exists(out));
  }
}
