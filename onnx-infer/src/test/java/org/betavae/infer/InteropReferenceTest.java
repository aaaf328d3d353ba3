package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Encoders and decoders of other frameworks give the outputs that their own framework gave. */
@Tag("reference")
class InteropReferenceTest {
  private static final Path INTEROP =
      Path.of(System.getProperty("betavae.shared", "../shared")).resolve("reference/interop");

  /** Pictures have no more; the test turns [N, H, W, C] by this rule of its own. */
  private static final int MAX_CHANNELS = 4;

  @TestFactory
  Stream<DynamicTest> encoders() throws IOException {
    return tests(InteropReferenceTest::isEncoder, InteropReferenceTest::checkEncoder);
  }

  @TestFactory
  Stream<DynamicTest> decoders() throws IOException {
    return tests(InteropReferenceTest::isDecoder, InteropReferenceTest::checkDecoder);
  }

  @TestFactory
  Stream<DynamicTest> damagedFiles() throws IOException {
    Path folder = INTEROP.resolve("broken");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : entries(folder, "broken")) {
      String file = entry.get("file").asText();
      if (file.endsWith(".onnx")) {
        tests.add(DynamicTest.dynamicTest(file, () -> checkDamaged(folder.resolve(file))));
      }
    }
    return reported(tests);
  }

  private interface Check {
    void run(JsonNode entry) throws IOException;
  }

  private static Stream<DynamicTest> tests(Function<JsonNode, Boolean> wanted, Check check)
      throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : entries(INTEROP, "models")) {
      if (entry.get("kind").asText().equals("onnx")
          && !entry.path("one_output_per_feature").asBoolean()
          && entry.get("inputs").size() == 1
          && wanted.apply(entry)) {
        tests.add(DynamicTest.dynamicTest(entry.get("id").asText(), () -> check.run(entry)));
      }
    }
    return reported(tests);
  }

  private static Stream<DynamicTest> reported(List<DynamicTest> tests) {
    assertFalse(tests.isEmpty(), "no case in " + INTEROP);
    System.out.println(INTEROP + ": " + tests.size() + " cases");
    return tests.stream();
  }

  private static JsonNode entries(Path folder, String list) throws IOException {
    Path manifest = folder.resolve("manifest.json");
    assumeTrue(Files.exists(manifest), "no " + manifest);
    return new ObjectMapper().readTree(manifest.toFile()).get(list);
  }

  private static boolean isEncoder(JsonNode entry) {
    return latents(entry).size() >= 2 && entry.get("inputs").get(0).get("shape").size() >= 2;
  }

  private static boolean isDecoder(JsonNode entry) {
    return entry.get("inputs").get(0).get("shape").size() == 2
        && entry.get("outputs").size() == 1
        && entry.get("outputs").get(0).get("shape").size() == 4;
  }

  /** Names of the outputs [N, L]. */
  private static List<String> latents(JsonNode entry) {
    List<String> names = new ArrayList<>();
    for (JsonNode output : entry.get("outputs")) {
      if (output.get("shape").size() == 2) {
        names.add(output.get("name").asText());
      }
    }
    return names;
  }

  private static void checkEncoder(JsonNode entry) throws IOException {
    Path folder = INTEROP.resolve(entry.get("id").asText());
    Npz.Floats images = Npz.read(folder.resolve("inputs.npz")).values().iterator().next();
    Map<String, Npz.Floats> outputs = Npz.read(folder.resolve("outputs.npz"));
    boolean usual = outputs.containsKey("mean") && outputs.containsKey("log_var");
    String mean = usual ? "mean" : latents(entry).get(0);
    String logVar = usual ? "log_var" : latents(entry).get(1);
    ModelOptions options = ModelOptions.defaults().withThreads(2);
    if (!usual) {
      options = options.withMean(mean).withLogVar(logVar);
    }
    Path file = INTEROP.resolve(entry.get("path").asText());
    try (BetaVaeModel model = BetaVaeModel.open(file, null, options)) {
      float[] nchw = channelsFirst(images);
      Embeddings embeddings = model.embed(nchw);
      assertEquals(images.shape()[0], embeddings.count());
      assertClose(entry, outputs.get(mean).values(), embeddings.mean());
      assertClose(entry, outputs.get(logVar).values(), embeddings.logVar());
      float[] first = Arrays.copyOf(nchw, model.info().imageSize());
      assertClose(entry, first(outputs.get(mean)), model.embed(first).mean());
    }
  }

  private static void checkDecoder(JsonNode entry) throws IOException {
    Path folder = INTEROP.resolve(entry.get("id").asText());
    Npz.Floats z = Npz.read(folder.resolve("inputs.npz")).values().iterator().next();
    Map.Entry<String, Npz.Floats> output =
        Npz.read(folder.resolve("outputs.npz")).entrySet().iterator().next();
    float[] expected = channelsFirst(output.getValue());
    if (output.getKey().equals("logits")) {
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (float) (1 / (1 + Math.exp(-expected[i])));
      }
    }
    Path file = INTEROP.resolve(entry.get("path").asText());
    try (BetaVaeModel model =
        BetaVaeModel.open(null, file, ModelOptions.defaults().withThreads(2))) {
      Images images = model.decode(z.values());
      assertEquals(z.shape()[0], images.count());
      assertClose(entry, expected, images.values());
      float[] one = model.decode(Arrays.copyOf(z.values(), model.info().latentSize())).values();
      assertClose(entry, Arrays.copyOf(expected, one.length), one);
    }
  }

  /**
   * What is wrong inside a file is ONNX Runtime's to say, in its own words; ours are the path and
   * one line.
   */
  private static void checkDamaged(Path file) {
    ModelException e =
        assertThrows(
            ModelException.class,
            () -> BetaVaeModel.open(file, null, ModelOptions.defaults()).close());
    assertEquals(file, e.path());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
    assertTrue(e.getMessage().startsWith("Model " + file + ": "), e.getMessage());
    assertTrue(e.getMessage().toLowerCase(Locale.ROOT).contains("expected"), e.getMessage());
  }

  private static void assertClose(JsonNode entry, float[] expected, float[] actual) {
    double atol = entry.get("atol").asDouble();
    double rtol = entry.get("rtol").asDouble();
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      double limit = atol + rtol * Math.abs(expected[i]);
      assertEquals(expected[i], actual[i], limit, "value " + i);
    }
  }

  private static float[] first(Npz.Floats array) {
    return Arrays.copyOf(array.values(), array.values().length / array.shape()[0]);
  }

  private static float[] channelsFirst(Npz.Floats images) {
    int[] shape = images.shape();
    if (shape.length != 4 || shape[3] > MAX_CHANNELS || shape[1] <= MAX_CHANNELS) {
      return images.values();
    }
    float[] turned = new float[images.values().length];
    int plane = shape[1] * shape[2];
    for (int i = 0; i < turned.length; i++) {
      int channel = i % shape[3];
      int pixel = i / shape[3] % plane;
      int image = i / shape[3] / plane;
      turned[(image * shape[3] + channel) * plane + pixel] = images.values()[i];
    }
    return turned;
  }
}
