package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.betavae.data.Dataset;
import org.betavae.data.NpyWriter;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Embeddings;
import org.betavae.infer.Images;
import org.betavae.infer.Interpolation;

/** {@code interpolate}: the way between two items of the data. */
final class InterpolateCommand extends Command {
  private static final Opt<String> DATA = CommonOptions.DATA.needed();
  private static final Opt<Integer> FROM =
      Opt.integer("from", "index of the first item, drawn with --seed if left out", 0, 1 << 30);
  private static final Opt<Integer> TO =
      Opt.integer("to", "index of the last item, drawn with --seed if left out", 0, 1 << 30);
  private static final Opt<Integer> STEPS =
      Opt.integer("steps", "images on the way, both ends included", 2, 1000).or(10);
  private static final Opt<String> METHOD =
      Opt.choice("method", "straight line or great circle", List.of("linear", "spherical"))
          .or("linear");
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE", "file to write: .png, .gif or .npy").needed();

  InterpolateCommand() {
    super("interpolate", CommandGroup.USE, "show the way from one item to another");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(
            List.of(ModelSource.MODEL, DATA, OUT, FROM, TO, STEPS, METHOD, CommonOptions.SEED));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  List<String> examples() {
    return List.of(
        "interpolate --model first/model --data sprites --from 0 --to 70000 --out way.gif");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, List.of("png", "gif", "npy"));
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.BOTH);
        Dataset data = ModelData.open(args.get(DATA), model.info())) {
      Random random = new Random(args.get(CommonOptions.SEED));
      int from = pick(FROM, args, data, random);
      int to = pick(TO, args, data, random);
      Embeddings ends = model.embed(ModelData.read(data, model.info(), from, to));
      Interpolation how = Interpolation.valueOf(args.get(METHOD).toUpperCase(Locale.ROOT));
      Images images = model.interpolate(ends.mean(0), ends.mean(1), args.get(STEPS), how);
      switch (ending) {
        case "npy" -> writeNpy(model, images, out);
        case "gif" -> ModelPictures.of(model, out).pathGif(images, out);
        default -> ModelPictures.of(model, out).path(images, out);
      }
      ObjectNode json = Json.object();
      json.put("from", from).put("to", to).put("steps", images.count());
      json.put("method", args.get(METHOD)).put("out", out.toString());
      console.say(
          "From item " + from + " to item " + to + " in " + images.count() + " images: " + out);
      return Outcome.done(json);
    }
  }

  private static int pick(Opt<Integer> option, Arguments args, Dataset data, Random random) {
    int drawn = random.nextInt(data.size());
    return args.find(option).map(i -> ModelData.index(option, i, data)).orElse(drawn);
  }

  private static void writeNpy(BetaVaeModel model, Images images, Path out) {
    int[] shape = ModelData.batchShape(images.count(), model.info());
    try (NpyWriter writer = NpyWriter.create(out, shape)) {
      writer.write(images.values(), 0, images.values().length);
    }
  }
}
