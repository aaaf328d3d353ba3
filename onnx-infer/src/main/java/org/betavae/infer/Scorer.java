package org.betavae.infer;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Scores images by {@link Score}, or says why a model cannot. Safe for threads. */
final class Scorer {
  /** Rows of latents that are decoded at once; bounds the memory. */
  private static final int ROWS = 2048;

  /** Latents that never moved in training count as if they had moved by this much. */
  private static final double LEAST_STD = 1e-6;

  private final Optional<Encoder> encoder;
  private final Optional<LikelihoodDecoder> decoder;
  private final ModelInfo info;
  private final boolean unitInterval;
  private final Map<Score, String> problems = new EnumMap<>(Score.class);

  /**
   * @param unitInterval whether the likelihood is one of values in [0,1]
   * @param likelihoodProblem why there is no decoder, if there is none
   */
  Scorer(
      Optional<Encoder> encoder,
      Optional<LikelihoodDecoder> decoder,
      ModelInfo info,
      boolean unitInterval,
      String likelihoodProblem) {
    this.encoder = encoder;
    this.decoder = decoder;
    this.info = info;
    this.unitInterval = unitInterval;
    findProblems(likelihoodProblem);
  }

  /** What can be computed. */
  Set<Score> possible() {
    Set<Score> scores = EnumSet.allOf(Score.class);
    scores.removeAll(problems.keySet());
    return scores;
  }

  /** What is missing for a score. */
  Optional<String> whyNot(Score score) {
    return Optional.ofNullable(problems.get(score));
  }

  /**
   * The encoder, if the model can be scored so.
   *
   * @throws IllegalStateException if not
   */
  Encoder encoderFor(Score score) {
    String problem = problems.get(score);
    if (problem != null) {
      throw new IllegalStateException("The model cannot be scored by " + score + ": " + problem);
    }
    return encoder.orElseThrow();
  }

  /**
   * One number for each image.
   *
   * @param images of {@link #encoderFor}
   */
  double[] score(ItemSource images, ScoreOptions options) {
    encoderFor(options.score()).check(images);
    if (unitInterval && options.score() != Score.LATENT_DISTANCE) {
      images.check(true);
    }
    double[] scores = new double[images.count()];
    int samples = Math.max(1, options.samples());
    int group = Math.max(1, ROWS / samples);
    for (int first = 0; first < scores.length; first += group) {
      int size = Math.min(group, scores.length - first);
      double[] part = score(images.values(first, size), options);
      System.arraycopy(part, 0, scores, first, size);
    }
    return scores;
  }

  private double[] score(float[] images, ScoreOptions options) {
    Encoder encoder = encoderFor(options.score());
    Embeddings posterior = encoder.embed(encoder.source(images));
    return switch (options.score()) {
      case LATENT_DISTANCE -> distances(posterior);
      case RECONSTRUCTION -> reconstructions(posterior, images, options);
      case NEGATIVE_ELBO -> negativeElbos(posterior, images, options);
      case NEGATIVE_IWAE -> negativeBounds(posterior, images, options);
    };
  }

  private double[] reconstructions(Embeddings posterior, float[] images, ScoreOptions options) {
    if (options.samples() == 0) {
      return decoder.orElseThrow().negativeLog(images, posterior.mean(), 1);
    }
    return means(sampled(posterior, images, options).nats(), options.samples());
  }

  private double[] negativeElbos(Embeddings posterior, float[] images, ScoreOptions options) {
    double[] elbos = means(sampled(posterior, images, options).nats(), options.samples());
    for (int i = 0; i < elbos.length; i++) {
      elbos[i] += divergence(posterior, i);
    }
    return elbos;
  }

  private double[] negativeBounds(Embeddings posterior, float[] images, ScoreOptions options) {
    Sampled sampled = sampled(posterior, images, options);
    int samples = options.samples();
    double[] bounds = new double[posterior.count()];
    for (int i = 0; i < bounds.length; i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int k = i * samples; k < (i + 1) * samples; k++) {
        largest = Math.max(largest, sampled.logWeight(k));
      }
      double sum = 0;
      for (int k = i * samples; k < (i + 1) * samples; k++) {
        sum += Math.exp(sampled.logWeight(k) - largest);
      }
      bounds[i] = Math.log(samples) - largest - Math.log(sum);
    }
    return bounds;
  }

  /** −log p(x | z) and log p(z) − log q(z|x) at each sample. */
  private static final class Sampled {
    private final double[] nats;
    private final double[] logRatio;

    Sampled(double[] nats, double[] logRatio) {
      this.nats = nats;
      this.logRatio = logRatio;
    }

    double[] nats() {
      return nats;
    }

    double logWeight(int index) {
      return logRatio[index] - nats[index];
    }
  }

  private Sampled sampled(Embeddings posterior, float[] images, ScoreOptions options) {
    PosteriorSamples draws =
        PosteriorSamples.draw(
            posterior, images, info.imageSize(), options.samples(), options.seed());
    double[] nats = decoder.orElseThrow().negativeLog(images, draws.z(), options.samples());
    return new Sampled(nats, draws.logRatio());
  }

  /** KL to N(0, I): ½ Σ μ² + exp(l) − l − 1. */
  private static double divergence(Embeddings posterior, int item) {
    double sum = 0;
    int latents = posterior.latentSize();
    for (int i = item * latents; i < (item + 1) * latents; i++) {
      double mean = posterior.mean()[i];
      double logVar = posterior.logVar()[i];
      sum += 0.5 * (mean * mean + Math.exp(logVar) - logVar - 1);
    }
    return sum;
  }

  private double[] distances(Embeddings posterior) {
    List<Double> means = info.posteriorMean().orElseThrow();
    List<Double> stds = info.posteriorStd().orElseThrow();
    int latents = posterior.latentSize();
    double[] distances = new double[posterior.count()];
    for (int i = 0; i < distances.length; i++) {
      double sum = 0;
      for (int l = 0; l < latents; l++) {
        double deviation =
            (posterior.mean()[i * latents + l] - means.get(l)) / Math.max(stds.get(l), LEAST_STD);
        sum += deviation * deviation;
      }
      distances[i] = Math.sqrt(sum);
    }
    return distances;
  }

  private static double[] means(double[] values, int each) {
    double[] means = new double[values.length / each];
    for (int i = 0; i < means.length; i++) {
      means[i] = Arrays.stream(values, i * each, (i + 1) * each).sum() / each;
    }
    return means;
  }

  private void findProblems(String likelihoodProblem) {
    for (Score score : Score.values()) {
      boolean bound = score == Score.NEGATIVE_ELBO || score == Score.NEGATIVE_IWAE;
      if (encoder.isEmpty()) {
        problems.put(
            score,
            "it is a decoder alone and has no encoder, expected one. Open it with its encoder.");
      } else if (score == Score.LATENT_DISTANCE) {
        if (info.posteriorMean().isEmpty() || info.posteriorStd().isEmpty()) {
          problems.put(
              score,
              "its file does not say where the latents of its training data lie"
                  + " (betavae.posterior_mean and posterior_std), expected both. Export it from"
                  + " its run.");
        }
      } else if (decoder.isEmpty()) {
        problems.put(score, likelihoodProblem);
      } else if (bound
          && info.prior().filter(prior -> !prior.equals("standard-normal")).isPresent()) {
        problems.put(
            score,
            "it was trained with the prior "
                + info.prior().get()
                + ", which an exported model does not hold, expected standard-normal. Score it by"
                + " RECONSTRUCTION, or evaluate it in its run.");
      }
    }
  }
}
