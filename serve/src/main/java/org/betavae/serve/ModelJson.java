package org.betavae.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.betavae.infer.ModelInfo;

/** Tells what is known of a model; what is not known is left out. */
final class ModelJson {
  private ModelJson() {}

  static byte[] of(OpenModel model, List<String> names) {
    return JsonText.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("name", model.name());
          shapes(json, model.info());
          training(json, model.info());
          latents(json, model.info());
          parity(json, model.info());
          json.writeArrayFieldStart("models");
          for (String name : names) {
            json.writeString(name);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void shapes(JsonGenerator json, ModelInfo info) throws IOException {
    json.writeArrayFieldStart("input_shape");
    for (int size : info.inputShape()) {
      json.writeNumber(size);
    }
    json.writeEndArray();
    json.writeNumberField("latent_size", info.latentSize());
    json.writeBooleanField("has_encoder", info.hasEncoder());
    json.writeBooleanField("has_decoder", info.hasDecoder());
  }

  private static void training(JsonGenerator json, ModelInfo info) throws IOException {
    text(json, "format_version", info.formatVersion());
    text(json, "likelihood", info.likelihood());
    text(json, "objective", info.objective());
    if (info.objectiveSettings().isPresent()) {
      json.writeFieldName("objective_settings");
      json.writeRawValue(info.objectiveSettings().get());
    }
    text(json, "dataset", info.dataset());
    if (info.steps().isPresent()) {
      json.writeNumberField("steps", info.steps().getAsLong());
    }
    if (info.seed().isPresent()) {
      json.writeNumberField("seed", info.seed().getAsLong());
    }
    text(json, "producer_version", info.producerVersion());
  }

  private static void latents(JsonGenerator json, ModelInfo info) throws IOException {
    numbers(json, "kl_per_latent", info.klPerDimension());
    numbers(json, "posterior_mean", info.posteriorMean());
    numbers(json, "posterior_std", info.posteriorStd());
  }

  private static void parity(JsonGenerator json, ModelInfo info) throws IOException {
    if (info.parityMaxAbsDifference().isPresent()) {
      json.writeObjectFieldStart("parity");
      json.writeNumberField("max_abs_difference", info.parityMaxAbsDifference().getAsDouble());
      if (info.parityInputs().isPresent()) {
        json.writeNumberField("inputs", info.parityInputs().getAsInt());
      }
      json.writeEndObject();
    }
  }

  private static void text(JsonGenerator json, String name, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(name, value.get());
    }
  }

  private static void numbers(JsonGenerator json, String name, Optional<List<Double>> values)
      throws IOException {
    if (values.isPresent()) {
      json.writeArrayFieldStart(name);
      for (double value : values.get()) {
        json.writeNumber(value);
      }
      json.writeEndArray();
    }
  }
}
