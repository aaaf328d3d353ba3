package org.betavae.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.betavae.train.FineTuning;
import org.betavae.train.RunFolder;
import org.betavae.train.TrainConfig;

/** {@code finetune}: a model and data to a run folder, exported as the model came. */
final class FinetuneCommand extends Command {
  FinetuneCommand() {
    super("finetune", CommandGroup.TRAIN, "train a model of ours or of others further");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options = new ArrayList<>(List.of(RunTraining.OUT));
    options.addAll(FinetuneOptions.ALL);
    options.addAll(
        List.of(
            RunTraining.RESUME,
            CommonOptions.OVERWRITE,
            RunTraining.NO_EXPORT,
            ExportCommand.OPSET.helped(
                "version of ONNX's operators; that of the model's files where it has one")));
    return options;
  }

  @Override
  String details() {
    return """
    The model keeps its network, the names of its inputs and outputs, and their layouts. \
    Objective, likelihood, data, schedule and all else are as in train. The run keeps a copy \
    of the model, so that --resume needs nothing else.
    Names of weights begin with encoder/ or decoder/; a wrong one is answered with the list.\
    """;
  }

  @Override
  List<String> examples() {
    return List.of(
        "finetune --from run --data train-images.gz --steps 500 --out tuned",
        "finetune --from encoder.onnx,decoder.onnx --data images --freeze decoder --out tuned",
        "finetune --from saved_model --data images --latent 16 --batch-norm update --out tuned");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    RunTraining.check(args);
    args.find(FinetuneOptions.FROM).ifPresent(from -> requireApart(args, from));
    TrainConfig config = TrainOptions.apply(args, base(args));
    return RunTraining.run(args, TrainOptions.apply(args, config, FinetuneOptions.OWN), console);
  }

  /** The model is still read when the folder is made: what is to be replaced must not hold it. */
  private static void requireApart(Arguments args, String from) {
    Path out = args.get(RunTraining.OUT);
    List<String> paths = Files.exists(Path.of(from)) ? List.of(from) : List.of(from.split(",", -1));
    paths.forEach(
        path -> Targets.apart(RunTraining.OUT, out, FinetuneOptions.FROM, Path.of(path.strip())));
  }

  private static TrainConfig base(Arguments args) {
    if (args.get(RunTraining.RESUME)) {
      TrainConfig run = RunFolder.open(args.get(RunTraining.OUT)).readConfig();
      return requireFrom(run, "the run in --out began with new weights: use train --resume");
    }
    if (args.has(TrainOptions.CONFIG)) {
      TrainConfig file = RunFolder.readConfig(args.get(TrainOptions.CONFIG));
      return args.has(FinetuneOptions.FROM)
          ? file
          : requireFrom(file, "--from is missing, expected it or from in --config");
    }
    List<String> missing = new ArrayList<>();
    for (Opt<?> needed : List.of(FinetuneOptions.FROM, FinetuneOptions.DATA)) {
      if (!args.has(needed)) {
        missing.add(ArgumentParser.missing(needed));
      }
    }
    if (!missing.isEmpty()) {
      throw new UsageException(missing);
    }
    return FineTuning.settings(args.get(FinetuneOptions.FROM));
  }

  private static TrainConfig requireFrom(TrainConfig config, String problem) {
    if (config.fineTune().from() == null) {
      throw new UsageException(problem);
    }
    return config;
  }
}
