package org.betavae.train.network;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.data.NearestName;

/** Reads a list of layers from settings. */
final class LayerList extends JsonDeserializer<List<Layer>> {
  @Override
  public List<Layer> deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    String name = parser.currentName();
    return read(name, parser.readValueAsTree());
  }

  /**
   * The layers of a list.
   *
   * @param name of the list, for errors
   * @throws IllegalArgumentException naming the first wrong entry by its number, from 1
   */
  static List<Layer> read(String name, JsonNode list) {
    if (!list.isArray()) {
      throw new IllegalArgumentException(
          name
              + " is "
              + list
              + ", expected a list of layers. Write each on a line of its own after '- '.");
    }
    List<Layer> layers = new ArrayList<>();
    for (JsonNode entry : list) {
      String place = name + ' ' + (layers.size() + 1);
      layers.add(layer(place, entry));
    }
    return layers;
  }

  private static Layer layer(String place, JsonNode entry) {
    if (entry.isTextual()) {
      return layer(place, entry.asText(), null);
    }
    if (entry instanceof ObjectNode map && map.size() == 1) {
      Map.Entry<String, JsonNode> only = map.properties().iterator().next();
      return layer(place, only.getKey(), only.getValue());
    }
    throw new IllegalArgumentException(
        place
            + " is "
            + entry
            + ", expected one layer. Write '- relu', or '- {conv: {filters: 32, kernel: 4}}' with"
            + " all settings within the inner braces.");
  }

  private static Layer layer(String place, String name, JsonNode value) {
    LayerKind kind = LayerKind.ALL.get(name);
    if (kind == null) {
      throw new IllegalArgumentException(
          place
              + ": unknown layer "
              + name
              + ", expected one of "
              + String.join(", ", LayerKind.ALL.keySet())
              + "."
              + NearestName.question(name, LayerKind.ALL.keySet()));
    }
    try {
      return kind.read(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + " (" + name + "): " + e.getMessage(), e);
    }
  }
}
