package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.data.NpyWriter;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelInfo;

/** {@code reconstruct}: data through the encoder's mean and the decoder. */
final class ReconstructCommand extends Command {
  private static final Opt<String> DATA = CommonOptions.DATA.needed();
  private static final Opt<Path> OUT =
      Opt.path(
              "out",
              "FILE",
              "file to write: .png (originals over reconstructions), .gif (one after another) or"
                  + " .npy")
          .needed();
  private static final Opt<Integer> COUNT =
      Opt.integer(
          "count", "how many images: 10 drawn at random for pictures, all for .npy", 1, 1 << 30);
  private static final Opt<Integer> BATCH =
      Opt.integer("batch", "images in one call of the model", 1, 65_536).or(256);
  private static final int DEFAULT_IN_PICTURE = 10;
  private static final int MOST_IN_PICTURE = 1000;
  private static final int COLUMNS = 10;

  ReconstructCommand() {
    super("reconstruct", CommandGroup.USE, "show or store what a model makes of data");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(List.of(ModelSource.MODEL, DATA, OUT, COUNT, BATCH, CommonOptions.SEED));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return ".npy holds float32 [N, channels, height, width] in the order of the data, or [N,"
        + " values] where the model's data are vectors.";
  }

  @Override
  List<String> examples() {
    return List.of("reconstruct --model first/model --data sprites --out reconstructions.png");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, List.of("png", "gif", "npy"));
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.BOTH);
        Dataset data = ModelData.open(args.get(DATA), model.info())) {
      int count =
          ending.equals("npy")
              ? writeNpy(args, model, data, out, console)
              : draw(args, model, data, ending, out);
      ObjectNode json = Json.object();
      json.put("images", count).put("data", data.name()).put("out", out.toString());
      console.say(
          "Reconstructed " + Numbers.count(count) + (count == 1 ? " image: " : " images: ") + out);
      return Outcome.done(json);
    }
  }

  private static int writeNpy(
      Arguments args, BetaVaeModel model, Dataset data, Path out, Console console) {
    ModelInfo info = model.info();
    int count = Math.min(data.size(), args.find(COUNT).orElse(data.size()));
    int batch = args.get(BATCH);
    try (NpyWriter writer = NpyWriter.create(out, ModelData.batchShape(count, info));
        Progress progress = console.progress("reconstruct", count)) {
      for (int done = 0; done < count; done += batch) {
        int[] indices = IntStream.range(done, Math.min(count, done + batch)).toArray();
        float[] made = model.reconstruct(ModelData.read(data, info, indices)).values();
        writer.write(made, 0, made.length);
        progress.at(done + indices.length);
      }
    }
    return count;
  }

  private static int draw(
      Arguments args, BetaVaeModel model, Dataset data, String ending, Path out) {
    int count = Math.min(data.size(), args.find(COUNT).orElse(DEFAULT_IN_PICTURE));
    if (count > MOST_IN_PICTURE) {
      throw new UsageException(
          "--count is "
              + count
              + ", expected at most "
              + MOST_IN_PICTURE
              + " for one picture. Lower it, or write a .npy file");
    }
    int[] picks =
        new Random(args.get(CommonOptions.SEED))
            .ints(0, data.size())
            .distinct()
            .limit(count)
            .toArray();
    ModelPictures pictures = ModelPictures.of(model, out);
    float[] images = ModelData.read(data, model.info(), picks);
    if (ending.equals("gif")) {
      pictures.reconstructionsGif(images, out);
    } else {
      pictures.reconstructions(images, Math.min(COLUMNS, count), out);
    }
    return count;
  }
}
