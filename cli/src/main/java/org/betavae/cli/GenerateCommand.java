package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.betavae.data.NpyWriter;
import org.betavae.infer.BetaVaeModel;

/** {@code generate}: latents, given or drawn from the prior, to images. */
final class GenerateCommand extends Command {
  private static final Opt<Integer> COUNT =
      Opt.integer("count", "how many images to draw from the prior", 1, 10_000_000).or(64);
  private static final Opt<Double> TEMPERATURE =
      Opt.number("temperature", "standard deviation of the latents drawn", 0, 100).or(1.0);
  private static final Opt<Path> Z =
      Opt.path(
          "z",
          "FILE",
          "decode these latents instead: .npy [N, latents] or [latents], .npz or .csv as embed"
              + " writes them");
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE", "file to write: .png (a grid) or .npy").needed();
  private static final int DECODED_AT_ONCE = 256;

  /** A picture with more images would be too large for most viewers. */
  private static final int MOST_IN_PICTURE = 10_000;

  GenerateCommand() {
    super("generate", CommandGroup.USE, "make new images");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(List.of(ModelSource.MODEL, OUT, COUNT, TEMPERATURE, Z, CommonOptions.SEED));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return ".npy holds float32 [N, channels, height, width], or [N, values] where the model's data"
        + " are vectors.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "generate --model first/model --count 64 --seed 1 --out samples.png",
        "generate --model first/model --z z.npy --out images.npy");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, List.of("png", "npy"));
    List<String> conflicting =
        Stream.of(COUNT, TEMPERATURE, CommonOptions.SEED)
            .filter(args::has)
            .map(Opt::dashed)
            .toList();
    if (args.has(Z) && !conflicting.isEmpty()) {
      throw new UsageException(
          "--z is given together with "
              + String.join(" and ", conflicting)
              + ", expected either latents or how to draw them");
    }
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.DECODER)) {
      int latents = model.info().latentSize();
      float[] z =
          args.has(Z)
              ? readLatents(args.get(Z), latents)
              : model.samplePrior(
                  args.get(COUNT), args.get(CommonOptions.SEED), args.get(TEMPERATURE));
      long start = System.nanoTime();
      if (ending.equals("npy")) {
        writeNpy(model, z, out, console);
      } else {
        writePng(model, z, out);
      }
      return report(z.length / latents, (System.nanoTime() - start) / 1e9, out, console);
    }
  }

  private static Outcome report(int count, double seconds, Path out, Console console) {
    ObjectNode json = Json.object();
    json.put("images", count).put("out", out.toString());
    json.put("seconds", Numbers.rounded(seconds));
    json.put("images_per_s", Numbers.rounded(count / seconds));
    console.say(
        "Generated " + Numbers.count(count) + (count == 1 ? " image: " : " images: ") + out);
    return Outcome.done(json);
  }

  private static float[] readLatents(Path file, int latents) {
    LatentFile read = LatentFile.read(file);
    int[] shape = read.shape();
    float[] z = read.values();
    boolean fits = shape.length >= 1 && shape.length <= 2 && shape[shape.length - 1] == latents;
    if (!fits || z.length == 0) {
      throw CommandException.unusable(
          "latents "
              + read.place()
              + ": shape "
              + read.shapeText()
              + ", expected [N, "
              + latents
              + "] with N at least 1, as the model takes. Write them with 'betavae embed'.");
    }
    for (int i = 0; i < z.length; i++) {
      if (!Float.isFinite(z[i])) {
        throw CommandException.unusable(
            "latents "
                + read.place()
                + ": "
                + z[i]
                + " in row "
                + i / latents
                + ", column "
                + i % latents
                + ", expected finite numbers. Remove that row.");
      }
    }
    return z;
  }

  private static void writeNpy(BetaVaeModel model, float[] z, Path out, Console console) {
    int latents = model.info().latentSize();
    int count = z.length / latents;
    try (NpyWriter writer = NpyWriter.create(out, ModelData.batchShape(count, model.info()));
        Progress progress = console.progress("generate", count)) {
      for (int done = 0; done < count; done += DECODED_AT_ONCE) {
        int end = Math.min(count, done + DECODED_AT_ONCE);
        float[] images =
            model.decode(Arrays.copyOfRange(z, done * latents, end * latents)).values();
        writer.write(images, 0, images.length);
        progress.at(end);
      }
    }
  }

  private static void writePng(BetaVaeModel model, float[] z, Path out) {
    int count = z.length / model.info().latentSize();
    if (count > MOST_IN_PICTURE) {
      throw new UsageException(
          count
              + " images for one picture, expected at most "
              + MOST_IN_PICTURE
              + ". Lower --count, or write a .npy file");
    }
    ModelPictures.of(model, out).samples(z, out);
  }
}
