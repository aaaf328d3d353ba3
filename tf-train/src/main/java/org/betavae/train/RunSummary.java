package org.betavae.train;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * What a run came to; {@code summary.json} in its folder. All terms are nats per image on the
 * held-out data, at one draw of z for each image.
 *
 * @param datasetName name of the data set
 * @param datasetSize number of its items
 * @param itemShape {@code [height, width, channels]} or {@code [length]}
 * @param steps optimiser steps done
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
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RunSummary(
    String datasetName,
    long datasetSize,
    List<Integer> itemShape,
    long steps,
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
    double seconds) {
  public RunSummary {
    itemShape = List.copyOf(itemShape);
    klPerDimension = List.copyOf(klPerDimension);
    posteriorMean = List.copyOf(posteriorMean);
    posteriorStd = List.copyOf(posteriorStd);
  }
}
