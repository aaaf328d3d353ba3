package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final String BEGIN = "<!-- begin round-trips -->\n";
  private static final String END = "<!-- end round-trips -->\n";

  @TempDir private Path temp;

  @Test
  void models_losingNothing_goToTheOtherSideAndBack() throws IOException {
    Path manifest = FOLDER.resolve("manifest.json");
    assumeTrue(Files.exists(manifest), "no reference models in " + FOLDER);
    List<String> rows = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(manifest.toFile()).get("models")) {
      String id = entry.get("id").asText();
      try {
        RoundTrip trip = roundTrip(entry, temp.resolve(id));
        rows.add(trip.row());
        trip.problems().forEach(p -> wrong.add(id + ": " + p));
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
    wrong.addAll(stale(rows));
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    assertTrue(!rows.isEmpty());
  }

  /**
   * The rows of the documentation that tell of the same models other things; with {@code
   * -Dbetavae.docs=write} the table is written anew. The last column depends on the processor.
   */
  private static List<String> stale(List<String> rows) throws IOException {
    Path page = Path.of("../docs/importing.md");
    if (!Files.exists(page)) {
      page = Path.of("docs/importing.md");
    }
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    if ("write".equals(System.getProperty("betavae.docs"))) {
      StringBuilder table = new StringBuilder();
      (RoundTrip.HEAD + "\n" + String.join("\n", rows))
          .lines()
          .forEach(row -> table.append("| ").append(row).append(" |\n"));
      Files.writeString(page, text.substring(0, begin) + table + text.substring(end));
      return List.of();
    }
    List<String> stale = new ArrayList<>();
    for (String line : text.substring(begin, end).lines().skip(2).toList()) {
      List<String> told = cells(line.substring(2));
      for (String row : rows) {
        List<String> now = cells(row);
        boolean same =
            told.get(0).equals(now.get(0)) && before(told).equals(before(now)) && told.size() == 6;
        if (same && !told.subList(1, 5).equals(now.subList(1, 5))) {
          stale.add(
              "docs/importing.md is stale: it says "
                  + line
                  + ", expected "
                  + row
                  + ". Run this test with -Dbetavae.docs=write.");
        }
      }
    }
    return stale;
  }

  private static List<String> cells(String row) {
    return Arrays.stream(row.split("\\|", 6)).map(String::strip).toList();
  }

  /** Nodes, Transposes and bytes of the model that the trip began with. */
  private static List<String> before(List<String> cells) {
    return cells.subList(1, 4).stream().map(c -> c.split(" → ", 2)[0]).toList();
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
