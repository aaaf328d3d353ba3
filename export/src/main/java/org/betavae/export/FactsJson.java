package org.betavae.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** {@link ModelFacts} as {@code model.json} and as the {@code metadata_props} of an ONNX file. */
final class FactsJson {
  /** Prefix of our keys among an ONNX file's metadata. */
  static final String PREFIX = "betavae.";

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private FactsJson() {}

  /** The facts as an indented JSON object with a line end. */
  static String write(ModelFacts facts) {
    try {
      return MAPPER.writeValueAsString(tree(facts)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "objectiveSettings are "
              + facts.objectiveSettings()
              + ", expected numbers, texts, flags, lists and maps. Give plain values.",
          e);
    }
  }

  /** The facts by metadata key: texts plain, all else as JSON. */
  static Map<String, String> metadata(ModelFacts facts, String role) {
    Map<String, String> out = new TreeMap<>();
    tree(facts)
        .properties()
        .forEach(
            e ->
                out.put(
                    PREFIX + e.getKey(),
                    e.getValue().isTextual() ? e.getValue().textValue() : e.getValue().toString()));
    out.put(PREFIX + "role", role);
    return out;
  }

  private static ObjectNode tree(ModelFacts f) {
    ObjectNode out = MAPPER.createObjectNode();
    out.put("format_version", ModelFacts.FORMAT_VERSION);
    out.set("input_shape", MAPPER.valueToTree(f.inputShape()));
    out.put("latent_size", f.latentSize());
    out.put("likelihood", f.likelihood());
    if (f.likelihoodScale() != null) {
      out.put("likelihood_scale", f.likelihoodScale());
    }
    out.put("objective", f.objective());
    out.set("objective_settings", MAPPER.valueToTree(f.objectiveSettings()));
    out.put("dataset", f.dataset());
    out.put("steps", f.steps());
    out.put("seed", f.seed());
    out.set("kl_per_dimension", MAPPER.valueToTree(f.klPerDimension()));
    out.set("posterior_mean", MAPPER.valueToTree(f.posteriorMean()));
    out.set("posterior_std", MAPPER.valueToTree(f.posteriorStd()));
    out.put("producer_version", f.producerVersion());
    if (f.parity() != null) {
      out.put("parity_max_abs_difference", f.parity().maxAbsDifference());
      out.put("parity_inputs", f.parity().inputs());
    }
    return out;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param what the file, for messages
   */
  static ModelFacts read(String json, String what) {
    ObjectNode root = parse(json, what);
    Fields in = new Fields(root, what);
    int version = in.whole("format_version").intValue();
    if (version != ModelFacts.FORMAT_VERSION) {
      throw new ConversionException(
          "Cannot read %s: format_version is %d, expected %d. Use the version of this program that wrote it."
              .formatted(what, version, ModelFacts.FORMAT_VERSION));
    }
    try {
      return new ModelFacts(
          in.list("input_shape", JsonNode::intValue),
          in.whole("latent_size").intValue(),
          in.text("likelihood"),
          in.text("objective"),
          in.map("objective_settings"),
          in.text("dataset"),
          in.whole("steps").longValue(),
          in.whole("seed").longValue(),
          in.list("kl_per_dimension", JsonNode::doubleValue),
          in.list("posterior_mean", JsonNode::doubleValue),
          in.list("posterior_std", JsonNode::doubleValue),
          in.text("producer_version"),
          root.has("parity_inputs")
              ? new ModelFacts.Parity(
                  in.number("parity_max_abs_difference").doubleValue(),
                  in.whole("parity_inputs").intValue())
              : null,
          root.has("likelihood_scale") ? in.number("likelihood_scale").doubleValue() : null);
    } catch (IllegalArgumentException e) {
      throw new ConversionException("Cannot read " + what + ": " + e.getMessage(), e);
    }
  }

  private static ObjectNode parse(String json, String what) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode root) {
        return root;
      }
    } catch (JsonProcessingException e) {
      throw new ConversionException(
          "Cannot read %s: no JSON at line %d, column %d (%s). The file is damaged; export the model again."
              .formatted(
                  what,
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr(),
                  e.getOriginalMessage()),
          e);
    }
    throw new ConversionException(
        "Cannot read "
            + what
            + ": it is no JSON object. The file is of another kind; export the model again.");
  }

  /** Typed access to a JSON object's fields, with errors that name the field. */
  private record Fields(ObjectNode root, String what) {
    JsonNode get(String key, boolean ok, String expected) {
      JsonNode v = root.get(key);
      if (!ok) {
        throw new ConversionException(
            "Cannot read "
                + what
                + ": "
                + key
                + " is "
                + (v == null ? "missing" : v)
                + ", expected "
                + expected
                + ". Export the model again.");
      }
      return v;
    }

    JsonNode whole(String key) {
      return get(key, root.path(key).isIntegralNumber(), "a whole number");
    }

    JsonNode number(String key) {
      return get(key, root.path(key).isNumber(), "a number");
    }

    String text(String key) {
      return get(key, root.path(key).isTextual(), "a text").textValue();
    }

    <T> List<T> list(String key, Function<JsonNode, T> element) {
      boolean numbers = root.path(key).isArray();
      for (JsonNode v : root.path(key)) {
        numbers &= v.isNumber();
      }
      List<T> out = new ArrayList<>();
      get(key, numbers, "a list of numbers").forEach(v -> out.add(element.apply(v)));
      return out;
    }

    @SuppressWarnings("unchecked") // a JSON object becomes a map by text
    Map<String, Object> map(String key) {
      return MAPPER.convertValue(get(key, root.path(key).isObject(), "an object"), Map.class);
    }
  }
}
