package org.betavae.train.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;

/**
 * Which network, and its settings.
 *
 * @param arch one of {@link #ARCHS}, or {@link #IMPORTED}
 * @param latent number of latents, at least 1
 * @param imageSize side to which the pictures of a folder are resized, at least 1; null for what
 *     suits the network
 * @param encoderLayers the encoder without its heads, if {@code arch} is {@link #LAYERS}; else
 *     empty
 * @param decoderLayers the decoder, if {@code arch} is {@link #LAYERS}; else empty
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record NetworkSettings(
    String arch,
    int latent,
    Integer imageSize,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonDeserialize(using = LayerList.class)
        List<Layer> encoderLayers,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonDeserialize(using = LayerList.class)
        List<Layer> decoderLayers) {

  /** The network that is described by its layers. */
  public static final String LAYERS = "layers";

  /** The network that is an encoder and a decoder of another program. */
  public static final String IMPORTED = "imported";

  /** The named networks and {@link #LAYERS}; {@link #IMPORTED} comes with a model. */
  public static final List<String> ARCHS = archs();

  /** disentanglement_lib's defaults (Locatello et al. 2019, table 1). */
  public static final NetworkSettings DEFAULT = named("conv64", 10);

  public NetworkSettings {
    encoderLayers = encoderLayers == null ? List.of() : List.copyOf(encoderLayers);
    decoderLayers = decoderLayers == null ? List.of() : List.copyOf(decoderLayers);
    if (!IMPORTED.equals(arch)) {
      Settings.requireOneOf("arch", arch, ARCHS);
    }
    Settings.require(latent >= 1, "latent", latent, "a whole number >= 1", "The usual size is 10.");
    Settings.require(
        imageSize == null || imageSize >= 1,
        "image-size",
        imageSize,
        "a whole number >= 1",
        "Leave it out for the size that the network takes.");
    requireLayers("encoder-layers", encoderLayers, arch);
    requireLayers("decoder-layers", decoderLayers, arch);
  }

  /** A network of {@link Networks#NAMES}. */
  public static NetworkSettings named(String arch, int latent) {
    return new NetworkSettings(arch, latent, null, List.of(), List.of());
  }

  /** Whether the network is that of an imported model. */
  public boolean imported() {
    return arch.equals(IMPORTED);
  }

  private static List<String> archs() {
    List<String> archs = new ArrayList<>(Networks.NAMES);
    archs.add(LAYERS);
    return List.copyOf(archs);
  }

  private static void requireLayers(String name, List<Layer> layers, String arch) {
    if (arch.equals(LAYERS) && layers.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + " is missing or empty and arch is layers, expected a list of layers. Write it in a"
              + " file for --config, as in docs/networks.md.");
    }
    if (!arch.equals(LAYERS) && !layers.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + " has "
              + layers.size()
              + " layers and arch is "
              + arch
              + ", expected arch: layers with lists of layers. Set arch, or leave out the lists.");
    }
  }

  /**
   * The network for items of a shape.
   *
   * @param outputsPerValue numbers that the likelihood needs for each value of an item
   * @throws IllegalArgumentException if the network cannot take the shape; a list of layers with
   *     the shapes layer by layer
   */
  public LayerNetwork newNetwork(ItemShape shape, int outputsPerValue) {
    if (imported()) {
      throw new IllegalArgumentException(
          "arch is imported, expected a model to take the network from. Use finetune --from, or one"
              + " of "
              + String.join(", ", ARCHS)
              + ".");
    }
    LayerNetwork network =
        arch.equals(LAYERS)
            ? new LayerNetwork(LAYERS, encoderLayers, decoderLayers)
            : Networks.of(arch, shape, outputsPerValue);
    network.requireFits(shape, latent, outputsPerValue);
    return network;
  }
}
