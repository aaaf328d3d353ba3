package org.betavae.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON to bytes, number by number. */
final class JsonText {
  /** For reading, too: one set of settings. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private JsonText() {}

  /** Writes one document. */
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  static byte[] bytes(Body body) {
    try (ByteArrayBuilder out = new ByteArrayBuilder(512)) {
      try (JsonGenerator json = FACTORY.createGenerator(out)) {
        body.write(json);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("JSON cannot be written to memory: " + e.getMessage(), e);
    }
  }

  /** Rows of a flat array, shape {@code [rows, columns]}. */
  static void rows(JsonGenerator json, float[] values, int columns) throws IOException {
    json.writeStartArray();
    for (int i = 0; i < values.length; i += columns) {
      json.writeStartArray();
      for (int j = i; j < i + columns; j++) {
        json.writeNumber(values[j]);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }
}
