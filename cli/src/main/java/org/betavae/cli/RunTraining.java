package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.export.ModelFacts;
import org.betavae.export.ModelFolder;
import org.betavae.export.Precision;
import org.betavae.train.FineTuning;
import org.betavae.train.RunFolder;
import org.betavae.train.RunSummary;
import org.betavae.train.TrainConfig;
import org.betavae.train.Trainer;

/**
 * What {@code train} and {@code finetune} have in common: from settings to a run that is exported.
 */
final class RunTraining {
  static final Opt<Path> OUT =
      Opt.path("out", "RUN", "run folder to write: a new or an empty one").needed();
  static final Opt<Boolean> RESUME =
      Opt.flag("resume", "go on with the run in --out, with its settings unless given anew");
  static final Opt<Boolean> NO_EXPORT =
      Opt.flag("no-export", "leave out the model folder RUN/model");

  private RunTraining() {}

  /** Opens the data, trains, and exports. */
  static Outcome run(Arguments args, TrainConfig settings, Console console) throws IOException {
    try (RunData data = RunData.open(settings, items(args, settings));
        NewRun created = new NewRun(args.get(OUT), args.get(CommonOptions.OVERWRITE))) {
      TrainConfig config = withEpochs(args, settings, data);
      RunSummary summary = train(created, config, data, args.get(RESUME), console);
      return report(args, created.folder(), config, summary, data.all(), console);
    }
  }

  /** What the model takes with which a run begins: only pictures of a folder can be resized. */
  private static Optional<ItemShape> items(Arguments args, TrainConfig settings) {
    if (!DataSources.isFolder(settings.data())) {
      return Optional.empty();
    }
    return args.get(RESUME)
        ? FineTuning.itemShape(RunFolder.open(args.get(OUT)))
        : FineTuning.itemShape(settings);
  }

  private static Outcome report(
      Arguments args,
      RunFolder run,
      TrainConfig config,
      RunSummary summary,
      Dataset data,
      Console console) {
    ObjectNode json = RunReport.json(run, summary).put("seed", config.seed());
    if (summary.end() == RunSummary.End.INTERRUPTED) {
      console.note(stopped(run, config, summary));
      return Outcome.done(json);
    }
    if (!args.get(NO_EXPORT)) {
      RunExport export = new RunExport(run);
      ModelFacts facts =
          export.write(
              run.model(), export.opset(args), Precision.FP32, ModelFolder.Existing.REPLACE, data);
      json.put("model", run.model().toString());
      json.put("parity", facts.parity().maxAbsDifference());
    }
    RunReport.say(run, summary, console);
    return Outcome.done(json);
  }

  /** Refuses options that contradict each other, and a folder that may not be written. */
  static void check(Arguments args) {
    Path out = args.get(OUT);
    boolean resume = args.get(RESUME);
    List<String> problems = new ArrayList<>();
    if (args.has(TrainOptions.STEPS) && args.has(TrainOptions.EPOCHS)) {
      problems.add("--steps and --epochs are given, expected one of them");
    }
    if (resume && args.get(CommonOptions.OVERWRITE)) {
      problems.add("--resume and --overwrite are given, expected one of them");
    }
    if (resume && args.has(TrainOptions.CONFIG)) {
      problems.add("--resume and --config are given, expected one: a run keeps its own settings");
    }
    if (!problems.isEmpty()) {
      throw new UsageException(problems);
    }
    Targets.folder(
        OUT,
        out,
        resume || args.get(CommonOptions.OVERWRITE),
        "Use --resume to go on with the run in it, or --overwrite to replace it");
  }

  private static TrainConfig withEpochs(Arguments args, TrainConfig config, RunData data) {
    return args.find(TrainOptions.EPOCHS)
        .map(epochs -> TrainOptions.steps(epochs, config, data.parts(config)))
        .map(steps -> config.toBuilder().steps(steps).build())
        .orElse(config);
  }

  private static RunSummary train(
      NewRun run, TrainConfig config, RunData data, boolean resume, Console console) {
    try (StopSignal stop = new StopSignal(console);
        TrainingView view = TrainingView.ofSteps(console, config.steps(), stop::isRaised)) {
      return resume
          ? Trainer.resume(run.folder(), config, data.parts(config), view)
          : Trainer.start(run::make, config, data.parts(config), view);
    }
  }

  /** Says that a run was ended early, and how to go on. */
  static String stopped(RunFolder run, TrainConfig config, RunSummary summary) {
    return Main.PREFIX
        + "training stopped at step "
        + summary.steps()
        + " of "
        + config.steps()
        + ": a checkpoint is in "
        + run.checkpoints()
        + ". To go on: betavae "
        + (config.fineTune().from() == null ? "train" : "finetune")
        + " --out "
        + Text.shellWord(run.root().toString())
        + " --resume";
  }
}
