package org.betavae.train;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import java.util.List;
import org.betavae.train.network.Networks;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.Objective;

/**
 * Every setting of a run, enough to repeat it; {@code config.yaml} in a run folder holds the same
 * names in kebab case.
 *
 * @param data data source, as given on the command line
 * @param objective one of {@link Objective#NAMES}
 * @param beta weight of the KL term, at least 0
 * @param latent number of latents, at least 1
 * @param arch one of {@link Networks#NAMES}
 * @param likelihood {@code bernoulli} or {@code gaussian}
 * @param sigma standard deviation of the Gaussian likelihood, in the unit of the data
 * @param steps optimiser steps in all, at least 1
 * @param batch images a step, at least 1
 * @param learningRate Adam's α, above 0
 * @param seed seed of weights, order of the data and noise
 * @param threads processor threads; with two and more the batch is split among as many towers
 * @param precision {@code fp32} or {@code bf16}
 * @param device {@code auto}, {@code cpu} or {@code gpu}
 * @param validationFraction share of the data held out for validation, in (0, 1)
 * @param validationImages at most so many items are held out, at least 1
 * @param validationEvery steps between validations, at least 1
 * @param logEvery steps between lines of the history, at least 1
 * @param checkpointEvery steps between checkpoints, at least 1
 * @param keepCheckpoints how many of the last checkpoints are kept, at least 1
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
@JsonDeserialize(builder = TrainConfig.Builder.class)
public record TrainConfig(
    String data,
    String objective,
    double beta,
    int latent,
    String arch,
    String likelihood,
    double sigma,
    long steps,
    int batch,
    double learningRate,
    long seed,
    int threads,
    String precision,
    String device,
    double validationFraction,
    int validationImages,
    long validationEvery,
    long logEvery,
    long checkpointEvery,
    int keepCheckpoints) {

  /** Names for {@code precision}. */
  public static final List<String> PRECISIONS = List.of("fp32", "bf16");

  /** Names for {@code device}. */
  public static final List<String> DEVICES = List.of("auto", "cpu", "gpu");

  public TrainConfig {
    require(data != null && !data.isBlank(), "data", data, "a data source", "Use sprites.");
    requireOneOf("objective", objective, Objective.NAMES);
    require(
        beta >= 0 && beta < Double.POSITIVE_INFINITY,
        "beta",
        beta,
        "a finite number >= 0",
        "Use 1 for a plain VAE.");
    require(latent >= 1, "latent", latent, "a whole number >= 1", "The usual size is 10.");
    requireOneOf("arch", arch, Networks.NAMES);
    Likelihood.of(likelihood, sigma);
    require(steps >= 1, "steps", steps, "a whole number >= 1", "Give --steps or --epochs.");
    require(batch >= 1, "batch", batch, "a whole number >= 1", "The usual size is 64.");
    require(
        learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
        "learning-rate",
        learningRate,
        "a finite number > 0",
        "The usual rate is 1e-4.");
    require(threads >= 1, "threads", threads, "a whole number >= 1", "Use the number of cores.");
    requireOneOf("precision", precision, PRECISIONS);
    requireOneOf("device", device, DEVICES);
    require(
        validationFraction > 0 && validationFraction < 1,
        "validation-fraction",
        validationFraction,
        "a number between 0 and 1",
        "The default is 0.05.");
    requirePositive("validation-images", validationImages);
    requirePositive("validation-every", validationEvery);
    requirePositive("log-every", logEvery);
    requirePositive("checkpoint-every", checkpointEvery);
    requirePositive("keep-checkpoints", keepCheckpoints);
  }

  /** Defaults: disentanglement_lib's where it has the setting (Locatello et al. 2019, table 1). */
  public static TrainConfig defaults() {
    return new Builder().build();
  }

  /** A builder that starts from these settings. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** The objective with its settings. */
  public Objective newObjective() {
    return Objective.of(objective, beta);
  }

  /** The likelihood with its settings. */
  public Likelihood newLikelihood() {
    return Likelihood.of(likelihood, sigma);
  }

  private static void requirePositive(String name, long value) {
    require(value >= 1, name, value, "a whole number >= 1", "Leave it out for the default.");
  }

  private static void requireOneOf(String name, String value, List<String> known) {
    if (value == null || !known.contains(value)) {
      throw new IllegalArgumentException(
          name + " is " + value + ", expected one of " + String.join(", ", known) + ".");
    }
  }

  private static void require(
      boolean ok, String name, Object value, String expected, String advice) {
    if (!ok) {
      throw new IllegalArgumentException(
          name + " is " + value + ", expected " + expected + ". " + advice);
    }
  }

  /** Collects settings; what is not set keeps its default. Not thread-safe. */
  @JsonPOJOBuilder(withPrefix = "")
  @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
  public static final class Builder {
    private String data = "sprites";
    private String objective = "beta-vae";
    private double beta = 4;
    private int latent = 10;
    private String arch = "conv64";
    private String likelihood = "bernoulli";
    private double sigma = 1;
    private long steps = 300_000;
    private int batch = 64;
    private double learningRate = 1e-4;
    private long seed;
    private int threads = Runtime.getRuntime().availableProcessors();
    private String precision = "fp32";
    private String device = "auto";
    private double validationFraction = 0.05;
    private int validationImages = 2000;
    private long validationEvery = 1000;
    private long logEvery = 100;
    private long checkpointEvery = 1000;
    private int keepCheckpoints = 3;

    Builder() {}

    private Builder(TrainConfig c) {
      data = c.data;
      objective = c.objective;
      beta = c.beta;
      latent = c.latent;
      arch = c.arch;
      likelihood = c.likelihood;
      sigma = c.sigma;
      steps = c.steps;
      batch = c.batch;
      learningRate = c.learningRate;
      seed = c.seed;
      threads = c.threads;
      precision = c.precision;
      device = c.device;
      validationFraction = c.validationFraction;
      validationImages = c.validationImages;
      validationEvery = c.validationEvery;
      logEvery = c.logEvery;
      checkpointEvery = c.checkpointEvery;
      keepCheckpoints = c.keepCheckpoints;
    }

    /** See {@link TrainConfig#data()}. */
    public Builder data(String value) {
      this.data = value;
      return this;
    }

    /** See {@link TrainConfig#objective()}. */
    public Builder objective(String value) {
      this.objective = value;
      return this;
    }

    /** See {@link TrainConfig#beta()}. */
    public Builder beta(double value) {
      this.beta = value;
      return this;
    }

    /** See {@link TrainConfig#latent()}. */
    public Builder latent(int value) {
      this.latent = value;
      return this;
    }

    /** See {@link TrainConfig#arch()}. */
    public Builder arch(String value) {
      this.arch = value;
      return this;
    }

    /** See {@link TrainConfig#likelihood()}. */
    public Builder likelihood(String value) {
      this.likelihood = value;
      return this;
    }

    /** See {@link TrainConfig#sigma()}. */
    public Builder sigma(double value) {
      this.sigma = value;
      return this;
    }

    /** See {@link TrainConfig#steps()}. */
    public Builder steps(long value) {
      this.steps = value;
      return this;
    }

    /** See {@link TrainConfig#batch()}. */
    public Builder batch(int value) {
      this.batch = value;
      return this;
    }

    /** See {@link TrainConfig#learningRate()}. */
    public Builder learningRate(double value) {
      this.learningRate = value;
      return this;
    }

    /** See {@link TrainConfig#seed()}. */
    public Builder seed(long value) {
      this.seed = value;
      return this;
    }

    /** See {@link TrainConfig#threads()}. */
    public Builder threads(int value) {
      this.threads = value;
      return this;
    }

    /** See {@link TrainConfig#precision()}. */
    public Builder precision(String value) {
      this.precision = value;
      return this;
    }

    /** See {@link TrainConfig#device()}. */
    public Builder device(String value) {
      this.device = value;
      return this;
    }

    /** See {@link TrainConfig#validationFraction()}. */
    public Builder validationFraction(double value) {
      this.validationFraction = value;
      return this;
    }

    /** See {@link TrainConfig#validationImages()}. */
    public Builder validationImages(int value) {
      this.validationImages = value;
      return this;
    }

    /** See {@link TrainConfig#validationEvery()}. */
    public Builder validationEvery(long value) {
      this.validationEvery = value;
      return this;
    }

    /** See {@link TrainConfig#logEvery()}. */
    public Builder logEvery(long value) {
      this.logEvery = value;
      return this;
    }

    /** See {@link TrainConfig#checkpointEvery()}. */
    public Builder checkpointEvery(long value) {
      this.checkpointEvery = value;
      return this;
    }

    /** See {@link TrainConfig#keepCheckpoints()}. */
    public Builder keepCheckpoints(int value) {
      this.keepCheckpoints = value;
      return this;
    }

    /**
     * The settings, checked.
     *
     * @throws IllegalArgumentException if one of them is out of range; names it and its value
     */
    public TrainConfig build() {
      return new TrainConfig(
          data,
          objective,
          beta,
          latent,
          arch,
          likelihood,
          sigma,
          steps,
          batch,
          learningRate,
          seed,
          threads,
          precision,
          device,
          validationFraction,
          validationImages,
          validationEvery,
          logEvery,
          checkpointEvery,
          keepCheckpoints);
    }
  }
}
