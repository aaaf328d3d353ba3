package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.betavae.data.DataException;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFacts;
import org.betavae.export.ModelFolder;
import org.betavae.export.Precision;
import org.betavae.train.RunFolder;
import org.betavae.train.TrainConfig;

/** {@code export}: a run to a model folder. */
final class ExportCommand extends Command {
  private static final Opt<Path> FROM =
      Opt.path("from", "RUN", "folder of a training run").needed();
  private static final Opt<Path> OUT =
      Opt.path("out", "MODEL", "model folder to write: encoder.onnx, decoder.onnx, model.json")
          .needed();

  private static final Opt<String> DATA =
      CommonOptions.DATA.helped(
          "compare on this; by default the run's data, or random items where they are not here");

  /** Shared with {@code train}, which exports too. */
  static final Opt<Integer> OPSET =
      Opt.integer(
              "opset",
              "version of ONNX's operators",
              ConvertOptions.MIN_OPSET,
              ConvertOptions.MAX_OPSET)
          .or(ConvertOptions.DEFAULT_OPSET);

  /** Shared with {@code convert}. */
  static final Opt<String> PRECISION =
      Opt.choice(
              "precision",
              "weights and computation; inputs and outputs stay float32",
              Arrays.stream(Precision.values()).map(Precision::label).toList())
          .or(Precision.FP32.label());

  ExportCommand() {
    super("export", CommandGroup.EXCHANGE, "turn a training run into an ONNX model folder");
  }

  @Override
  List<Opt<?>> options() {
    return List.of(FROM, OUT, OPSET, PRECISION, DATA, CommonOptions.OVERWRITE);
  }

  @Override
  String details() {
    return "ONNX Runtime is compared with TensorFlow on "
        + RunExport.INPUTS
        + " items of --data and as many latents; the export fails above "
        + Numbers.plain(RunExport.LARGEST_DIFFERENCE)
        + " ("
        + Numbers.plain(RunExport.LARGEST_HALF_DIFFERENCE)
        + " in fp16)"
        + " and stores what was found.";
  }

  @Override
  List<String> examples() {
    return List.of("export --from first --out model --overwrite");
  }

  /** What is said, the run's data, or random items with a note where those cannot be had. */
  private static Dataset parityData(Arguments args, RunFolder run, Console console) {
    ItemShape shape = shape(run.readSummary().itemShape());
    if (args.has(DATA)) {
      return DataSources.open(args.get(DATA), SourceOptions.wanting(shape));
    }
    TrainConfig config = run.readConfig();
    String reason;
    try {
      Dataset data = TrainingData.open(config, Optional.of(shape));
      if (data.shape().equals(shape)) {
        return data;
      }
      reason = "are now of " + data.shape() + " and not of " + shape;
      data.close();
    } catch (DataException | IllegalArgumentException e) {
      reason = "cannot be opened from here";
    }
    console.note(
        Main.PREFIX
            + "the run's data "
            + config.data()
            + " "
            + reason
            + ": comparing on random items. Name images to compare on with --data.");
    return new RandomItems(shape, RunExport.INPUTS, config.seed());
  }

  private static ItemShape shape(List<Integer> sizes) {
    return sizes.size() == 3
        ? ItemShape.image(sizes.get(0), sizes.get(1), sizes.get(2))
        : ItemShape.vector(sizes.get(0));
  }

  @Override
  Outcome run(Arguments args, Console console) {
    Path out = args.get(OUT);
    boolean overwrite = args.get(CommonOptions.OVERWRITE);
    Targets.folder(OUT, out, overwrite, "Use --overwrite to replace the model in it");
    Targets.apart(OUT, out, FROM, args.get(FROM));
    ModelFolder.Existing existing =
        overwrite ? ModelFolder.Existing.REPLACE : ModelFolder.Existing.KEEP;
    ModelFolder.checkTarget(out, existing);
    RunFolder run = RunFolder.open(args.get(FROM));
    RunExport export = new RunExport(run);
    try (Dataset data = parityData(args, run, console)) {
      ModelFacts facts = export.write(out, export.opset(args), precision(args), existing, data);
      ObjectNode json = Json.object().put("out", out.toString()).put("opset", export.opset(args));
      json.put("precision", args.get(PRECISION));
      json.put("parity", facts.parity().maxAbsDifference());
      json.put("parity_inputs", facts.parity().inputs());
      console.say(
          "Exported to "
              + out
              + ", at most "
              + Numbers.brief(facts.parity().maxAbsDifference())
              + " from TensorFlow on "
              + facts.parity().inputs()
              + " inputs");
      return Outcome.done(json);
    }
  }

  /** What {@link #PRECISION} says. */
  static Precision precision(Arguments args) {
    return Precision.valueOf(args.get(PRECISION).toUpperCase(Locale.ROOT));
  }
}
