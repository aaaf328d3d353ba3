package org.betavae.serve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Images;

/** What {@code /v1/generate} is asked for: latents to decode, or how many to draw. */
final class GenerateRequest {
  private int count = 1;
  private long seed;
  private double temperature = 1;
  private boolean draws;
  private Items latents;

  private GenerateRequest() {}

  static GenerateRequest read(Call call, ItemReader reader, int latentSize) {
    call.refuseEncodings();
    GenerateRequest request = new GenerateRequest();
    List<Integer> item = List.of(latentSize);
    switch (call.contentType()) {
      case Call.OCTETS -> request.latents = reader.octets("z", call.body(), item);
      case Call.JSON ->
          ItemReader.document(
              call.body(),
              json -> {
                request.fields(json, reader, item);
                return request;
              });
      default -> throw ItemReader.wrongType(call, Call.JSON, Call.OCTETS);
    }
    if (request.latents != null && request.draws) {
      throw new Problem(
          ProblemType.WRONG_INPUT,
          "The body has z beside count, seed or temperature, expected either. Send z to decode"
              + " latents, the others to draw them.");
    }
    reader.count(request.latents == null ? "count" : "z", request.count());
    return request;
  }

  /** How many images it asks for. */
  int count() {
    return latents == null ? count : latents.count();
  }

  private void fields(JsonParser json, ItemReader reader, List<Integer> item) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "z" ->
            latents = Items.of("z", JsonArray.read("z", json, reader.mostValues(item)), item);
        case "count" -> count = Math.toIntExact(whole(json, field, Integer.MAX_VALUE));
        case "seed" -> seed = whole(json, field, Long.MAX_VALUE);
        case "temperature" -> temperature = number(json);
        default -> throw ItemReader.unknown(field, "z", "count", "seed", "temperature");
      }
      draws |= !field.equals("z");
    }
  }

  private static long whole(JsonParser json, String field, long largest) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      JsonParser.NumberType type = json.getNumberType();
      if (type != JsonParser.NumberType.BIG_INTEGER && json.getLongValue() <= largest) {
        long value = json.getLongValue();
        if (value >= Integer.MIN_VALUE || largest == Long.MAX_VALUE) {
          return value;
        }
      }
    }
    throw new Problem(
        ProblemType.WRONG_INPUT,
        field
            + " is "
            + JsonArray.describe(json)
            + ", expected a whole number of at most "
            + (largest == Long.MAX_VALUE ? "64" : "32")
            + " bits. Leave it out for its default.");
  }

  private static double number(JsonParser json) throws IOException {
    if (!json.currentToken().isNumeric()) {
      throw new Problem(
          ProblemType.WRONG_INPUT,
          "temperature is "
              + JsonArray.describe(json)
              + ", expected a number. Leave it out for 1.");
    }
    return json.getDoubleValue();
  }

  Images run(BetaVaeModel model) {
    return latents == null
        ? model.generate(count, seed, temperature)
        : model.decode(latents.values());
  }
}
