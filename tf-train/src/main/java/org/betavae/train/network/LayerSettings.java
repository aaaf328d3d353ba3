package org.betavae.train.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.betavae.data.NearestName;
import org.betavae.train.Settings;

/** The settings of one entry of a list of layers. What is never asked for is refused at the end. */
final class LayerSettings {
  private final ObjectNode given;
  private final String example;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * Settings as they stand in the file.
   *
   * @param value a map, nothing, or one value for the setting {@code shorthand}
   * @param shorthand empty if the layer has none
   * @param example the whole entry, for errors
   */
  LayerSettings(JsonNode value, String shorthand, String example) {
    this.example = example;
    if (value == null || value.isNull() || value.isMissingNode()) {
      given = JsonNodeFactory.instance.objectNode();
    } else if (value instanceof ObjectNode map) {
      given = map;
    } else if (!shorthand.isEmpty()) {
      given = JsonNodeFactory.instance.objectNode().set(shorthand, value);
    } else {
      throw new IllegalArgumentException(
          "settings are " + value + ", expected names and values. " + write());
    }
  }

  boolean has(String name) {
    known.add(name);
    return given.has(name);
  }

  /** The value as it stands in the file. */
  JsonNode needed(String name, String expected) {
    if (!has(name)) {
      throw new IllegalArgumentException(
          name + " is missing, expected " + expected + ". " + write());
    }
    return given.get(name);
  }

  int whole(String name) {
    return whole(needed(name, "a whole number >= 1"), name);
  }

  int whole(String name, int otherwise) {
    return has(name) ? whole(name) : otherwise;
  }

  private int whole(JsonNode value, String name) {
    boolean ok = value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1;
    Settings.require(ok, name, value, "a whole number >= 1", write());
    return value.intValue();
  }

  double number(String name) {
    JsonNode value = needed(name, "a number");
    Settings.require(value.isNumber(), name, value, "a number", write());
    return value.doubleValue();
  }

  double number(String name, double otherwise) {
    return has(name) ? number(name) : otherwise;
  }

  /** A list of whole numbers, as many as one of {@code counts}. */
  List<Integer> sizes(String name, String expected, Integer... counts) {
    JsonNode list = needed(name, expected);
    Settings.require(
        list.isArray() && Arrays.asList(counts).contains(list.size()),
        name,
        list,
        expected,
        write());
    List<Integer> sizes = new ArrayList<>();
    list.forEach(size -> sizes.add(whole(size, name)));
    return sizes;
  }

  /** One of an enum's constants, by its name in lower case; the first if it is not given. */
  <E extends Enum<E>> E choice(String name, Class<E> type) {
    Map<String, E> choices = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      choices.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    return choice(name, choices, choices.values().iterator().next());
  }

  <T> T choice(String name, Map<String, T> choices, T otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    String value = given.get(name).asText();
    Settings.requireOneOf(name, value, List.copyOf(choices.keySet()));
    return choices.get(value);
  }

  /** Refuses settings that the layer does not have; to be called when all have been asked for. */
  void requireNoOthers() {
    given
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException(
                    "unknown setting "
                        + name
                        + ", expected "
                        + (known.isEmpty() ? "none" : "one of " + String.join(", ", known))
                        + "."
                        + NearestName.question(name, known)
                        + " "
                        + write());
              }
            });
  }

  private String write() {
    return "Write for example '- " + example + "'.";
  }
}
