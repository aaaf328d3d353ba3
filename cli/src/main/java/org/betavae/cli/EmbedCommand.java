package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.betavae.data.Dataset;
import org.betavae.infer.BetaVaeModel;

/** {@code embed}: data to latent means. */
final class EmbedCommand extends Command {
  private static final Opt<String> DATA = CommonOptions.DATA.needed();
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE", "file to write: .npy, .npz or .csv").needed();
  private static final Opt<Integer> BATCH =
      Opt.integer("batch", "images in one call of the model", 1, 65_536).or(256);

  EmbedCommand() {
    super("embed", CommandGroup.USE, "turn data into latent vectors");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options = new ArrayList<>(List.of(ModelSource.MODEL, DATA, OUT, BATCH));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return ".npy holds the means, float32 [N, latents]; .npz the arrays mean and log_var; .csv the"
        + " means under a header z0,z1,...";
  }

  @Override
  List<String> examples() {
    return List.of("embed --model first/model --data sprites:small --out z.npy");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, EmbeddingFile.ENDINGS);
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.ENCODER);
        Dataset data = ModelData.open(args.get(DATA), model.info())) {
      double rate = new EmbeddingFile(model, data, args.get(BATCH), console).write(ending, out);
      int latents = model.info().latentSize();
      ObjectNode json = Json.object().put("images", data.size()).put("latent_size", latents);
      json.put("data", data.name()).put("out", out.toString());
      json.put("seconds", Numbers.rounded(data.size() / rate));
      json.put("images_per_s", Numbers.rounded(rate));
      console.say(
          "Embedded "
              + Numbers.count(data.size())
              + " images as "
              + latents
              + " latents each, "
              + Numbers.brief(rate)
              + " images/s: "
              + out);
      return Outcome.done(json);
    }
  }
}
