package org.betavae.serve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import org.betavae.data.DataException;
import org.betavae.data.EncodedPicture;
import org.betavae.data.ItemShape;
import org.betavae.infer.ModelInfo;

/** Reads the images that a request brings, in any of the forms that the service takes. */
final class ItemReader {
  private static final float WHITE = 255f;
  private static final String IMAGES = "images";

  /** A decoded pixel: up to four channels of 16 bits in the picture's own form, and as levels. */
  private static final int PIXEL_BYTES = 12;

  /** The shortest number of a JSON array, with its comma. */
  private static final int SHORTEST_NUMBER = 2;

  private final Limits limits;

  ItemReader(Limits limits) {
    this.limits = limits;
  }

  /**
   * Reads the body.
   *
   * @param held for a picture's pixels while they are decoded
   * @throws Problem if it is no batch of items for the model, or too large a one
   */
  Items read(Call call, ModelInfo info, ImageMemory.Held held) {
    call.refuseEncodings();
    Items items =
        switch (call.contentType()) {
          case Call.JSON -> json(call.body(), info);
          case Call.OCTETS -> octets(IMAGES, call.body(), info.inputShape());
          case Call.PNG, Call.JPEG -> picture(call.body(), info, held);
          default -> throw wrongType(call, Call.JSON, Call.OCTETS, Call.PNG, Call.JPEG);
        };
    return checked(IMAGES, items);
  }

  /** What reading the body takes: its values, twice where their array has to grow. */
  long bytes(Call call, List<Integer> item) {
    return switch (call.contentType()) {
      case Call.JSON ->
          2L * Float.BYTES * Math.min(call.body().length / SHORTEST_NUMBER, mostValues(item));
      case Call.OCTETS -> call.body().length;
      default -> 2L * Float.BYTES * Items.size(item); // a picture, besides its pixels
    };
  }

  static Problem wrongType(Call call, String... allowed) {
    String found = call.contentType();
    return new Problem(
        ProblemType.WRONG_TYPE,
        "Content-Type is "
            + (found.isEmpty() ? "missing" : "'" + found + "'")
            + ", expected one of "
            + String.join(", ", allowed)
            + ". Name the type of the body.");
  }

  /** Refuses more items than are allowed. */
  Items checked(String name, Items items) {
    count(name, items.count());
    return items;
  }

  /** Refuses more items than are allowed. */
  void count(String name, long count) {
    if (count > limits.items()) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          name
              + (name.equals("count") ? " asks for " : " has ")
              + count
              + " items, expected at most "
              + limits.items()
              + ". Send several requests.");
    }
  }

  /** The most values that a batch can have. */
  int mostValues(List<Integer> item) {
    return (int) Math.min(Integer.MAX_VALUE - 8, (long) limits.items() * Items.size(item));
  }

  Items octets(String name, byte[] body, List<Integer> item) {
    int bytes = Items.size(item) * Float.BYTES;
    if (body.length == 0 || body.length % bytes != 0) {
      throw new Problem(
          ProblemType.WRONG_INPUT,
          name
              + (body.length == 0 ? " is empty" : " has " + body.length + " bytes")
              + ", expected a multiple of "
              + bytes
              + ", little-endian float32 "
              + item
              + " each. Pass whole items of the model's own size, one after another.");
    }
    count(name, body.length / bytes);
    return new Items(body.length / bytes, Floats.read(body));
  }

  private Items json(byte[] body, ModelInfo info) {
    return document(
        body,
        json -> {
          Items items = null;
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            if (!field.equals(IMAGES)) {
              throw unknown(field, IMAGES);
            }
            items =
                Items.of(
                    IMAGES,
                    JsonArray.read(IMAGES, json, mostValues(info.inputShape())),
                    info.inputShape());
          }
          if (items == null) {
            throw new Problem(
                ProblemType.WRONG_INPUT,
                "images is missing, expected an array of items of "
                    + info.inputShape()
                    + ". Send {\"images\": [...]}.");
          }
          return items;
        });
  }

  static Problem unknown(String field, String... known) {
    return new Problem(
        ProblemType.WRONG_INPUT,
        "The body has the field '"
            + field
            + "', expected only "
            + String.join(", ", known)
            + ". Remove or rename it.");
  }

  /** What is done with the fields of an object; the parser stands at its beginning. */
  interface Fields<T> {
    T read(JsonParser json) throws IOException;
  }

  /**
   * Reads a body that is one JSON object and nothing else.
   *
   * @throws Problem if it is not
   */
  static <T> T document(byte[] body, Fields<T> fields) {
    try (JsonParser json = JsonText.FACTORY.createParser(body)) {
      JsonToken first = json.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new Problem(
            ProblemType.UNREADABLE,
            "The body is "
                + (first == null ? "empty" : "JSON but no object")
                + ", expected a JSON object. See /openapi.json.");
      }
      T result = fields.read(json);
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw new Problem(
            ProblemType.UNREADABLE,
            "The body goes on after its JSON object, expected nothing more. Send one object.");
      }
      return result;
    } catch (JsonProcessingException e) {
      throw new Problem(
          ProblemType.UNREADABLE,
          "The body is no JSON: "
              + plain(e.getOriginalMessage())
              + " (line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + "), expected an object. Check how it was written.");
    } catch (IOException e) {
      throw new Problem(
          ProblemType.UNREADABLE,
          "The body is no JSON: "
              + e.getMessage()
              + ", expected an object in UTF-8. Check how it was written.");
    }
  }

  /** What the parser says, without what it says to its programmers. */
  private static String plain(String message) {
    return message
        .replaceAll("\\s+", " ")
        .replaceAll(" \\(start marker at \\[Source.*?\\]\\)", "")
        .replaceAll(": enable `.*", ", which JSON has no number for");
  }

  private Items picture(byte[] body, ModelInfo info, ImageMemory.Held held) {
    List<Integer> item = info.inputShape();
    if (info.isVector() || (item.get(0) != 1 && item.get(0) != 3)) {
      throw new Problem(
          ProblemType.WRONG_TYPE,
          "The model's items are "
              + item
              + ", expected images of 1 or 3 channels to read a picture into. Send the values as "
              + Call.JSON
              + " or "
              + Call.OCTETS
              + ".");
    }
    try {
      EncodedPicture picture = EncodedPicture.of("body", body);
      long pixels = (long) picture.width() * picture.height();
      if (pixels > limits.pixels()) {
        throw new Problem(
            ProblemType.TOO_LARGE,
            "The picture is "
                + picture.width()
                + "x"
                + picture.height()
                + ", expected at most "
                + limits.pixels()
                + " pixels. Shrink it.");
      }
      ItemShape shape = ItemShape.image(item.get(1), item.get(2), item.get(0));
      byte[] levels = held.during(pixels * PIXEL_BYTES, () -> picture.read(shape));
      return new Items(1, channelsFirst(levels, item));
    } catch (DataException e) {
      throw new Problem(ProblemType.UNREADABLE, e.getMessage());
    }
  }

  /** Levels {@code [H, W, C]} as values in [0,1], {@code [C, H, W]}. */
  private static float[] channelsFirst(byte[] levels, List<Integer> item) {
    int channels = item.get(0);
    int pixels = item.get(1) * item.get(2);
    float[] values = new float[levels.length];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < channels; c++) {
        values[c * pixels + i] = (levels[i * channels + c] & 0xff) / WHITE;
      }
    }
    return values;
  }
}
