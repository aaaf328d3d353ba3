package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every model of the reference folder, taken to the other side and back, loses nothing. */
@Tag("reference")
final class RoundTripReferenceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "interop");

  @TempDir private Path temp;

  @Test
  void models_losingNothing_goToTheOtherSideAndBack() throws IOException {
    Path manifest = FOLDER.resolve("manifest.json");
    assumeTrue(Files.exists(manifest), "no reference models in " + FOLDER);
    List<String> rows = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    List<String> unequal = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(manifest.toFile()).get("models")) {
      String id = entry.get("id").asText();
      try {
        RoundTrip trip = roundTrip(entry, temp.resolve(id));
        rows.add(trip.row());
        // A collection of single operators grows by what each of them needs on the other side, and
        // transposed convolutions of TensorFlow's are taken apart on the first way alone.
        boolean collection =
            entry.path("one_output_per_feature").asBoolean()
                || !entry.get("kind").asText().equals("onnx");
        trip.problems()
            .forEach(p -> (collection && isOfBytes(p) ? unequal : wrong).add(id + ": " + p));
      } catch (ConversionException e) {
        refused.add(id + ": " + e.getMessage());
        if (!entry.has("expect")) {
          wrong.add(id + ": " + e.getMessage());
        }
      } catch (RuntimeException e) {
        wrong.add(id + ": " + e);
      }
    }
    System.out.println(RoundTrip.HEAD);
    rows.forEach(System.out::println);
    System.out.println(
        "round trips: "
            + rows.size()
            + " run, "
            + refused.size()
            + " refused, "
            + wrong.size()
            + " losses");
    refused.forEach(r -> System.out.println("  refused " + r));
    unequal.forEach(r -> System.out.println("  other bytes " + r));
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    assertTrue(!rows.isEmpty());
  }

  private static boolean isOfBytes(String problem) {
    return problem.startsWith(RoundTrip.TWICE) || problem.startsWith(RoundTrip.LARGER);
  }

  private static RoundTrip roundTrip(JsonNode entry, Path scratch) {
    String id = entry.get("id").asText();
    Path path = FOLDER.resolve(entry.get("path").asText());
    Map<String, Tensor> inputs = Npz.read(FOLDER.resolve(id).resolve("inputs.npz"));
    Set<String> random = new HashSet<>();
    if (entry.has("random_outputs")) {
      entry.get("random_outputs").forEach(o -> random.add(o.asText()));
    }
    return switch (entry.get("kind").asText()) {
      case "onnx" -> RoundTrip.ofOnnx(id, OnnxModel.read(path), inputs, random, scratch);
      case "saved_model" ->
          ofSavedModel(
              id,
              TfModel.ofSavedModel(path, entry.get("signature").asText()),
              inputs,
              random,
              scratch);
      default ->
          RoundTrip.ofTensorFlow(
              id,
              TfModel.ofGraphDef(path, tensors(entry.get("inputs")), tensors(entry.get("outputs"))),
              inputs,
              random,
              scratch);
    };
  }

  /**
   * Random states are not kept when a model is read, so where there are some the converted model
   * says what is wanted; {@code InteropReferenceTest} compares it with TensorFlow.
   */
  private static RoundTrip ofSavedModel(
      String id, TfModel model, Map<String, Tensor> inputs, Set<String> random, Path scratch) {
    if (random.isEmpty()) {
      return RoundTrip.ofTensorFlow(id, model, inputs, random, scratch);
    }
    Map<String, Tensor> wanted =
        Ort.run(TfToOnnx.convert(model, ConvertOptions.defaults()), inputs);
    return RoundTrip.ofTensorFlow(id, model, wanted, inputs, random, scratch);
  }

  private static List<String> tensors(JsonNode specs) {
    Map<String, String> out = new LinkedHashMap<>();
    specs.forEach(
        s ->
            out.put(
                s.get("name").asText(), s.get("name").asText() + "=" + s.get("tensor").asText()));
    return List.copyOf(out.values());
  }
}
