package org.betavae.infer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What is known of an open model: shapes from the files' graphs, all else from the metadata that
 * {@code export} wrote into them (property names {@code betavae.*}); empty where a model made
 * elsewhere says nothing.
 *
 * @param hasEncoder whether {@code embed} and {@code reconstruct} are possible
 * @param hasDecoder whether {@code decode} and all that generates are possible
 * @param inputShape shape of one image {@code [C, H, W]}, or {@code [D]} for vectors
 * @param latentSize number of latent dimensions, L
 * @param formatVersion version of the model folder's format
 * @param likelihood such as {@code bernoulli}
 * @param objective such as {@code beta-vae}
 * @param objectiveSettings the objective's settings, JSON text
 * @param dataset what the model was trained on
 * @param steps training steps
 * @param seed the training's seed
 * @param klPerDimension KL divergence to the prior per latent dimension, nats per image, shape
 *     {@code [L]}
 * @param posteriorMean mean of the aggregate posterior per latent dimension, shape {@code [L]}
 * @param posteriorStd standard deviation of the aggregate posterior per latent dimension, shape
 *     {@code [L]}
 * @param producerVersion version of the program that exported the model
 * @param parityMaxAbsDifference largest |TensorFlow − ONNX Runtime| seen at export
 * @param parityInputs on how many inputs
 * @param likelihoodScale width of the likelihood that all values share
 * @param prior {@code standard-normal}, {@code vamp} ...; empty where the file says nothing of it
 */
public record ModelInfo(
    boolean hasEncoder,
    boolean hasDecoder,
    List<Integer> inputShape,
    int latentSize,
    Optional<String> formatVersion,
    Optional<String> likelihood,
    Optional<String> objective,
    Optional<String> objectiveSettings,
    Optional<String> dataset,
    OptionalLong steps,
    OptionalLong seed,
    Optional<List<Double>> klPerDimension,
    Optional<List<Double>> posteriorMean,
    Optional<List<Double>> posteriorStd,
    Optional<String> producerVersion,
    OptionalDouble parityMaxAbsDifference,
    OptionalInt parityInputs,
    OptionalDouble likelihoodScale,
    Optional<String> prior) {

  /** Takes copies of the lists. */
  public ModelInfo {
    inputShape = List.copyOf(inputShape);
    klPerDimension = klPerDimension.map(List::copyOf);
    posteriorMean = posteriorMean.map(List::copyOf);
    posteriorStd = posteriorStd.map(List::copyOf);
  }

  /** Number of values of one image, C·H·W, or D. */
  public int imageSize() {
    int size = 1;
    for (int dim : inputShape) {
      size *= dim;
    }
    return size;
  }

  /** Whether the model's data are plain vectors and no images. */
  public boolean isVector() {
    return inputShape.size() == 1;
  }
}
