package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.betavae.data.NpzReader;
import org.betavae.export.OnnxModel;
import org.betavae.export.TensorSpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Encoder and decoder of other frameworks through one step and out again. */
@Tag("reference")
class FinetuneReferenceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "interop");

  @TempDir Path folder;

  private record Pair(JsonNode encoder, JsonNode decoder) {
    String name() {
      return encoder.path("id").asText();
    }

    String from() {
      return path(encoder).equals(path(decoder))
          ? path(encoder).toString()
          : path(encoder) + "," + path(decoder);
    }

    private static Path path(JsonNode entry) {
      return FOLDER.resolve(entry.path("path").asText());
    }

    boolean isOnnx() {
      return encoder.path("kind").asText().equals("onnx");
    }
  }

  /** Entries whose names differ in encoder and decoder alone. */
  private static List<Pair> pairs() throws IOException {
    Path manifest = FOLDER.resolve("manifest.json");
    assumeTrue(Files.isRegularFile(manifest), "no " + manifest);
    Map<String, JsonNode> byId = new LinkedHashMap<>();
    new ObjectMapper()
        .readTree(manifest.toFile())
        .path("models")
        .forEach(entry -> byId.put(entry.path("id").asText(), entry));
    List<Pair> pairs = new ArrayList<>();
    byId.forEach(
        (id, entry) -> {
          JsonNode decoder = byId.get(id.replace("encoder", "decoder"));
          boolean one =
              id.contains("encoder")
                  && decoder != null
                  && entry.path("inputs").size() == 1
                  && entry.path("dynamic_batch").asBoolean(true);
          if (one) {
            pairs.add(new Pair(entry, decoder));
          }
          if (id.endsWith("_encode") && byId.containsKey(id.replace("_encode", "_decode"))) {
            // both are signatures of one SavedModel, of which each folder has a copy
            ObjectNode other = byId.get(id.replace("_encode", "_decode")).deepCopy();
            other.set("path", entry.path("path"));
            pairs.add(new Pair(entry, other));
          }
        });
    return pairs;
  }

  @TestFactory
  Stream<DynamicTest> pair_isTrainedAStep_andComesBackAsItWas() throws IOException {
    return pairs().stream().map(pair -> dynamicTest(pair.name(), () -> check(pair)));
  }

  private void check(Pair pair) throws IOException {
    Path data = folder.resolve(pair.name() + ".npy");
    boolean unit = copyInputs(pair, data);
    Path out = folder.resolve(pair.name());
    JsonNode outputs = pair.encoder().path("outputs");
    boolean named = outputs.findValuesAsText("name").contains("mean");
    String line =
        "finetune --from % --data % --steps 1 --batch 2 --threads 1 --learning-rate 1e-6 --out %"
            + (unit ? "" : " --likelihood gaussian")
            + (named
                ? ""
                : " --mean "
                    + outputs.get(0).path("name").asText()
                    + " --log-var "
                    + outputs.get(1).path("name").asText());
    Cli.json(line, pair.from(), data, out);

    for (String half : List.of("encoder", "decoder")) {
      JsonNode entry = half.equals("encoder") ? pair.encoder() : pair.decoder();
      OnnxModel onnx = OnnxModel.read(out.resolve("model").resolve(half + ".onnx"));
      assertEquals(names(entry.path("inputs")), specNames(onnx.inputs()));
      assertEquals(names(entry.path("outputs")), specNames(onnx.outputs()));
      if (pair.isOnnx()) {
        assertEquals(
            entry.path("outputs").findValuesAsText("name"),
            onnx.outputs().stream().map(TensorSpec::name).toList());
        assertEquals(OnnxModel.read(Pair.path(pair.encoder())).opset(), onnx.opset());
      }
    }
    JsonNode verified = Cli.json("verify --from %", out); // tolerance 1e-5, scaled
    assertTrue(verified.path("passed").asBoolean(), verified.toString());
    Cli.json("embed --model % --data % --out %", out, data, folder.resolve("z.npy"));
  }

  private static List<String> names(JsonNode specs) {
    return specs.findValuesAsText("name").stream().sorted().toList();
  }

  private static List<String> specNames(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::name).sorted().toList();
  }

  /** Whether all values lie in [0, 1]. */
  private static boolean copyInputs(Pair pair, Path data) {
    Path npz = FOLDER.resolve(pair.encoder().path("id").asText()).resolve("inputs.npz");
    try (NpzReader in = NpzReader.open(npz);
        NpyReader array = in.get(in.names().iterator().next())) {
      int[] shape = array.shape();
      float[] values = array.toFloats();
      try (NpyWriter writer = NpyWriter.create(data, shape)) {
        writer.write(values, 0, values.length);
      }
      boolean unit = true;
      for (float value : values) {
        unit &= value >= 0 && value <= 1;
      }
      return unit;
    }
  }
}
