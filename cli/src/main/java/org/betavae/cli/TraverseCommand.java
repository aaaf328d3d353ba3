package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.betavae.data.Dataset;
import org.betavae.data.LatentPictures;
import org.betavae.data.NpyWriter;
import org.betavae.infer.BetaVaeModel;

/** {@code traverse}: what each latent changes in the image. */
final class TraverseCommand extends Command {
  private static final Opt<Integer> INDEX =
      Opt.integer("index", "which item of --data to start from", 0, Integer.MAX_VALUE).or(0);
  private static final Opt<Double> RANGE =
      Opt.positive(
              "range", "each latent runs from minus to plus this, 1 being the prior's deviation")
          .or(2.0);
  private static final Opt<Integer> STEPS =
      Opt.integer("steps", "values for each latent: 9, in a .gif 20", 2, 1000);
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE", "file to write: .png (one row a latent), .gif or .npy").needed();
  private static final int DEFAULT_STEPS = 9;
  private static final int DEFAULT_FRAMES = 20;

  TraverseCommand() {
    super("traverse", CommandGroup.USE, "show what each latent controls");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(
            List.of(
                ModelSource.MODEL,
                OUT,
                CommonOptions.DATA.helped(
                    "start from an item of this data; without it, the prior's mean"),
                INDEX,
                RANGE,
                STEPS));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return """
        Pictures show the latents by falling KL divergence, so that dead ones come last.
        .npy holds float32 [latents, steps, channels, height, width], latents as numbered.""";
  }

  @Override
  List<String> examples() {
    return List.of(
        "traverse --model first/model --out traversals.png",
        "traverse --model first/model --data sprites --index 4242 --out traversals.gif");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, List.of("png", "gif", "npy"));
    if (args.has(INDEX) && !args.has(CommonOptions.DATA)) {
      throw new UsageException("--index is given without --data, expected both or neither");
    }
    boolean fromData = args.has(CommonOptions.DATA);
    try (BetaVaeModel model =
        ModelSource.open(args, fromData ? ModelSource.Need.BOTH : ModelSource.Need.DECODER)) {
      float[] z = fromData ? embed(args, model) : new float[model.info().latentSize()];
      int steps = args.find(STEPS).orElse(ending.equals("gif") ? DEFAULT_FRAMES : DEFAULT_STEPS);
      float[] values = LatentPictures.spread(args.get(RANGE), steps);
      switch (ending) {
        case "npy" -> writeNpy(model, z, values, out);
        case "gif" -> ModelPictures.of(model, out).traversalsGif(z, values, out);
        default -> ModelPictures.of(model, out).traversals(z, values, out);
      }
      return report(model, values.length, out, console);
    }
  }

  private static float[] embed(Arguments args, BetaVaeModel model) {
    try (Dataset data = ModelData.open(args.get(CommonOptions.DATA), model.info())) {
      int index = ModelData.index(INDEX, args.get(INDEX), data);
      return model.embed(ModelData.read(data, model.info(), index)).mean(0);
    }
  }

  private static void writeNpy(BetaVaeModel model, float[] z, float[] values, Path out) {
    int[] image = ModelData.batchShape(values.length, model.info());
    int[] shape = new int[image.length + 1];
    shape[0] = model.info().latentSize();
    System.arraycopy(image, 0, shape, 1, image.length);
    try (NpyWriter writer = NpyWriter.create(out, shape)) {
      for (int d = 0; d < shape[0]; d++) {
        float[] images = model.traverse(z, d, values).values();
        writer.write(images, 0, images.length);
      }
    }
  }

  private static Outcome report(BetaVaeModel model, int steps, Path out, Console console) {
    ObjectNode json = Json.object();
    List<Integer> order = ModelPictures.latentOrder(model);
    json.put("latent_size", order.size()).put("steps", steps).put("out", out.toString());
    json.set("order", Json.integers(order));
    console.say("Traversed " + order.size() + " latents in " + steps + " steps each: " + out);
    return Outcome.done(json);
  }
}
