package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every ONNX model of other frameworks is imported and gives, in TensorFlow, what its own framework
 * gave, with no transposition between its layers.
 */
@Tag("reference")
class ImportInteropReferenceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "interop");

  @TestFactory
  Stream<DynamicTest> models() throws IOException {
    assumeTrue(Files.exists(FOLDER.resolve("manifest.json")), "no models in " + FOLDER);
    List<DynamicTest> tests = new ArrayList<>();
    JsonNode all = new ObjectMapper().readTree(FOLDER.resolve("manifest.json").toFile());
    for (JsonNode m : all.get("models")) {
      if (m.get("kind").asText().equals("onnx")) {
        tests.add(DynamicTest.dynamicTest(m.get("id").asText(), () -> check(m)));
      }
    }
    return tests.stream();
  }

  private static void check(JsonNode m) {
    Path folder = FOLDER.resolve(m.get("id").asText());
    OnnxModel onnx = OnnxModel.read(FOLDER.resolve(m.get("path").asText()));
    TfModel tf = OnnxToTf.convert(onnx, ImportOptions.defaults());
    assertEquals(
        onnx.outputs().stream().map(TensorSpec::name).toList(),
        tf.outputs().stream().map(TensorSpec::name).toList());
    Map<String, Value> feeds = new LinkedHashMap<>();
    Npz.read(folder.resolve("inputs.npz")).forEach((name, t) -> feeds.put(name, Value.of(t)));
    Map<String, Value> got = TfRun.run(tf.graph(), feeds);
    Npz.read(folder.resolve("outputs.npz"))
        .forEach(
            (name, t) ->
                assertEquals(
                    "",
                    got.get(name)
                        .difference(
                            Value.of(t), m.get("rtol").asDouble(), m.get("atol").asDouble()),
                    name));
    long images =
        Stream.concat(tf.inputs().stream(), tf.outputs().stream())
            .filter(s -> s.shape() == null || s.shape().size() > 2)
            .count();
    int transposes = tf.graph().operatorCounts().getOrDefault("Transpose", 0);
    if (tf.graph().operatorCounts().containsKey("Conv2D")) {
      assertTrue(
          transposes <= images,
          () -> transposes + " transpositions, expected one an image at most: " + images);
    }
  }
}
