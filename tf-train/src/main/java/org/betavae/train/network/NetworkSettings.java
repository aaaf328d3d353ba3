package org.betavae.train.network;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;

/**
 * Which network, and its settings.
 *
 * @param arch one of {@link Networks#NAMES}
 * @param latent number of latents, at least 1
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record NetworkSettings(String arch, int latent) {

  /** disentanglement_lib's defaults (Locatello et al. 2019, table 1). */
  public static final NetworkSettings DEFAULT = new NetworkSettings("conv64", 10);

  public NetworkSettings {
    Settings.requireOneOf("arch", arch, Networks.NAMES);
    Settings.require(latent >= 1, "latent", latent, "a whole number >= 1", "The usual size is 10.");
  }

  /**
   * The network for items of a shape.
   *
   * @param outputsPerValue numbers that the likelihood needs for each value of an item
   * @throws IllegalArgumentException if the network cannot take the shape
   */
  public Network newNetwork(ItemShape shape, int outputsPerValue) {
    return Networks.of(arch, shape, outputsPerValue);
  }
}
