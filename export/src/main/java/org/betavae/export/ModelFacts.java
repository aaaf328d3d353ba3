package org.betavae.export;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model folder says about its model, in {@code model.json} and in the metadata of both ONNX
 * files.
 *
 * @param inputShape one image without the batch, channels first {@code [C,H,W]}, or {@code [D]}
 * @param latentSize number of latent dimensions L
 * @param likelihood such as {@code bernoulli}
 * @param objective such as {@code beta-vae}
 * @param objectiveSettings the objective's settings by name: numbers, texts, flags, or lists and
 *     maps of them
 * @param dataset name of the data that the model was trained on
 * @param steps number of training steps done
 * @param seed of the training run
 * @param klPerDimension mean KL divergence of each latent dimension in nats, length L
 * @param posteriorMean mean of the aggregate posterior, length L
 * @param posteriorStd standard deviation of the aggregate posterior, length L
 * @param producerVersion version of the program that wrote the model
 * @param parity how far ONNX Runtime was from TensorFlow at export; null until measured
 * @param likelihoodScale width of the likelihood that all values share (standard deviation of
 *     {@code gaussian}, scale of the others); null where there is none or it is not known
 */
public record ModelFacts(
    List<Integer> inputShape,
    int latentSize,
    String likelihood,
    String objective,
    Map<String, Object> objectiveSettings,
    String dataset,
    long steps,
    long seed,
    List<Double> klPerDimension,
    List<Double> posteriorMean,
    List<Double> posteriorStd,
    String producerVersion,
    Parity parity,
    Double likelihoodScale) {
  /** Version of the layout that this class reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /**
   * How far two runtimes are apart.
   *
   * @param maxAbsDifference largest |TensorFlow - ONNX Runtime| over all outputs
   * @param inputs how many inputs were compared
   */
  public record Parity(double maxAbsDifference, int inputs) {
    /** Checks that something was measured. */
    public Parity {
      if (!(maxAbsDifference >= 0 && maxAbsDifference < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "maxAbsDifference is "
                + maxAbsDifference
                + ", expected a finite number >= 0. Measure it on finite outputs.");
      }
      if (inputs < 1) {
        throw new IllegalArgumentException(
            "inputs is "
                + inputs
                + ", expected at least 1. Leave parity null until it is measured.");
      }
    }
  }

  /** Facts without a width of the likelihood. */
  public ModelFacts(
      List<Integer> inputShape,
      int latentSize,
      String likelihood,
      String objective,
      Map<String, Object> objectiveSettings,
      String dataset,
      long steps,
      long seed,
      List<Double> klPerDimension,
      List<Double> posteriorMean,
      List<Double> posteriorStd,
      String producerVersion,
      Parity parity) {
    this(
        inputShape,
        latentSize,
        likelihood,
        objective,
        objectiveSettings,
        dataset,
        steps,
        seed,
        klPerDimension,
        posteriorMean,
        posteriorStd,
        producerVersion,
        parity,
        null);
  }

  /** Checks the lengths and values and copies the collections. */
  public ModelFacts {
    if (!(inputShape.size() == 1 || inputShape.size() == 3)
        || inputShape.stream().anyMatch(d -> d < 1)) {
      throw new IllegalArgumentException(
          "inputShape is "
              + inputShape
              + ", expected [C,H,W] or [D] of numbers >= 1. Leave the batch out.");
    }
    if (latentSize < 1) {
      throw new IllegalArgumentException(
          "latentSize is "
              + latentSize
              + ", expected at least 1. Give the length of a latent vector.");
    }
    if (likelihoodScale != null
        && !(likelihoodScale > 0 && likelihoodScale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "likelihoodScale is "
              + likelihoodScale
              + ", expected a finite number > 0. Leave it null where the likelihood has none.");
    }
    checkVector("klPerDimension", klPerDimension, latentSize);
    checkVector("posteriorMean", posteriorMean, latentSize);
    checkVector("posteriorStd", posteriorStd, latentSize);
    inputShape = List.copyOf(inputShape);
    objectiveSettings = Collections.unmodifiableMap(new LinkedHashMap<>(objectiveSettings));
    klPerDimension = List.copyOf(klPerDimension);
    posteriorMean = List.copyOf(posteriorMean);
    posteriorStd = List.copyOf(posteriorStd);
  }

  private static void checkVector(String what, List<Double> values, int length) {
    if (values.size() != length || values.stream().anyMatch(v -> !Double.isFinite(v))) {
      throw new IllegalArgumentException(
          what
              + " is "
              + values
              + ", expected "
              + length
              + " finite numbers, one a latent dimension. Check the run that measured them.");
    }
  }

  /** The same facts with the measured parity. */
  public ModelFacts withParity(double maxAbsDifference, int inputs) {
    return new ModelFacts(
        inputShape,
        latentSize,
        likelihood,
        objective,
        objectiveSettings,
        dataset,
        steps,
        seed,
        klPerDimension,
        posteriorMean,
        posteriorStd,
        producerVersion,
        new Parity(maxAbsDifference, inputs),
        likelihoodScale);
  }
}
