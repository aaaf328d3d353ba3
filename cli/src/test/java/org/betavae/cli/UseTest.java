package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.betavae.data.NpzReader;
import org.betavae.data.SourceOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that embed, generate and draw with an exported model. */
class UseTest {
  private static final int SIDE = TinyRun.SIDE;
  private static TinyRun tiny;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.get();
  }

  private static JsonNode embed(String file) throws IOException {
    return Cli.json(
        "embed --model % --data % --batch 33 --out %", tiny.model, tiny.data, tiny.out(file));
  }

  @Test
  void embed_writesMeansInEveryFormat_theSame() throws IOException {
    JsonNode json = embed("z.npy");
    assertEquals(TinyRun.IMAGES, json.get("images").asInt());
    assertEquals(TinyRun.LATENTS, json.get("latent_size").asInt());
    embed("z.npz");
    embed("z.csv");
    int[] shape = {TinyRun.IMAGES, TinyRun.LATENTS};
    try (NpyReader npy = NpyReader.open(tiny.out("z.npy"));
        NpzReader npz = NpzReader.open(tiny.out("z.npz"));
        NpyReader mean = npz.get("mean");
        NpyReader logVar = npz.get("log_var")) {
      assertArrayEquals(shape, npy.shape());
      assertArrayEquals(shape, logVar.shape());
      float[] z = npy.toFloats();
      assertArrayEquals(z, mean.toFloats());
      List<String> lines = Files.readAllLines(tiny.out("z.csv"));
      assertEquals("z0,z1,z2", lines.get(0));
      assertEquals(z[0] + "," + z[1] + "," + z[2], lines.get(1));
      assertEquals(TinyRun.IMAGES + 1, lines.size());
    }
  }

  @Test
  void embed_givesTheSame_byEveryOptimisation_andFromTheCache() throws IOException {
    embed("optimised.npy");
    float[] expected = floats("optimised.npy");
    Path cache = tiny.out("cache");
    for (String options : List.of("--optimisation none", "--optimisation BASIC")) {
      Cli.json(
          "embed --model % --data % --batch 33 --out % " + options,
          tiny.model,
          tiny.data,
          tiny.out("plain.npy"));
      assertArrayEquals(expected, floats("plain.npy"), 1e-5f, options);
    }
    for (String time : List.of("kept", "taken")) {
      Cli.json(
          "embed --model % --data % --batch 33 --out % --cache %",
          tiny.model, tiny.data, tiny.out("cached.npy"), cache);
      assertArrayEquals(expected, floats("cached.npy"), time);
      try (Stream<Path> files = Files.list(cache)) {
        List<Path> graphs = files.filter(file -> file.toString().endsWith(".onnx")).toList();
        assertEquals(2, graphs.size(), time + ": " + graphs);
      }
    }
    Cli.run(
            "embed --model % --data % --out % --optimisation most",
            tiny.model, tiny.data, tiny.out("w.npy"))
        .assertErrorNames(2, "--optimisation is \"most\", expected one of none, basic, extended");
    Cli.run("embed --model % --data % --out % --provider gpu", tiny.model, tiny.data, "w.npy")
        .assertErrorNames(2, "--provider is \"gpu\"", "did you mean cuda?");
    Cli.run("embed --model % --data % --out w.npy", tiny.model + "," + tiny.model, tiny.data)
        .assertErrorNames(2, "model file", "it is a folder, expected an ONNX file");
  }

  private static float[] floats(String file) throws IOException {
    try (NpyReader npy = NpyReader.open(tiny.out(file))) {
      return npy.toFloats();
    }
  }

  @Test
  void embed_withWrongDataOrTarget_isRefused() {
    Path out = tiny.out("w.npy");
    Cli.run("embed --model % --data sprites --out %", tiny.model, out)
        .assertErrorNames(2, "sprites", "64x64x1", "28x28x1");
    Cli.run("embed --model % --data % --out %", tiny.model, tiny.data, tiny.out("w.txt"))
        .assertErrorNames(2, "w.txt", ".npy or .npz or .csv");
    Cli.run("embed --model % --data % --out %", tiny.model, tiny.data, tiny.out("no/w.npy"))
        .assertErrorNames(2, "is no folder", "Create it first");
    Cli.run("embed --model % --data % --out %", tiny.out("no"), tiny.data, out)
        .assertErrorNames(2, "no such file or folder");
    Cli.run("embed --model % --data % --out %", tiny.run.resolve("pictures"), tiny.data, out)
        .assertErrorNames(2, "no encoder.onnx or decoder.onnx", "Check the path");
    assertFalse(Files.exists(out));
  }

  @Test
  void models_areFoundInRunsAndFiles() throws IOException {
    Path encoder = tiny.model.resolve("encoder.onnx");
    String both = encoder + "," + tiny.model.resolve("decoder.onnx");
    Path out = tiny.out("m.npy");
    for (Object model : List.of(tiny.run, encoder, both)) {
      assertEquals(
          TinyRun.IMAGES,
          Cli.json("embed --model % --data % --out %", model, tiny.data, out)
              .get("images")
              .asInt());
    }
    Cli.run("reconstruct --model % --data % --out %", encoder, tiny.data, out)
        .assertErrorNames(2, "one file, expected an encoder and a decoder");
    Cli.run("generate --model % --out %", tiny.model + "/a.onnx,b.onnx", out)
        .assertErrorNames(2, "a.onnx: no such file");
  }

  @Test
  void halvesOfAModel_areToldApart() throws IOException {
    Path folder = Files.createDirectories(tiny.out("half"));
    Path decoder = Files.copy(tiny.model.resolve("decoder.onnx"), folder.resolve("decoder.onnx"));
    Path out = tiny.out("h.npy");
    Cli.json("generate --model % --count 2 --out %", folder, out);
    Cli.run("embed --model % --data % --out %", folder, tiny.data, out)
        .assertErrorNames(
            2, "half: it is a decoder alone and has no encoder", "a whole model folder");
    Cli.run("score --model % --data % --out %", folder, tiny.data, out)
        .assertErrorNames(2, "half: it is a decoder alone", "expected an encoder and a decoder");
    Cli.run("embed --model % --data % --out %", decoder, tiny.data, out)
        .assertErrorNames(2, "decoder.onnx: it says that it is the decoder", "the encoder's file");
    Path encoder = tiny.model.resolve("encoder.onnx");
    Cli.run("generate --model % --out %", encoder, out)
        .assertErrorNames(2, "encoder.onnx: it says that it is the encoder", "the decoder's file");
    Cli.run("score --model % --data % --out %", decoder + "," + encoder, tiny.data, out)
        .assertErrorNames(2, "in the order encoder, decoder");
  }

  private static byte[] generated(String file, String options, Object... values)
      throws IOException {
    Object[] all = new Object[values.length + 2];
    all[0] = tiny.model;
    all[1] = tiny.out(file);
    System.arraycopy(values, 0, all, 2, values.length);
    Cli.json("generate --model % --out % " + options, all);
    return Files.readAllBytes(tiny.out(file));
  }

  @Test
  void generate_isRepeatableBySeed() throws IOException {
    byte[] first = generated("a.npy", "--seed 1 --count 5");
    assertArrayEquals(first, generated("b.npy", "--seed 1 --count 5"));
    assertFalse(Arrays.equals(first, generated("c.npy", "--seed 2 --count 5")));
    try (NpyReader npy = NpyReader.open(tiny.out("a.npy"))) {
      assertArrayEquals(new int[] {5, 1, SIDE, SIDE}, npy.shape());
    }
  }

  @Test
  void generate_atTemperature0_isThePriorsMean() throws IOException {
    Path z = tiny.out("zeros.npy");
    try (NpyWriter writer = NpyWriter.create(z, 2, TinyRun.LATENTS)) {
      writer.write(new float[2 * TinyRun.LATENTS], 0, 2 * TinyRun.LATENTS);
    }
    assertArrayEquals(
        generated("d.npy", "--z %", z), generated("e.npy", "--temperature 0 --count 2"));
  }

  @Test
  void generate_takesLatentsInEveryFormatThatEmbedWrites() throws IOException {
    List<byte[]> images = new ArrayList<>();
    for (String ending : List.of("npy", "npz", "csv")) {
      Path z = tiny.out("embedded." + ending);
      Cli.json("embed --model % --data % --out %", tiny.model, tiny.data, z);
      images.add(generated("of-" + ending + ".npy", "--z %", z));
    }
    assertArrayEquals(images.get(0), images.get(1));
    assertArrayEquals(images.get(0), images.get(2));
  }

  @Test
  void generate_fromLatentsThatDoNotFit_isRefused() {
    Path z = tiny.out("wrong.npy");
    Path out = tiny.out("x.npy");
    try (NpyWriter writer = NpyWriter.create(z, 2, 7)) {
      writer.write(new float[14], 0, 14);
    }
    Cli.run("generate --model % --z % --out %", tiny.model, z, out)
        .assertErrorNames(2, "wrong.npy", "[2, 7]", "[N, 3]");
    Cli.run("generate --model % --z % --count 2 --out %", tiny.model, z, out)
        .assertErrorNames(2, "--z is given together with --count");
    try (NpyWriter writer = NpyWriter.create(z, 2, 3)) {
      writer.write(new float[] {0, 0, 0, 0, Float.NaN, 0}, 0, 6);
    }
    Cli.run("generate --model % --z % --out %", tiny.model, z, out)
        .assertErrorNames(2, "NaN in row 1, column 1", "finite");
    Cli.run("generate --model % --z % --out %", tiny.model, tiny.out("none.csv"), out)
        .assertErrorNames(2, "none.csv: there is no such file");
    Cli.run("generate --model % --z % --out %", tiny.model, tiny.data, out)
        .assertErrorNames(2, tiny.data.toString());
    Cli.run("generate --model % --temperature -1 --out %", tiny.model, out)
        .assertErrorNames(2, "--temperature is \"-1\"", "from 0 to 100");
    assertFalse(Files.exists(out));
  }

  @ParameterizedTest
  @CsvSource({
    "generate,png",
    "reconstruct,png",
    "reconstruct,gif",
    "reconstruct,npy",
    "traverse,png",
    "traverse,gif",
    "traverse,npy",
    "interpolate,png",
    "interpolate,gif",
    "interpolate,npy"
  })
  void pictures_areWritten(String command, String ending) throws IOException {
    Path file = tiny.out(command + "." + ending);
    JsonNode json =
        command.equals("generate")
            ? Cli.json("generate --model % --out %", tiny.run, file)
            : Cli.json(command + " --model % --out % --data %", tiny.run, file, tiny.data);
    assertEquals(file.toString(), json.get("out").asText());
    if (ending.equals("npy")) {
      try (NpyReader npy = NpyReader.open(file)) {
        int[] shape = npy.shape();
        int rank = shape.length;
        assertArrayEquals(new int[] {1, SIDE, SIDE}, Arrays.copyOfRange(shape, rank - 3, rank));
      }
    } else {
      List<BufferedImage> frames = frames(file);
      assertEquals(ending.equals("png") ? 1 : FRAMES.get(command), frames.size());
      Set<Integer> shown = new TreeSet<>();
      for (BufferedImage image : frames) {
        assertTrue(image.getWidth() >= SIDE && image.getHeight() >= SIDE);
        shown.addAll(levels(image));
      }
      if (command.equals("interpolate")) {
        // Its way is short in this model: the picture has the levels of the array, be they few.
        Path array = tiny.out("way.npy");
        Cli.json("interpolate --model % --out % --data %", tiny.run, array, tiny.data);
        try (NpyReader npy = NpyReader.open(array)) {
          for (float value : npy.toFloats()) {
            assertTrue(shown.contains(Math.round(255 * value)), value + " in " + shown);
          }
        }
      } else {
        assertTrue(shown.size() > 2, "one plain colour and the gaps: " + shown);
      }
    }
  }

  /** There and back again without the turning points twice, but for one pair an image. */
  private static final Map<String, Integer> FRAMES =
      Map.of("traverse", 2 * 20 - 2, "interpolate", 2 * 10 - 2, "reconstruct", 10);

  private static List<BufferedImage> frames(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      ImageReader reader = ImageIO.getImageReaders(in).next();
      reader.setInput(in);
      List<BufferedImage> frames = new ArrayList<>();
      for (int i = 0; i < reader.getNumImages(true); i++) {
        frames.add(reader.read(i));
      }
      reader.dispose();
      return frames;
    }
  }

  private static Set<Integer> levels(BufferedImage image) {
    Set<Integer> levels = new TreeSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        // An animation holds places in a table of colours.
        levels.add(
            image.getColorModel() instanceof IndexColorModel
                ? image.getRGB(x, y) & 0xff
                : image.getRaster().getSample(x, y, 0));
      }
    }
    return levels;
  }

  @Test
  void reconstructions_showTheDataAboveWhatTheModelMakesOfThem() throws IOException {
    Path file = tiny.out("pairs.png");
    Cli.json("reconstruct --model % --data % --count 10 --out %", tiny.run, tiny.data, file);
    BufferedImage picture = frames(file).get(0);
    int scale = 64 / SIDE;
    int cell = SIDE * scale + 2;
    int left = picture.getWidth() - 10 * cell;
    int top = picture.getHeight() - 2 * cell;
    int[] picks = new Random(0).ints(0, TinyRun.IMAGES).distinct().limit(10).toArray();
    boolean differs = false;
    try (Dataset data = DataSources.open(tiny.data.toString(), SourceOptions.defaults())) {
      float[] image = new float[SIDE * SIDE];
      for (int i = 0; i < picks.length; i++) {
        data.read(picks[i], image, 0);
        for (int p = 0; p < image.length; p++) {
          int x = left + i * cell + p % SIDE * scale;
          int y = top + p / SIDE * scale;
          assertEquals(Math.round(255 * image[p]), picture.getRaster().getSample(x, y, 0));
          differs |= picture.getRaster().getSample(x, y + cell, 0) != Math.round(255 * image[p]);
        }
      }
    }
    assertTrue(differs, "the reconstructions are the data");
  }

  @Test
  void reconstructions_ofAllData_areInTheirOrder() throws IOException {
    Path all = tiny.out("all.npy");
    Path some = tiny.out("some.npy");
    String line = "reconstruct --model % --data % --batch 64 --out % --count ";
    Cli.json(line + "200", tiny.model, tiny.data, all);
    Cli.json(line + "70", tiny.model, tiny.data, some);
    try (NpyReader allImages = NpyReader.open(all);
        NpyReader someImages = NpyReader.open(some)) {
      assertArrayEquals(new int[] {TinyRun.IMAGES, 1, SIDE, SIDE}, allImages.shape());
      assertArrayEquals(new int[] {70, 1, SIDE, SIDE}, someImages.shape());
      float[] first = Arrays.copyOf(allImages.toFloats(), 64 * SIDE * SIDE);
      assertArrayEquals(first, Arrays.copyOf(someImages.toFloats(), first.length));
    }
  }

  @Test
  void indices_outsideTheData_areRefused() {
    Path out = tiny.out("i.png");
    Cli.run("interpolate --model % --data % --from 0 --to 200 --out %", tiny.model, tiny.data, out)
        .assertErrorNames(2, "--to is 200", "from 0 to 199");
    Cli.run("traverse --model % --index 3 --out %", tiny.model, out)
        .assertErrorNames(2, "--index is given without --data");
  }

  @Test
  void benchInfer_hasTheKeysOfItsPeers() throws IOException {
    JsonNode json =
        Cli.json(
            "bench infer --model % --batch 1,4 --seconds 0.05 --warm-up 0 --threads 1", tiny.model);
    assertEquals(4, json.get("results").size());
    for (String key :
        List.of(
            "peer",
            "version",
            "model",
            "batch",
            "threads",
            "images_per_s",
            "images_per_s_mean",
            "p50_ms",
            "p99_ms",
            "runs")) {
      assertTrue(json.has(key), key);
      json.get("results").forEach(r -> assertTrue(r.has(key), key));
    }
    assertEquals("encoder", json.get("model").asText());
    assertTrue(json.get("images_per_s").asDouble() > 0);
  }
}
