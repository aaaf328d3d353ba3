package org.betavae.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.data.NpyReader;
import org.betavae.data.SourceOptions;
import org.betavae.evaluate.Codes;
import org.betavae.evaluate.FactorClasses;
import org.betavae.evaluate.Posterior;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Embeddings;

/** Reads or computes the codes that {@code evaluate} measures, and chooses the rows. */
final class EvaluationInput {
  static final Opt<String> MODEL =
      Opt.text(
          ModelSource.MODEL.name(),
          ModelSource.MODEL.placeholder(),
          "whose codes to measure: " + ModelSource.MODEL.help());
  static final Opt<String> DATA =
      CommonOptions.DATA.helped(
          "data to embed, best with factors: sprites, sprites:small, or a .npz as dSprites'");
  static final Opt<Path> CODES =
      Opt.path(
          "codes", "FILE", "codes instead of a model: .npy [N, codes], .npz with mean, or .csv");
  static final Opt<Path> FACTORS =
      Opt.path("factors", "FILE.npy", "factors of these codes, whole numbers [N, factors] from 0");
  static final Opt<List<String>> AGAINST =
      Opt.texts("against", "MODEL", "a model to compare with in udr, once for each");
  static final Opt<Boolean> SHUFFLE =
      Opt.flag("shuffle", "with --codes: draw the rows by --seed instead of in the files' order");
  static final Opt<Integer> BATCH =
      Opt.integer("batch", "images in one call of the model", 1, 65_536).or(256);

  /** No Java array is longer. */
  private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

  private final Arguments args;
  private final Console console;

  /** Whether the codes of all rows are asked for. */
  private final boolean needsTable;

  /** Whether several models are compared. */
  private final boolean compares;

  EvaluationInput(Arguments args, Set<EvaluationMetric> metrics, Console console) {
    this.args = args;
    this.console = console;
    needsTable = metrics.stream().anyMatch(m -> m.needs() == EvaluationMetric.Need.TABLE);
    compares =
        args.has(AGAINST)
            && metrics.stream().anyMatch(m -> m.needs() == EvaluationMetric.Need.MODELS);
    List<String> problems = new ArrayList<>();
    if (args.has(CODES) == args.has(MODEL)) {
      problems.add(
          (args.has(CODES) ? "--codes is given together with --model" : "no codes are given")
              + ", expected either --model with --data, or --codes with --factors");
    }
    if (args.has(MODEL) && !args.has(DATA)) {
      problems.add(ArgumentParser.missing(DATA));
    }
    if (args.has(FACTORS) && args.has(DATA)) {
      problems.add("--factors is given together with --data, expected one source of factors");
    }
    if (args.has(AGAINST) && !args.has(MODEL)) {
      problems.add("--against is given without --model, expected models to compare on --data");
    }
    if (args.has(MODEL) && (args.has(FACTORS) || args.has(SHUFFLE))) {
      problems.add(
          (args.has(FACTORS) ? "--factors" : "--shuffle")
              + " is given together with --model, expected it with --codes only");
    }
    if (!problems.isEmpty()) {
      throw new UsageException(problems);
    }
  }

  EvaluationData read() {
    return args.has(MODEL) ? ofModel() : ofFiles();
  }

  private EvaluationData ofModel() {
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.ENCODER);
        Dataset data = ModelData.open(args.get(DATA), model.info())) {
      EvaluationRows rows = EvaluationRows.of(args, data.size(), data.name(), true);
      EvaluationData measured;
      if (needsTable && data.factors().isPresent()) {
        int[] everything = IntStream.range(0, data.size()).toArray();
        Codes all = embed(model, args.get(MODEL), data, everything).means();
        measured = data(data.name(), all.select(rows.items()), data.factors(), rows);
        measured = withTable(measured, all, data.factors().get());
      } else {
        Codes codes = embed(model, args.get(MODEL), data, rows.items()).means();
        measured = data(data.name(), codes, data.factors(), rows);
      }
      return compares ? measured.withPosteriors(posteriors(model, data, rows)) : measured;
    }
  }

  private static EvaluationData withTable(EvaluationData measured, Codes all, Factors factors) {
    int[] everything = IntStream.range(0, all.points()).toArray();
    return measured.withTable(all, FactorClasses.of(factors, everything));
  }

  /** What the model and those it is compared with say of the training rows. */
  private List<Posterior> posteriors(BetaVaeModel model, Dataset data, EvaluationRows rows) {
    int[] items = Arrays.copyOf(rows.items(), rows.train());
    List<Posterior> posteriors = new ArrayList<>();
    posteriors.add(embed(model, args.get(MODEL), data, items));
    for (String other : args.get(AGAINST)) {
      try (BetaVaeModel opened = ModelSource.open(args, other, ModelSource.Need.ENCODER);
          Dataset sameData = ModelData.open(args.get(DATA), opened.info())) {
        posteriors.add(embed(opened, other, sameData, items));
      }
    }
    return posteriors;
  }

  private Posterior embed(BetaVaeModel model, String name, Dataset data, int[] items) {
    int size = model.info().latentSize();
    if ((long) items.length * size > MOST_VALUES) {
      throw CommandException.unusable(
          "data "
              + data.name()
              + ": "
              + items.length
              + " rows of "
              + size
              + " codes, expected at most "
              + MOST_VALUES
              + " values. Leave factor_vae_sampled and beta_vae_sampled out, or measure fewer"
              + " rows.");
    }
    float[] means = new float[items.length * size];
    float[] logVars = new float[means.length];
    int batch = args.get(BATCH);
    try (Progress progress = console.progress("embed", items.length)) {
      for (int done = 0; done < items.length; done += batch) {
        int[] part = Arrays.copyOfRange(items, done, Math.min(items.length, done + batch));
        Embeddings codes = model.embed(ModelData.read(data, model.info(), part));
        System.arraycopy(codes.mean(), 0, means, done * size, codes.mean().length);
        System.arraycopy(codes.logVar(), 0, logVars, done * size, codes.logVar().length);
        progress.at(done + part.length);
      }
    }
    return new Posterior(
        codes("means of " + name, means, items.length, size),
        codes("log-variances of " + name, logVars, items.length, size));
  }

  private EvaluationData ofFiles() {
    Path file = args.get(CODES);
    Codes all = readCodes(file);
    if (args.has(DATA)) {
      try (Dataset data = DataSources.open(args.get(DATA), SourceOptions.defaults())) {
        requireAsMany(file, all, "--data " + args.get(DATA), data.size());
        EvaluationRows rows = EvaluationRows.of(args, data.size(), data.name(), true);
        EvaluationData measured = data(data.name(), all.select(rows.items()), data.factors(), rows);
        return data.factors().map(f -> withTable(measured, all, f)).orElse(measured);
      }
    }
    Optional<FactorClasses> factors = args.find(FACTORS).map(EvaluationInput::readFactors);
    factors.ifPresent(f -> requireAsMany(file, all, args.get(FACTORS).toString(), f.points()));
    EvaluationRows rows = EvaluationRows.of(args, all.points(), file.toString(), args.get(SHUFFLE));
    EvaluationData measured =
        EvaluationData.of(
            file.toString(),
            all.select(rows.items()),
            factors.map(f -> f.select(rows.items())),
            List.of(),
            rows.train(),
            args.get(CommonOptions.SEED));
    return factors.map(f -> measured.withTable(all, f)).orElse(measured);
  }

  private EvaluationData data(
      String name, Codes codes, Optional<Factors> factors, EvaluationRows rows) {
    return EvaluationData.of(
        name,
        codes,
        factors.map(f -> FactorClasses.of(f, rows.items())),
        factors.map(Factors::names).orElse(List.of()),
        rows.train(),
        args.get(CommonOptions.SEED));
  }

  private static void requireAsMany(Path file, Codes codes, String other, int points) {
    if (codes.points() != points) {
      throw CommandException.unusable(
          "codes "
              + file
              + ": "
              + codes.points()
              + " rows, expected "
              + points
              + " as "
              + other
              + " has. Give both for the same points in the same order.");
    }
  }

  static Codes readCodes(Path file) {
    LatentFile read = LatentFile.read(file);
    int[] shape = read.shape();
    if (shape.length != 2 || read.values().length == 0) {
      throw CommandException.unusable(
          "codes "
              + read.place()
              + ": shape "
              + read.shapeText()
              + ", expected [N, codes] with at least one of each. Write them with 'betavae"
              + " embed'.");
    }
    return codes(read.place(), read.values(), shape[0], shape[1]);
  }

  private static Codes codes(String place, float[] values, int points, int size) {
    try {
      return Codes.of(values, points, size);
    } catch (IllegalArgumentException e) { // which does not know the place
      throw CommandException.unusable(place + ": " + e.getMessage());
    }
  }

  private static FactorClasses readFactors(Path file) {
    try (NpyReader reader = NpyReader.open(file)) {
      int[] shape = reader.shape();
      if (shape.length < 1 || shape.length > 2 || reader.count() == 0) {
        throw CommandException.unusable(
            "factors "
                + file
                + ": shape "
                + Arrays.toString(shape)
                + ", expected [N, factors] or [N]. Save one row for each point.");
      }
      int size = shape.length == 1 ? 1 : shape[1];
      double[] numbers = reader.toDoubles();
      int[] values = new int[numbers.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (int) numbers[i];
        if (values[i] != numbers[i] || values[i] < 0) {
          throw CommandException.unusable(
              "factors "
                  + file
                  + ": "
                  + Numbers.plain(numbers[i])
                  + " in row "
                  + i / size
                  + ", column "
                  + i % size
                  + ", expected whole numbers from 0 to 2147483647. Give the classes of the"
                  + " factors, not their values.");
        }
      }
      return FactorClasses.of(values, shape[0], size);
    }
  }
}
