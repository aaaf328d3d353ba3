package org.betavae.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.Objective;
import org.betavae.train.objective.ObjectiveSettings;
import org.betavae.train.objective.PriorSettings;
import org.betavae.train.objective.SupervisedSettings;
import org.betavae.train.optimizer.OptimizerSettings;

/**
 * Every setting of a run, enough to repeat it. {@code config.yaml} in a run folder holds all of
 * them side by side, without the sections, under the same names in kebab case; the command line has
 * the same names.
 *
 * @param data data source, as given on the command line
 * @param objective what is minimised
 * @param supervised whether latents learn labels too
 * @param likelihood distribution of the items
 * @param prior distribution of the latents
 * @param network encoder and decoder
 * @param optimizer how the weights are updated
 * @param run how long, how fast and how often
 * @param validation what is held out, and whether it may end the run
 * @param fineTune what the run begins with, and which weights change how fast
 */
public record TrainConfig(
    String data,
    ObjectiveSettings objective,
    SupervisedSettings supervised,
    LikelihoodSettings likelihood,
    PriorSettings prior,
    NetworkSettings network,
    OptimizerSettings optimizer,
    RunSettings run,
    ValidationSettings validation,
    FineTuneSettings fineTune) {

  /** Names for {@code precision}. */
  public static final List<String> PRECISIONS = List.of("fp32", "bf16");

  /** Names for {@code device}. */
  public static final List<String> DEVICES = List.of("auto", "cpu", "gpu");

  private static final TrainConfig DEFAULT =
      new TrainConfig(
          "sprites",
          ObjectiveSettings.DEFAULT,
          SupervisedSettings.DEFAULT,
          LikelihoodSettings.DEFAULT,
          PriorSettings.DEFAULT,
          NetworkSettings.DEFAULT,
          OptimizerSettings.DEFAULT,
          RunSettings.DEFAULT,
          ValidationSettings.DEFAULT,
          FineTuneSettings.DEFAULT);

  public TrainConfig {
    Settings.require(
        data != null && !data.isBlank(), "data", data, "a data source", "Use sprites.");
    Settings.require(
        !prior.mixture() || !objective.newObjective().needsStandardNormalPrior(),
        "prior",
        prior.prior(),
        "standard-normal for objective " + objective.name() + ", which compares q(z) with N(0, I)",
        "Leave --prior out, or use --objective beta-vae.");
  }

  /** Defaults: disentanglement_lib's where it has the setting (Locatello et al. 2019, table 1). */
  public static TrainConfig defaults() {
    return DEFAULT;
  }

  /** A builder that starts from these settings. */
  public Builder toBuilder() {
    return new Builder(ConfigTree.of(this));
  }

  /** All settings by their names in {@code config.yaml}, in its order. */
  public Map<String, Object> settings() {
    return ConfigTree.asMap(this);
  }

  /** The objective with its settings. */
  public Objective newObjective() {
    return objective.newObjective();
  }

  /** The likelihood with its settings. */
  public Likelihood newLikelihood() {
    return likelihood.newLikelihood();
  }

  /** Whether the weights of the best validation are exported, and not the last ones. */
  public boolean exportsBest() {
    return run.exportWeights().equals("best")
        || (run.exportWeights().equals("auto") && validation.earlyStopping() > 0);
  }

  /** See {@link NetworkSettings#latent()}. */
  public int latent() {
    return network.latent();
  }

  /** See {@link NetworkSettings#arch()}. */
  public String arch() {
    return network.arch();
  }

  /** See {@link OptimizerSettings#learningRate()}. */
  public double learningRate() {
    return optimizer.learningRate();
  }

  /** See {@link RunSettings#steps()}. */
  public long steps() {
    return run.steps();
  }

  /** See {@link RunSettings#batch()}. */
  public int batch() {
    return run.batch();
  }

  /** See {@link RunSettings#seed()}. */
  public long seed() {
    return run.seed();
  }

  /** See {@link RunSettings#threads()}. */
  public int threads() {
    return run.threads();
  }

  /** Collects settings; what is not set keeps its value. Not thread-safe. */
  public static final class Builder {
    private final ObjectNode settings;

    private Builder(ObjectNode settings) {
      this.settings = settings;
    }

    /**
     * Sets one by its name in {@code config.yaml}, such as {@code learning-rate}. Wrong names and
     * values are refused by {@link #build}.
     */
    public Builder set(String name, Object value) {
      settings.set(name, ConfigTree.valueOf(value));
      return this;
    }

    /** See {@link TrainConfig#data()}. */
    public Builder data(String value) {
      return set("data", value);
    }

    /** See {@link ObjectiveSettings#name()}. */
    public Builder objective(String value) {
      return set("objective", value);
    }

    /** See {@link ObjectiveSettings#beta()}. */
    public Builder beta(double value) {
      return set("beta", value);
    }

    /** See {@link NetworkSettings#latent()}. */
    public Builder latent(int value) {
      return set("latent", value);
    }

    /** See {@link NetworkSettings#arch()}. */
    public Builder arch(String value) {
      return set("arch", value);
    }

    /** See {@link LikelihoodSettings#name()}. */
    public Builder likelihood(String value) {
      return set("likelihood", value);
    }

    /** See {@link RunSettings#steps()}. */
    public Builder steps(long value) {
      return set("steps", value);
    }

    /** See {@link RunSettings#batch()}. */
    public Builder batch(int value) {
      return set("batch", value);
    }

    /** See {@link OptimizerSettings#learningRate()}. */
    public Builder learningRate(double value) {
      return set("learning-rate", value);
    }

    /** See {@link RunSettings#seed()}. */
    public Builder seed(long value) {
      return set("seed", value);
    }

    /** See {@link RunSettings#threads()}. */
    public Builder threads(int value) {
      return set("threads", value);
    }

    /**
     * The settings, checked.
     *
     * @throws IllegalArgumentException if one of them is unknown or out of range; names it and its
     *     value
     */
    public TrainConfig build() {
      return ConfigTree.toConfig(settings);
    }
  }
}
