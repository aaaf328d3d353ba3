package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.betavae.data.NpzWriter;
import org.betavae.data.SourceOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate} on codes in files and on a model's, and when it is refused. */
class EvaluateCommandTest {
  private static final int POINTS = 600;
  private static final int[] SIZES = {3, 5};

  @TempDir static Path folder;
  private static Path codes;
  private static Path factors;

  /** Two factors with a clean code each, and a third code of noise. */
  @BeforeAll
  static void writeData() {
    codes = folder.resolve("z.npy");
    factors = folder.resolve("f.npy");
    Random random = new Random(1);
    float[] z = new float[3 * POINTS];
    int[] f = new int[2 * POINTS];
    for (int i = 0; i < POINTS; i++) {
      for (int k = 0; k < 2; k++) {
        f[2 * i + k] = random.nextInt(SIZES[k]);
        z[3 * i + k] = f[2 * i + k] - 1 + 0.01f * random.nextFloat();
      }
      z[3 * i + 2] = random.nextFloat();
    }
    write(codes, z, 3);
    write(factors, f, 2);
  }

  private static void write(Path file, float[] values, int columns) {
    try (NpyWriter writer = NpyWriter.create(file, values.length / columns, columns)) {
      writer.write(values, 0, values.length);
    }
  }

  private static void write(Path file, int[] values, int columns) {
    try (NpyWriter writer = NpyWriter.createInt32(file, values.length / columns, columns)) {
      writer.write(values, 0, values.length);
    }
  }

  @Test
  void all_measuresEverything_inTheFileAndOnStandardOutput() throws IOException {
    Path out = folder.resolve("metrics.json");
    JsonNode json = Cli.json("evaluate --codes % --factors % --out %", codes, factors, out);
    assertEquals(out.toString(), json.get("out").asText());
    JsonNode file = new ObjectMapper().readTree(Files.readString(out));
    assertFalse(file.has("not_measured"), file.toString());
    List<String> names = new ArrayList<>(EvaluationMetric.names());
    names.remove("udr"); // which takes several models
    for (String name : names) {
      assertTrue(file.get(name).isObject(), name);
      assertEquals(file.get(name), json.get(name), name);
    }
    assertEquals(400, file.get("n_train").asInt());
    assertEquals(200, file.get("n_test").asInt());
    assertEquals("[3,5]", file.get("factor_sizes").toString());
    assertTrue(file.at("/mig/discrete_mig").asDouble() > 0.8, file.get("mig").toString());
    assertEquals(3, file.at("/mig/mutual_information_nats").size());
    assertTrue(file.at("/dci/disentanglement").asDouble() > 0.95, file.get("dci").toString());
    assertEquals(1, file.at("/dci/informativeness_test").asDouble());
    assertEquals(2, file.at("/dci/importance_matrix/0").size());
    assertTrue(file.at("/sap_discrete/SAP_score").asDouble() > 0.1);
    assertTrue(file.at("/irs/IRS").asDouble() > 0.5);
    assertTrue(file.at("/factor_vae_sampled/prune_0.05/eval_accuracy").asDouble() > 0.99);
    assertTrue(file.at("/factor_vae_sampled/prune_0.0/train_accuracy").asDouble() > 0.99);
    assertTrue(file.at("/beta_vae_sampled/eval_accuracy").asDouble() > 0.99);
  }

  @Test
  void table_hasOneLineForEachHeadline() {
    Cli cli =
        Cli.run(
            "evaluate --codes % --factors % --metrics mig,unsupervised --train 250 --test 50",
            codes, factors);
    assertEquals(0, cli.exitCode(), cli.err());
    List<String> lines = cli.out().lines().toList();
    assertTrue(lines.get(0).endsWith("250 training and 50 test rows, 3 codes, 2 factors"));
    assertEquals("metric         value  best", lines.get(1));
    assertTrue(lines.get(2).matches("mig +0[.][89][0-9]{3} +1  discrete_mig"), lines.get(2));
    assertEquals(6, lines.size(), cli.out());
  }

  @Test
  void names_areTakenInEveryForm_andMisspeltOnesCorrected() throws IOException {
    String line = "evaluate --codes % --factors % --metrics ";
    JsonNode json = Cli.json(line + "SAP,Modularity-Explicitness", codes, factors);
    assertTrue(json.has("sap_discrete") && json.has("sap_continuous"));
    assertTrue(json.has("modularity_explicitness"));
    assertFalse(json.has("mig"));
    Cli.run(line + "mgi,dci,unsuperviced", codes, factors)
        .assertErrorNames(
            2,
            "\"mgi\", expected all or some of mig, sap_discrete",
            "did you mean mig?",
            "\"unsuperviced\"",
            "did you mean unsupervised?");
    Cli.run(line + "mig,", codes, factors).assertErrorNames(2, "--metrics names \"\"");
  }

  @Test
  void codes_areReadInEveryFormatThatEmbedWrites() throws IOException {
    Path csv = folder.resolve("z.csv");
    StringBuilder text = new StringBuilder("z0,z1,z2\n");
    try (NpyReader reader = NpyReader.open(codes)) {
      float[] z = reader.toFloats();
      for (int i = 0; i < z.length; i += 3) {
        text.append(z[i]).append(',').append(z[i + 1]).append(',').append(z[i + 2]).append('\n');
      }
    }
    Files.writeString(csv, text);
    String line = "evaluate --codes % --factors % --metrics mig";
    JsonNode mig = Cli.json(line, codes, factors).get("mig");
    assertEquals(mig, Cli.json(line, csv, factors).get("mig"));
  }

  @Test
  void rows_areTheFirstOnes_orDrawnBySeed() throws IOException {
    String line = "evaluate --codes % --factors % --metrics mig --train 100 --test 20";
    JsonNode first = Cli.json(line, codes, factors);
    JsonNode drawn = Cli.json(line + " --shuffle --seed 3", codes, factors);
    assertEquals(first, Cli.json(line, codes, factors));
    assertFalse(first.get("mig").equals(drawn.get("mig")));
    assertEquals(drawn, Cli.json(line + " --shuffle --seed 3", codes, factors));
    Cli.run(line.replace("--train 100", "--train 590"), codes, factors)
        .assertErrorNames(2, "590 and 20 rows, expected at most 600 together");
    String part = "evaluate --codes % --factors % --metrics mig ";
    Cli.run(part + "--train 601", codes, factors)
        .assertErrorNames(2, "--train asks for 601 rows, expected at most 600 together");
    Cli.run(part + "--test 599", codes, factors)
        .assertErrorNames(2, "--test asks for 599 rows", "at least 2 to train");
    Path single = folder.resolve("single.npy");
    write(single, new float[3], 3);
    Cli.run("evaluate --codes %", single)
        .assertErrorNames(2, "single.npy: 1 row, expected at least 2 to train");
  }

  @Test
  void threads_changeNoNumber() throws IOException {
    String line = "evaluate --codes % --factors % --metrics dci,sap,explicitness";
    JsonNode one = Cli.json(line + " --threads 1", codes, factors);
    assertEquals(one, Cli.json(line + " --threads 3", codes, factors));
  }

  @Test
  void factorsThatNeverChange_areLeftOut_andNamed() throws IOException {
    Path file = folder.resolve("constant.npy");
    int[] f = new int[3 * POINTS];
    for (int i = 0; i < POINTS; i++) {
      f[3 * i] = i % 2;
      f[3 * i + 2] = i % 3;
    }
    write(file, f, 3);
    JsonNode json = Cli.json("evaluate --codes % --factors % --metrics mig", codes, file);
    assertEquals("[\"1\"]", json.get("factors_left_out").toString());
    assertEquals(2, json.get("num_factors").asInt());
    Path constant = folder.resolve("none.npy");
    write(constant, new int[POINTS], 1);
    Cli.run("evaluate --codes % --factors % --metrics mig", codes, constant)
        .assertErrorNames(2, "has no factors but [0], which never change");
  }

  @Test
  void withoutFactors_allIsWhatNeedsNone() throws IOException {
    Cli cli = Cli.run("evaluate --codes % --json", codes);
    assertEquals(0, cli.exitCode(), cli.err());
    JsonNode json = new ObjectMapper().readTree(cli.out());
    assertTrue(json.at("/unsupervised/mutual_info_score").isNumber());
    assertTrue(json.get("mig").isNull());
    assertTrue(json.at("/not_measured/mig").asText().contains("no factors"), cli.out());
    List<String> notes = cli.err().lines().filter(l -> l.startsWith("Not measured: ")).toList();
    assertEquals(1, notes.size(), cli.err());
    assertTrue(notes.get(0).startsWith("Not measured: mig, sap_discrete, "), cli.err());
    assertTrue(notes.get(0).contains("beta_vae_sampled: " + codes + " has no factors"), cli.err());
    Cli.run("evaluate --codes % --metrics mig,irs", codes)
        .assertErrorNames(2, "mig: ", "z.npy has no factors", "--metrics unsupervised");
  }

  @Test
  void unusableFiles_areNamedWithTheirPlace() {
    Path bad = folder.resolve("bad.npy");
    float[] z = new float[3 * POINTS];
    z[3 * 7 + 1] = Float.NaN;
    write(bad, z, 3);
    Cli.run("evaluate --codes % --factors %", bad, factors)
        .assertErrorNames(2, "bad.npy", "NaN in row 7, column 1", "finite");
    Path few = folder.resolve("few.npy");
    write(few, new int[20], 2);
    Cli.run("evaluate --codes % --factors %", codes, few)
        .assertErrorNames(2, "z.npy: 600 rows, expected 10", "few.npy", "same order");
    Path negative = folder.resolve("negative.npy");
    int[] f = new int[2 * POINTS];
    f[5] = -1;
    write(negative, f, 2);
    Cli.run("evaluate --codes % --factors %", codes, negative)
        .assertErrorNames(2, "negative.npy: -1 in row 2, column 1", "whole numbers from 0");
    Path values = folder.resolve("values.npy");
    write(values, new float[] {0.5f, 1}, 1);
    Cli.run("evaluate --codes % --factors %", codes, values)
        .assertErrorNames(2, "values.npy: 0.5 in row 0, column 0", "not their values");
    write(values, new float[] {0, 0x1p40f}, 1);
    Cli.run("evaluate --codes % --factors %", codes, values)
        .assertErrorNames(2, "1099511627776 in row 1, column 0", "from 0 to 2147483647");
  }

  @Test
  void oneCodeOrFactor_saysWhatDoesNotExist() throws IOException {
    Path one = folder.resolve("one.npy");
    Path label = folder.resolve("label.npy");
    float[] z = new float[POINTS];
    int[] f = new int[POINTS];
    for (int i = 0; i < POINTS; i++) {
      f[i] = i % 2;
      z[i] = i % 2 + 0.001f * i;
    }
    write(one, z, 1);
    write(label, f, 1);
    Cli.run("evaluate --codes % --factors % --metrics mig", one, label)
        .assertErrorNames(2, "MIG", "found 1 code");
    JsonNode json = Cli.json("evaluate --codes % --factors %", one, label);
    assertTrue(json.at("/dci/disentanglement").isNull());
    assertEquals(1, json.at("/dci/informativeness_train").asDouble());
    assertTrue(json.at("/not_measured/modularity").asText().contains("1 factor"));
    assertTrue(json.at("/modularity_explicitness/modularity_score").isNull());
    assertEquals(1, json.at("/modularity_explicitness/explicitness_score_test").asDouble(), 1e-3);
  }

  @Test
  void testRowsWithoutAValue_leaveModularity() throws IOException {
    Path lonely = folder.resolve("lonely.npy");
    int[] f = new int[2 * POINTS];
    for (int i = 0; i < f.length; i++) {
      f[i] = i == 0 ? 2 : i / 2 % 2; // value 2 of the first factor is in training rows alone
    }
    write(lonely, f, 2);
    JsonNode json = Cli.json("evaluate --codes % --factors % --metrics modularity", codes, lonely);
    assertTrue(json.at("/modularity_explicitness/modularity_score").isNumber());
    assertTrue(json.at("/modularity_explicitness/explicitness_score_test").isNull());
    assertTrue(
        json.at("/not_measured/explicitness")
            .asText()
            .contains("only training rows have the values [2] of factor 0"));
  }

  @Test
  void wrongCombinations_areRefused() {
    Cli.run("evaluate").assertErrorNames(2, "no codes are given", "--model with --data");
    Cli.run("evaluate --model m").assertErrorNames(2, "--data is missing");
    Cli.run("evaluate --model m --codes c --data d").assertErrorNames(2, "together with --model");
    Cli.run("evaluate --codes c --factors f --data d").assertErrorNames(2, "--factors is given");
    Cli.run("evaluate --codes % --factors % --out %", codes, factors, folder.resolve("m.txt"))
        .assertErrorNames(2, "m.txt", "ends in .json");
  }

  @Test
  void model_isMeasuredOnDataWithFactors() throws IOException {
    TinyRun tiny = TinyRun.get();
    Path data = folder.resolve("squares.npz");
    writeSquares(data);
    JsonNode json = Cli.json("evaluate --model % --data % --seed 4", tiny.model, data);
    assertEquals(TinyRun.LATENTS, json.get("num_codes").asInt());
    assertEquals("[20,10]", json.get("factor_sizes").toString());
    assertEquals("[\"factor0\",\"factor1\"]", json.get("factor_names").toString());
    assertTrue(json.at("/sap_continuous/SAP_score").isNumber());
    assertEquals(json, Cli.json("evaluate --model % --data % --seed 4", tiny.model, data));
    // The same codes by way of a file; rows are drawn alike.
    Path z = folder.resolve("embedded.npy");
    Cli.json("embed --model % --data % --out %", tiny.model, data, z);
    JsonNode fromFile = Cli.json("evaluate --codes % --data % --seed 4", z, data);
    assertEquals(json.get("mig"), fromFile.get("mig"));
    JsonNode fromAll = Cli.json("evaluate --codes % --data % --seed 4 --metrics beta-vae", z, data);
    // Each combination occurs ten times, which is a grid.
    assertTrue(json.at("/factor_vae_sampled/prune_0.0/eval_accuracy").asDouble() > 0.3);
    assertEquals(json.get("beta_vae_sampled"), fromAll.get("beta_vae_sampled"));
    Cli.run("evaluate --model % --data % --metrics mig", tiny.model, tiny.data)
        .assertErrorNames(2, "squares.npy has no factors");
  }

  @Test
  void udr_comparesModels() throws IOException {
    TinyRun tiny = TinyRun.get();
    String line = "evaluate --model % --data % --metrics udr";
    JsonNode json = Cli.json(line + " --against %", tiny.model, tiny.data, tiny.run);
    assertEquals(2, json.at("/udr/spearman/model_scores").size());
    assertEquals(TinyRun.LATENTS, json.at("/udr/average_kl/1").size());
    assertEquals(
        json.at("/udr/lasso/pairwise_scores/0/1"), json.at("/udr/lasso/pairwise_scores/1/0"));
    Cli.run(line, tiny.model, tiny.data).assertErrorNames(2, "found 1", "--against");
    Cli.run("evaluate --codes % --against m", codes)
        .assertErrorNames(2, "--against is given without --model");
  }

  @Test
  void tablesThatAreTooSmall_cannotBeDrawnFrom() throws IOException {
    Path z = folder.resolve("few-z.npy");
    Path f = folder.resolve("few-f.npy");
    write(z, new float[] {0, 1, 2, 3, 1, 0, 3, 2, 5, 4}, 2);
    write(f, new int[] {0, 0, 1, 1, 0, 1, 1, 0, 1, 1}, 2);
    Cli.run("evaluate --codes % --factors % --metrics factor_vae", z, f)
        .assertErrorNames(2, "has too few rows", "no full grid", "at least 64");
  }

  /** Squares at 20 heights and 10 places across, ten times over, in dSprites' layout. */
  private static void writeSquares(Path file) throws IOException {
    int side = TinyRun.SIDE;
    int items = 2000;
    int[] images = new int[items * side * side];
    int[] classes = new int[2 * items];
    for (int i = 0; i < items; i++) {
      classes[2 * i] = i % 20;
      classes[2 * i + 1] = i / 20 % 10;
      for (int p = 0; p < 64; p++) {
        int row = classes[2 * i] + p / 8;
        images[(i * side + row) * side + 2 * classes[2 * i + 1] + p % 8] = 1;
      }
    }
    try (NpzWriter writer = NpzWriter.create(file)) {
      writer.add("imgs", images, items, side, side);
      writer.add("latents_classes", classes, items, 2);
      writer.finish();
    }
  }

  /** Codes that are dSprites' factors: what its files call them is read as it should be. */
  @Test
  void realDSprites_areRead_withTheirFactors() throws IOException {
    Path file =
        Path.of(System.getProperty("betavae.shared", "../shared"))
            .resolve("data/dsprites/dsprites_grid46080_origlayout.npz");
    assumeTrue(Files.exists(file), "no dSprites at " + file);
    Path z = folder.resolve("dsprites.npy");
    try (Dataset data = DataSources.open(file.toString(), SourceOptions.defaults());
        NpyWriter writer = NpyWriter.create(z, data.size(), 5)) {
      Factors known = data.factors().orElseThrow();
      float[] row = new float[5];
      for (int i = 0; i < data.size(); i++) {
        for (int k = 0; k < 5; k++) {
          row[k] = known.classOf(i, k);
        }
        writer.write(row, 0, 5);
      }
    }
    JsonNode json = Cli.json("evaluate --codes % --data % --metrics mig,irs", z, file);
    assertEquals("[3,6,10,16,16]", json.get("factor_sizes").toString());
    assertTrue(json.at("/mig/discrete_mig").asDouble() > 0.95, json.get("mig").toString());
    assertEquals(1, json.at("/irs/IRS").asDouble(), 1e-9);
  }
}
