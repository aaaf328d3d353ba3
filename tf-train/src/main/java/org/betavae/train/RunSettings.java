package org.betavae.train;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * How long, how fast and how often.
 *
 * @param steps optimiser steps in all, at least 1
 * @param batch images a step, at least 1
 * @param seed seed of weights, order of the data and noise
 * @param threads processor threads; with two and more the batch is split among as many towers
 * @param precision one of {@link TrainConfig#PRECISIONS}
 * @param device one of {@link TrainConfig#DEVICES}
 * @param logEvery steps between lines of the history, at least 1
 * @param checkpointEvery steps between checkpoints, at least 1
 * @param keepCheckpoints how many of the last checkpoints are kept, at least 1
 * @param exportWeights one of {@link #EXPORT_WEIGHTS}: {@code auto} is {@code best} with early
 *     stopping, and {@code last} without
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record RunSettings(
    long steps,
    int batch,
    long seed,
    int threads,
    String precision,
    String device,
    long logEvery,
    long checkpointEvery,
    int keepCheckpoints,
    String exportWeights) {

  /** Names for {@code export-weights}. */
  public static final List<String> EXPORT_WEIGHTS = List.of("auto", "last", "best");

  /** Steps and batch as disentanglement_lib has them (Locatello et al. 2019, table 1). */
  public static final RunSettings DEFAULT =
      new RunSettings(
          300_000,
          64,
          0,
          Runtime.getRuntime().availableProcessors(),
          "fp32",
          "auto",
          100,
          1000,
          3,
          "auto");

  public RunSettings {
    Settings.require(
        steps >= 1, "steps", steps, "a whole number >= 1", "Give --steps or --epochs.");
    Settings.require(batch >= 1, "batch", batch, "a whole number >= 1", "The usual size is 64.");
    Settings.require(
        threads >= 1, "threads", threads, "a whole number >= 1", "Use the number of cores.");
    Settings.requireOneOf("precision", precision, TrainConfig.PRECISIONS);
    Settings.requireOneOf("device", device, TrainConfig.DEVICES);
    Settings.requirePositive("log-every", logEvery);
    Settings.requirePositive("checkpoint-every", checkpointEvery);
    Settings.requirePositive("keep-checkpoints", keepCheckpoints);
    Settings.requireOneOf("export-weights", exportWeights, EXPORT_WEIGHTS);
  }
}
