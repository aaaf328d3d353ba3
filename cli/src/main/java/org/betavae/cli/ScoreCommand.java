package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.data.Dataset;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Score;
import org.betavae.infer.ScoreOptions;

/** {@code score}: how unusual each item is for a model. */
final class ScoreCommand extends Command {
  private static final Map<String, Score> SCORES =
      Map.of(
          "elbo",
          Score.NEGATIVE_ELBO,
          "reconstruction",
          Score.RECONSTRUCTION,
          "iwae",
          Score.NEGATIVE_IWAE,
          "latent",
          Score.LATENT_DISTANCE);

  private static final Opt<String> DATA = CommonOptions.DATA.needed();
  private static final Opt<String> SCORE =
      Opt.choice(
              "score", "what the number says", List.of("elbo", "reconstruction", "iwae", "latent"))
          .or("elbo");
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE", "file to write: .csv or .npy").needed();
  private static final Opt<Integer> SAMPLES =
      Opt.integer(
          "samples",
          "latents drawn for each item: 8 by default for elbo, 50 for iwae; 0, the default for"
              + " reconstruction, takes the mean",
          0,
          100_000);
  private static final Opt<Integer> BATCH =
      Opt.integer("batch", "items in one call of the model", 1, 65_536).or(256);

  ScoreCommand() {
    super("score", CommandGroup.USE, "tell how unusual each item is for a model");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(
            List.of(ModelSource.MODEL, DATA, SCORE, OUT, SAMPLES, BATCH, CommonOptions.SEED));
    options.addAll(ModelSource.OPTIONS);
    options.addAll(ModelSource.LIKELIHOOD_OPTIONS);
    return options;
  }

  @Override
  String details() {
    return "The higher, the more unusual. elbo is the negative evidence lower bound, iwae the"
        + " negative importance weighted bound, reconstruction -log p(x|z), all in nats; latent the"
        + " distance of the latents' means from those of the training data, in their standard"
        + " deviations. The samples follow from --seed and the item's own values. .csv holds one"
        + " number a line under the header score, .npy float32 [N].";
  }

  @Override
  List<String> examples() {
    return List.of("score --model first/model --data sprites:small --score elbo --out scores.csv");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, ScoreFile.ENDINGS);
    ScoreOptions options = scoreOptions(args);
    ModelSource.Need need =
        options.score() == Score.LATENT_DISTANCE ? ModelSource.Need.ENCODER : ModelSource.Need.BOTH;
    try (BetaVaeModel model = ModelSource.open(args, need)) {
      requirePossible(model, options.score(), args);
      try (Dataset data = ModelData.open(args.get(DATA), model.info())) {
        ScoreFile file = new ScoreFile(model, data, args.get(BATCH), options, console);
        ScoreFile.Result result = file.write(ending, out);
        ObjectNode json = Json.object().put("images", data.size()).put("score", args.get(SCORE));
        json.put("mean", Numbers.rounded(result.mean())).put("min", Numbers.rounded(result.min()));
        json.put("max", Numbers.rounded(result.max())).put("samples", options.samples());
        json.put("images_per_s", Numbers.rounded(result.imagesPerSecond()));
        json.put("out", out.toString());
        console.say(
            "Scored "
                + Numbers.count(data.size())
                + " items by "
                + args.get(SCORE)
                + ", mean "
                + Numbers.brief(result.mean())
                + ", from "
                + Numbers.brief(result.min())
                + " to "
                + Numbers.brief(result.max())
                + ", "
                + Numbers.brief(result.imagesPerSecond())
                + " items/s: "
                + out);
        return Outcome.done(json);
      }
    }
  }

  private static ScoreOptions scoreOptions(Arguments args) {
    ScoreOptions options =
        ScoreOptions.of(SCORES.get(args.get(SCORE))).withSeed(args.get(CommonOptions.SEED));
    try {
      return args.find(SAMPLES).map(options::withSamples).orElse(options);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--samples does not fit --score "
              + args.get(SCORE)
              + ": "
              + e.getMessage().replaceFirst("[.]$", ""));
    }
  }

  /** Asks for nothing to be read or written where the answer is known. */
  private static void requirePossible(BetaVaeModel model, Score score, Arguments args) {
    if (!model.scores().contains(score)) {
      throw CommandException.unusable(
          "model " + args.get(ModelSource.MODEL) + ": " + model.whyNot(score).orElseThrow());
    }
  }
}
