package org.betavae.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.betavae.train.RunFolder;
import org.betavae.train.TrainConfig;

/** {@code train}: data to a run folder, exported too. */
final class TrainCommand extends Command {
  TrainCommand() {
    super("train", CommandGroup.TRAIN, "train a model on data");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options = new ArrayList<>(List.of(RunTraining.OUT));
    options.addAll(TrainOptions.ALL);
    options.addAll(
        List.of(
            RunTraining.RESUME,
            CommonOptions.OVERWRITE,
            RunTraining.NO_EXPORT,
            ExportCommand.OPSET));
    return options;
  }

  @Override
  String details() {
    return """
        Losses are nats per image. Options given win over --config. Ctrl-C ends a run early: it \
        writes a checkpoint first, and --resume goes on from there.""";
  }

  @Override
  List<String> examples() {
    return List.of(
        "train --data sprites --beta 4 --steps 20000 --out run",
        "train --data train-images-idx3-ubyte.gz --arch conv32 --epochs 5 --out run",
        "train --out run --resume --steps 40000");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    RunTraining.check(args);
    RunFolder earlier =
        args.get(RunTraining.RESUME) ? RunFolder.open(args.get(RunTraining.OUT)) : null;
    return RunTraining.run(args, settings(args, earlier), console);
  }

  private static TrainConfig settings(Arguments args, RunFolder earlier) {
    TrainConfig base =
        earlier != null
            ? earlier.readConfig()
            : args.find(TrainOptions.CONFIG)
                .map(RunFolder::readConfig)
                .orElseGet(TrainConfig::defaults);
    return TrainOptions.apply(args, base);
  }
}
