package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.SourceOptions;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFacts;
import org.betavae.export.ModelFolder;
import org.betavae.export.Precision;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelOptions;
import org.betavae.train.RunFolder;
import org.betavae.train.RunSummary;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainData;
import org.betavae.train.Trainer;
import org.betavae.train.schedule.Knots;
import org.betavae.train.schedule.Knots.Knot;

/** {@code quickstart}: the main job on built-in data, within a few minutes. */
final class QuickstartCommand extends Command {
  private static final Opt<Path> OUT =
      Opt.path("out", "DIR", "run folder to write: a new or an empty one").needed();
  private static final Opt<Double> MINUTES =
      Opt.number("minutes", "how long all of it may take", 0.5, 100_000).or(3.0);

  private static final String TRAINED_ON = "sprites";
  private static final String EMBEDDED = "sprites:small";

  /**
   * Three times the published weight: in a few minutes, smaller ones fold position over several
   * latents, larger ones leave out all but position. Found by trying 4, 8, 10, 12 and 16.
   */
  private static final double BETA = 12;

  /** Five times the published rate, which needs hours. */
  private static final double LEARNING_RATE = 5e-4;

  /** Share of the time at the first beta, which gives place and size a latent each. */
  private static final double FIRST_SHARE = 0.3;

  /**
   * So small a weight lets further latents in, for direction and shape. Straight to {@link
   * #LAST_BETA} they stayed off: the negative ELBO was 101 nats in place of 83.
   */
  private static final double LOW_BETA = 0.1;

  /** Share of the rest in which beta falls to it. */
  private static final double FALL = 0.05;

  /** Share of the rest after which beta rises to the plain VAE's, whose prior generation needs. */
  private static final double RISE = 0.85;

  private static final double LAST_BETA = 1;

  private static final double HIGH_RATE = 1.5e-3;

  /** A rate that falls at the end takes the noise out of the weights. */
  private static final double LAST_RATE = 2e-4;

  /** What comes after training takes about this long on two cores. */
  private static final double SECONDS_AFTER_TRAINING = 15;

  private static final int BATCH = 256;
  private static final int TIMED_IMAGES = 4096;
  private static final int DRAWN_IMAGES = 64;

  QuickstartCommand() {
    super(
        "quickstart", CommandGroup.START, "train on built-in data, export, embed, generate, draw");
  }

  @Override
  List<Opt<?>> options() {
    return List.of(OUT, MINUTES, CommonOptions.SEED, TrainOptions.THREADS, CommonOptions.OVERWRITE);
  }

  @Override
  String details() {
    return "Trains on the full dSprites factor grid, drawn on the fly: first with a large beta, which"
        + " gives place and size a latent each, then with a small one, which lets direction and shape in. The folder is a run: go on"
        + " with 'betavae train --out DIR --resume'.";
  }

  @Override
  List<String> examples() {
    return List.of("quickstart --out first --minutes 3");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    long start = System.nanoTime();
    Path out = args.get(OUT);
    boolean overwrite = args.get(CommonOptions.OVERWRITE);
    Targets.folder(OUT, out, overwrite, "Use --overwrite to replace the run in it");
    TrainConfig.Builder builder = TrainConfig.defaults().toBuilder();
    builder
        .data(TRAINED_ON)
        .beta(BETA)
        .learningRate(LEARNING_RATE)
        .seed(args.get(CommonOptions.SEED));
    args.find(TrainOptions.THREADS).ifPresent(builder::threads);
    TrainConfig config = builder.build();
    try (Dataset data = DataSources.open(TRAINED_ON, SourceOptions.defaults());
        NewRun created = new NewRun(out, overwrite, embeddings(out), generated(out))) {
      RunFolder run = created.folder();
      console.note("Training on " + data.name() + " in " + out + ", ends by itself");
      Trained trained = train(created, config, data, trainingSeconds(args), start, console);
      RunSummary summary = trained.summary();
      if (trained.stopped()) {
        console.note(RunTraining.stopped(run, config, summary));
        return Outcome.done(RunReport.json(run, summary));
      }
      ModelFacts facts =
          new RunExport(run)
              .write(
                  run.model(),
                  ConvertOptions.DEFAULT_OPSET,
                  Precision.FP32,
                  ModelFolder.Existing.REPLACE,
                  data);
      Inference inference = infer(run, config, console);
      report(run, summary, facts, inference, console);
      return Outcome.done(json(run, summary, facts, inference, start));
    }
  }

  private static Path embeddings(Path root) {
    return root.resolve("embeddings.npz");
  }

  private static Path generated(Path root) {
    return root.resolve("generated.png");
  }

  private static double trainingSeconds(Arguments args) {
    double all = 60 * args.get(MINUTES);
    return Math.max(all / 3, all - SECONDS_AFTER_TRAINING);
  }

  /** What came of training, and whether somebody stopped it before its time was over. */
  private record Trained(RunSummary summary, boolean stopped) {}

  /**
   * Trains with the large beta for its share of the time, then plans the rest from the speed seen
   * and goes on. The folder's settings hold the whole schedule, so they repeat the run.
   */
  private static Trained train(
      NewRun created,
      TrainConfig config,
      Dataset data,
      double seconds,
      long start,
      Console console) {
    TrainData parts = TrainData.of(config, data);
    try (StopSignal stop = new StopSignal(console)) {
      RunSummary summary;
      try (TrainingView view =
          TrainingView.ofSeconds(console, start, FIRST_SHARE * seconds, stop::isRaised)) {
        summary = Trainer.start(created::make, config, parts, view);
      }
      if (!stop.isRaised()) {
        double left = seconds - (System.nanoTime() - start) / 1e9;
        TrainConfig whole = sharpened(config, summary, left);
        try (TrainingView view = TrainingView.ofSeconds(console, start, seconds, stop::isRaised)) {
          summary = Trainer.resume(created.folder(), whole, parts, view);
        }
      }
      return new Trained(summary, stop.isRaised());
    }
  }

  /** The settings of the whole run: as so far, then a low beta at a higher rate, then beta 1. */
  private static TrainConfig sharpened(TrainConfig config, RunSummary soFar, double secondsLeft) {
    long done = soFar.steps();
    long more = Math.max(2, Math.round(secondsLeft * (double) done / soFar.seconds()));
    long low = done + Math.max(1, Math.round(FALL * more));
    long rising = Math.max(low + 1, done + Math.round(RISE * more));
    long end = Math.max(rising + 1, done + more);
    Knots beta =
        new Knots(
            List.of(
                new Knot(0, BETA),
                new Knot(done, BETA),
                new Knot(low, LOW_BETA),
                new Knot(rising, LOW_BETA),
                new Knot(end, LAST_BETA)));
    Knots rate =
        new Knots(
            List.of(
                new Knot(0, LEARNING_RATE),
                new Knot(done, LEARNING_RATE),
                new Knot(done + 1, HIGH_RATE),
                new Knot(end, LAST_RATE)));
    return config.toBuilder()
        .steps(end)
        .set("beta-schedule", beta.toString())
        .set("learning-rate-schedule", rate.toString())
        .build();
  }

  /** What was done with ONNX Runtime alone. */
  private record Inference(
      double embeddingImagesPerSecond,
      double generationImagesPerSecond,
      Path embeddings,
      Path generated) {}

  private static Inference infer(RunFolder run, TrainConfig config, Console console)
      throws IOException {
    Path embeddings = embeddings(run.root());
    Path generated = generated(run.root());
    ModelOptions options = ModelOptions.defaults().withThreads(config.threads());
    try (BetaVaeModel model = BetaVaeModel.open(run.model(), options);
        Dataset data = DataSources.open(EMBEDDED, SourceOptions.defaults())) {
      double embedded = new EmbeddingFile(model, data, BATCH, console).write("npz", embeddings);
      ModelPictures.of(model, generated)
          .samples(model.samplePrior(DRAWN_IMAGES, config.seed(), 1), generated);
      long start = System.nanoTime();
      for (int i = 0; i < TIMED_IMAGES; i += BATCH) {
        model.generate(BATCH, i, 1);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Inference(embedded, TIMED_IMAGES / seconds, embeddings, generated);
    }
  }

  private static void report(
      RunFolder run, RunSummary summary, ModelFacts facts, Inference inference, Console console) {
    Table figures = RunReport.figures(summary);
    figures.row("embedding", Numbers.brief(inference.embeddingImagesPerSecond()) + " images/s");
    figures.row("generation", Numbers.brief(inference.generationImagesPerSecond()) + " images/s");
    figures.row(
        "parity",
        Numbers.brief(facts.parity().maxAbsDifference())
            + ", largest difference of ONNX Runtime from TensorFlow on "
            + facts.parity().inputs()
            + " inputs");
    figures.lines().forEach(console::say);
    console.say("");
    Table files = RunReport.files(run);
    files.row("embeddings", inference.embeddings().toString());
    files.row("generated", inference.generated().toString());
    files.lines().forEach(console::say);
  }

  private static ObjectNode json(
      RunFolder run, RunSummary summary, ModelFacts facts, Inference inference, long start) {
    ObjectNode json = RunReport.json(run, summary);
    json.put("model", run.model().toString());
    json.put("pictures", run.pictures().toString());
    json.put("embeddings", inference.embeddings().toString());
    json.put("generated", inference.generated().toString());
    json.put("parity", facts.parity().maxAbsDifference());
    json.put("parity_inputs", facts.parity().inputs());
    json.put("embedding_images_per_s", Numbers.rounded(inference.embeddingImagesPerSecond()));
    json.put("generation_images_per_s", Numbers.rounded(inference.generationImagesPerSecond()));
    return json.put("total_seconds", Numbers.rounded((System.nanoTime() - start) / 1e9));
  }
}
