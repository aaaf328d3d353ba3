package org.betavae.serve;

import java.util.Map;
import java.util.TreeMap;
import org.betavae.infer.Score;
import org.betavae.infer.ScoreOptions;

/** What {@code /v1/score} is asked for by its query, and its answer. */
final class ScoreRequest {
  private static final Map<String, Score> SCORES =
      new TreeMap<>(
          Map.of(
              "elbo", Score.NEGATIVE_ELBO,
              "reconstruction", Score.RECONSTRUCTION,
              "iwae", Score.NEGATIVE_IWAE,
              "latent", Score.LATENT_DISTANCE));

  /** Samples are what a score costs: each is one image to decode. */
  private static final int MOST_SAMPLES = 1000;

  /** Times the most items of a request: images that are decoded for one request at most. */
  private static final long MOST_WORK = 64;

  private final String name;
  private final ScoreOptions options;

  private ScoreRequest(String name, ScoreOptions options) {
    this.name = name;
    this.options = options;
  }

  static ScoreRequest read(Call call) {
    String name = call.query("score");
    Score score = SCORES.get(name == null ? "elbo" : name);
    if (score == null) {
      throw new Problem(
          ProblemType.WRONG_INPUT,
          "score is '"
              + name
              + "', expected one of "
              + String.join(", ", SCORES.keySet())
              + ". Leave it out for elbo.");
    }
    ScoreOptions options = ScoreOptions.of(score);
    options = options.withSamples(call.queryNumber("samples", options.samples(), 0, MOST_SAMPLES));
    options = options.withSeed(call.queryNumber("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE));
    return new ScoreRequest(name == null ? "elbo" : name, options);
  }

  ScoreOptions options() {
    return options;
  }

  /** Refuses what would keep the service busy for long. */
  void check(int items, Limits limits) {
    long work = (long) items * options.samples();
    if (work > MOST_WORK * limits.items()) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          items
              + " images with "
              + options.samples()
              + " samples each are "
              + work
              + " to decode, expected at most "
              + MOST_WORK * limits.items()
              + ". Send fewer images or ask for fewer samples.");
    }
  }

  byte[] json(String model, double[] values) {
    return JsonText.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("model", model);
          json.writeStringField("score", name);
          json.writeNumberField("samples", options.samples());
          json.writeArrayFieldStart("values");
          for (double value : values) {
            json.writeNumber(value);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
