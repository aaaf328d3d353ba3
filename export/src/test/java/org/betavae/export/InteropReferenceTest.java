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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every TensorFlow model of the reference folder converts and gives the outputs that TensorFlow
 * gave, or is refused by naming operators.
 */
@Tag("reference")
final class InteropReferenceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "interop");

  @Test
  void tensorFlowModels_convertAndAgree_orAreRefusedWithTheirOperators() throws IOException {
    Path manifest = FOLDER.resolve("manifest.json");
    assumeTrue(Files.exists(manifest), "no reference models in " + FOLDER);
    List<String> converted = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(manifest.toFile()).get("models")) {
      if (entry.get("kind").asText().equals("onnx")) {
        continue;
      }
      for (int opset : new int[] {13, 17, 21}) {
        String id = entry.get("id").asText() + "@" + opset;
        try {
          List<String> differences = compare(entry, opset);
          if (differences.isEmpty()) {
            converted.add(id);
          } else {
            wrong.add(id + ": " + differences);
          }
        } catch (ConversionException e) {
          if (e.getMessage().contains("no converter for") && names(entry, e.getMessage())) {
            refused.add(id + ": " + e.getMessage());
          } else {
            wrong.add(id + ": " + e.getMessage());
          }
        } catch (RuntimeException e) {
          wrong.add(id + ": " + e);
        }
      }
    }
    System.out.println(
        "interop: "
            + converted.size()
            + " converted and equal, "
            + refused.size()
            + " refused, "
            + wrong.size()
            + " wrong");
    refused.forEach(r -> System.out.println("  refused " + r));
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    assertTrue(!converted.isEmpty());
  }

  private static boolean names(JsonNode entry, String message) {
    if (!entry.has("error_names_one_of")) {
      return true;
    }
    for (JsonNode op : entry.get("error_names_one_of")) {
      if (message.contains(op.asText())) {
        return true;
      }
    }
    return false;
  }

  private static List<String> compare(JsonNode entry, int opset) {
    OnnxModel model = TfToOnnx.convert(load(entry), ConvertOptions.defaults().withOpset(opset));
    if (System.getProperty("betavae.dump") != null) {
      model.write(
          Path.of(
              System.getProperty("betavae.dump"),
              entry.get("id").asText() + "-" + opset + ".onnx"));
    }
    Path folder = FOLDER.resolve(entry.get("id").asText());
    Map<String, Tensor> inputs = Npz.read(folder.resolve("inputs.npz"));
    Map<String, Tensor> wanted = Npz.read(folder.resolve("outputs.npz"));
    Map<String, Tensor> got = Ort.run(model, inputs);
    List<String> differences = new ArrayList<>();
    for (JsonNode o : entry.get("outputs")) {
      String name = o.get("name").asText();
      Tensor g = got.get(name);
      if (g == null) {
        differences.add(name + " is missing");
      } else if (wanted.containsKey(name)) {
        differences.addAll(
            differences(
                name,
                g,
                wanted.get(name),
                entry.get("atol").asDouble(),
                entry.get("rtol").asDouble()));
      } else {
        assertEquals(o.get("dtype").asText(), g.type().numpyName());
      }
    }
    return differences;
  }

  private static List<String> differences(
      String name, Tensor got, Tensor wanted, double atol, double rtol) {
    if (got.type() != wanted.type() || !Arrays.equals(got.shape(), wanted.shape())) {
      return List.of(name + " is " + got + ", expected " + wanted);
    }
    for (int i = 0; i < got.size(); i++) {
      double g = got.doubleAt(i);
      double w = wanted.doubleAt(i);
      boolean same =
          g == w
              || (Double.isNaN(g) && Double.isNaN(w))
              || Math.abs(g - w) <= atol + rtol * Math.abs(w);
      if (!same) {
        return List.of(name + "[" + i + "] is " + g + ", expected " + w);
      }
    }
    return List.of();
  }

  private static TfModel load(JsonNode entry) {
    Path path = FOLDER.resolve(entry.get("path").asText());
    if (entry.get("kind").asText().equals("saved_model")) {
      return TfModel.ofSavedModel(path, entry.get("signature").asText());
    }
    return TfModel.ofGraphDef(path, tensors(entry.get("inputs")), tensors(entry.get("outputs")));
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
