package org.betavae.samples.service;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code betavae.*}.
 *
 * @param model the model folder, as {@code betavae export} or a run wrote it
 * @param threads processor threads for the model, by all requests together
 * @param maxItems the most images that one request may embed or generate
 */
@ConfigurationProperties("betavae")
public record ModelSettings(
    Path model, @DefaultValue("2") int threads, @DefaultValue("256") int maxItems) {

  /** Checks the values; the model itself is checked where it is opened. */
  public ModelSettings {
    if (model == null) {
      throw new IllegalArgumentException(
          "betavae.model is not set, expected a model folder. Start with"
              + " --betavae.model=FOLDER, or set BETAVAE_MODEL.");
    }
    if (maxItems < 1) {
      throw new IllegalArgumentException(
          "betavae.max-items is " + maxItems + ", expected 1 and more. Correct it.");
    }
  }
}
