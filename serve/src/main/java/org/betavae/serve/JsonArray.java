package org.betavae.serve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a JSON array of numbers, nested as deep as may be, into a flat one, and finds its shape.
 * All numbers must lie at the same depth and all arrays of a depth have the same length.
 */
final class JsonArray {
  /** Deeper than any batch of images. */
  private static final int MOST_AXES = 8;

  private final String name;
  private final int mostValues;
  private final List<Integer> shape = new ArrayList<>();
  private float[] values = new float[1024];
  private int count;

  /**
   * @param name how messages call the array
   * @param mostValues more are refused
   */
  private JsonArray(String name, int mostValues) {
    this.name = name;
    this.mostValues = mostValues;
  }

  /**
   * Reads the array that the parser stands at the beginning of.
   *
   * @throws Problem if it is no regular array of numbers
   */
  static JsonArray read(String name, JsonParser json, int mostValues) throws IOException {
    JsonArray reader = new JsonArray(name, mostValues);
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw reader.wrong("is " + describe(json), "an array of numbers");
    }
    reader.array(json, 0);
    return reader;
  }

  /** All numbers in their order. */
  float[] values() {
    return count == values.length ? values : Arrays.copyOf(values, count);
  }

  /** Lengths, the outermost first. */
  List<Integer> shape() {
    return shape;
  }

  private void array(JsonParser json, int depth) throws IOException {
    if (depth == MOST_AXES) {
      throw wrong("is nested deeper than " + MOST_AXES + " arrays", "[N, C, H, W]");
    }
    boolean first = shape.size() == depth;
    if (first) {
      if (count > 0) {
        throw ragged();
      }
      shape.add(-1);
    }
    int length = 0;
    JsonToken token = json.nextToken();
    while (token != JsonToken.END_ARRAY) {
      if (token == JsonToken.START_ARRAY) {
        array(json, depth + 1);
      } else if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
        if (shape.size() != depth + 1) {
          throw ragged();
        }
        number(json.getFloatValue());
      } else {
        throw wrong("holds " + describe(json), "numbers alone");
      }
      length++;
      token = json.nextToken();
    }
    if (shape.get(depth) == -1) {
      shape.set(depth, length);
    } else if (shape.get(depth) != length) {
      throw ragged();
    }
  }

  private void number(float value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, Math.min(count * 2, Math.max(mostValues, count + 1)));
    }
    if (count == mostValues) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          name
              + " has more than "
              + mostValues
              + " values, expected at most as many. Send several requests.");
    }
    values[count++] = value;
  }

  private Problem ragged() {
    return wrong("has arrays of different lengths or depths", "the same for every item");
  }

  private Problem wrong(String found, String expected) {
    return new Problem(
        ProblemType.WRONG_INPUT,
        name + " " + found + ", expected " + expected + ". See /openapi.json.");
  }

  /** What the parser stands at, for messages. */
  static String describe(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    return token == null
        ? "missing"
        : switch (token) {
          case VALUE_STRING -> "the text \"" + shorten(json.getText()) + "\"";
          case START_OBJECT -> "an object";
          default -> json.getText();
        };
  }

  private static String shorten(String text) {
    return text.length() <= 20 ? text : text.substring(0, 20) + "...";
  }
}
