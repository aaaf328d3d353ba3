package org.betavae.train.imported;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.betavae.data.NpyReader;
import org.betavae.data.NpzReader;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.OnnxToTf;
import org.betavae.export.TfModel;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Models of other frameworks, replayed: same outputs, and gradients to every variable. */
@Tag("reference")
class ImportedReferenceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "interop");

  /** The loss is to fall by about this share in one small step. */
  private static final double FALL = 1e-3;

  private record Case(JsonNode entry) {
    String id() {
      return entry.path("id").asText();
    }

    boolean onnx() {
      return entry.path("kind").asText().equals("onnx");
    }

    boolean saved() {
      return entry.path("kind").asText().equals("saved_model");
    }

    /** One float32 input of at least a batch and a size, and outputs that are the model's own. */
    boolean fits() {
      JsonNode inputs = entry.path("inputs");
      return inputs.size() == 1
          && inputs.get(0).path("dtype").asText().equals("float32")
          && !entry.has("expect")
          && entry.path("dynamic_batch").asBoolean(true);
    }

    boolean isCollection() {
      return entry.path("one_output_per_feature").asBoolean(false);
    }

    boolean isRandom() {
      return entry.path("random_outputs").size() > 0;
    }

    ImportedGraph open() {
      Path path = FOLDER.resolve(entry.path("path").asText());
      String role = id().contains("decoder") ? "decoder" : "encoder";
      TfModel model =
          onnx()
              ? OnnxToTf.convert(OnnxModel.read(path), ImportOptions.defaults())
              : TfModel.ofSavedModel(path, entry.path("signature").asText());
      return new ImportedGraph(id(), role, model.graph(), onnx());
    }

    Map<String, float[]> arrays(String file, Map<String, long[]> shapes) {
      Map<String, float[]> arrays = new TreeMap<>();
      try (NpzReader in = NpzReader.open(FOLDER.resolve(id()).resolve(file))) {
        for (String name : in.names()) {
          try (NpyReader array = in.get(name)) {
            arrays.put(name, array.toFloats());
            shapes.put(name, Arrays.stream(array.shape()).asLongStream().toArray());
          }
        }
      }
      return arrays;
    }
  }

  private static List<Case> cases() throws IOException {
    Path manifest = FOLDER.resolve("manifest.json");
    assumeTrue(Files.isRegularFile(manifest), "no " + manifest);
    List<Case> cases = new ArrayList<>();
    new ObjectMapper()
        .readTree(manifest.toFile())
        .path("models")
        .forEach(entry -> cases.add(new Case(entry)));
    return cases.stream()
        .filter(c -> (c.saved() || c.onnx()) && c.fits() && !c.isRandom())
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> replayedModel_givesTheSourcesOutputs() throws IOException {
    return cases().stream().map(c -> dynamicTest(c.id(), () -> assertSameOutputs(c)));
  }

  @TestFactory
  Stream<DynamicTest> gradients_reachEveryVariable_andAStepLowersTheLoss() throws IOException {
    return cases().stream()
        .filter(c -> !c.isCollection())
        .map(c -> dynamicTest(c.id(), () -> assertTrains(c, false)));
  }

  @TestFactory
  Stream<DynamicTest> gradients_flowThroughBatchStatistics() throws IOException {
    return cases().stream()
        .filter(c -> !c.isCollection() && !c.open().norms().isEmpty())
        .map(c -> dynamicTest(c.id(), () -> assertTrains(c, true)));
  }

  private static void assertSameOutputs(Case c) {
    Map<String, long[]> shapes = new TreeMap<>();
    Map<String, float[]> inputs = c.arrays("inputs.npz", shapes);
    String input = inputs.keySet().iterator().next();
    Map<String, float[]> wanted = c.arrays("outputs.npz", shapes);
    double atol = c.entry().path("atol").asDouble();
    double rtol = c.entry().path("rtol").asDouble();
    int compared = 0;
    for (GraphRun.Array found : GraphRun.run(c.open(), shapes.get(input), inputs.get(input))) {
      float[] values = wanted.get(found.name());
      assertNotNull(values, found.name());
      if (found.values() == null) {
        continue; // whole numbers and flags are no concern of training
      }
      assertEquals(Arrays.toString(shapes.get(found.name())), Arrays.toString(found.shape()));
      for (int i = 0; i < values.length; i++) {
        double difference = Math.abs(values[i] - found.values()[i]);
        assertTrue(
            difference <= atol + rtol * Math.abs(values[i]) || equal(values[i], found.values()[i]),
            found.name() + "[" + i + "] is " + found.values()[i] + ", wanted " + values[i]);
      }
      compared++;
    }
    assertTrue(compared > 0);
  }

  private static boolean equal(float a, float b) {
    return Float.compare(a, b) == 0;
  }

  private static void assertTrains(Case c, boolean statisticsMove) {
    Map<String, long[]> shapes = new TreeMap<>();
    Map<String, float[]> inputs = c.arrays("inputs.npz", shapes);
    String input = inputs.keySet().iterator().next();
    long[] shape = shapes.get(input);
    float[] x = inputs.get(input);
    try (GraphRig rig = new GraphRig(c.open(), shape, statisticsMove)) {
      float before = rig.loss(shape, x);
      Map<String, float[]> gradients = rig.gradients(shape, x);
      assertTrue(!gradients.isEmpty(), "no variables are trained");
      double squares = 0;
      int moved = 0;
      for (Map.Entry<String, float[]> g : gradients.entrySet()) {
        assertNotNull(g.getValue(), "no gradient of " + g.getKey());
        double sum = 0;
        for (float value : g.getValue()) {
          assertTrue(Float.isFinite(value), g.getKey());
          sum += (double) value * value;
        }
        squares += sum;
        moved += sum > 0 ? 1 : 0;
      }
      assertTrue(moved * 4 >= gradients.size() * 3, moved + " of " + gradients.size());
      rig.set(rig.moved(gradients, FALL * before / squares));
      float after = rig.loss(shape, x);
      assertTrue(after < before, before + " to " + after);
    }
  }
}
