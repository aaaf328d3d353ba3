package org.betavae.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;

/**
 * What a run came to; {@code summary.json} in its folder. All terms are nats per image on the
 * held-out data, at one draw of z for each image.
 *
 * @param datasetName name of the data set
 * @param datasetSize number of its items
 * @param itemShape {@code [height, width, channels]} or {@code [length]}
 * @param steps optimiser steps done
 * @param modelStep step whose weights were exported and give all terms below: the last, or the one
 *     of the best validation
 * @param end why there were no more steps
 * @param images images trained on
 * @param parameters number of trained values
 * @param loss what was minimised
 * @param negativeElbo reconstruction + KL
 * @param reconstruction −log p(x | z)
 * @param kl KL to the prior, summed over latents
 * @param klPerDimension KL of each latent
 * @param posteriorMean mean of each latent over the held-out data
 * @param posteriorStd standard deviation of each latent under the aggregate posterior
 * @param imagesPerSecond images trained on, a second, without validation and checkpoints
 * @param seconds time spent in training steps, over all resumptions of this process
 * @param bounds what was evaluated once at the end, by name: {@code negative_iwae_50} is the
 *     importance weighted bound with 50 samples, nats per image
 * @param likelihoodScale width of the likelihood that all values share, of the exported weights;
 *     null where there is none, and in what older versions wrote
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RunSummary(
    String datasetName,
    long datasetSize,
    List<Integer> itemShape,
    long steps,
    long modelStep,
    End end,
    long images,
    long parameters,
    double loss,
    double negativeElbo,
    double reconstruction,
    double kl,
    List<Double> klPerDimension,
    List<Double> posteriorMean,
    List<Double> posteriorStd,
    double imagesPerSecond,
    double seconds,
    Map<String, Double> bounds,
    Double likelihoodScale) {

  /** Why a run came to its end. */
  public enum End {
    /** All its steps are done. */
    @JsonProperty("all_steps")
    ALL_STEPS,
    /** The validation did not improve any more. */
    @JsonProperty("early_stopping")
    EARLY_STOPPING,
    /** Somebody stopped it; it can go on. */
    @JsonProperty("interrupted")
    INTERRUPTED
  }

  public RunSummary {
    itemShape = List.copyOf(itemShape);
    klPerDimension = List.copyOf(klPerDimension);
    posteriorMean = List.copyOf(posteriorMean);
    posteriorStd = List.copyOf(posteriorStd);
    bounds = bounds == null ? Map.of() : Map.copyOf(bounds); // null in what older versions wrote
  }

  /** The same with bounds by name. */
  RunSummary withBounds(Map<String, Double> newBounds) {
    return with(newBounds, likelihoodScale);
  }

  /** The same with the width of the likelihood that all values share. */
  RunSummary withWidth(OptionalDouble width) {
    return with(bounds, width.isPresent() ? width.getAsDouble() : null);
  }

  private RunSummary with(Map<String, Double> newBounds, Double newScale) {
    return new RunSummary(
        datasetName,
        datasetSize,
        itemShape,
        steps,
        modelStep,
        end,
        images,
        parameters,
        loss,
        negativeElbo,
        reconstruction,
        kl,
        klPerDimension,
        posteriorMean,
        posteriorStd,
        imagesPerSecond,
        seconds,
        newBounds,
        newScale);
  }

  static RunSummary of(
      TrainConfig config,
      Dataset data,
      Validation validation,
      Meter meter,
      long step,
      long modelStep,
      End end,
      VaeSession session) {
    ItemShape shape = data.shape();
    return new RunSummary(
        data.name(),
        data.size(),
        shape.image()
            ? List.of(shape.height(), shape.width(), shape.channels())
            : List.of(shape.size()),
        step,
        modelStep,
        end,
        step * config.batch(),
        session.parameterCount(),
        validation.loss(),
        validation.negativeElbo(),
        validation.reconstruction(),
        validation.kl(),
        validation.klPerDimension(),
        validation.posteriorMean(),
        validation.posteriorStd(),
        meter.overallImagesPerSecond(),
        meter.overallSeconds(),
        Map.of(),
        null);
  }
}
