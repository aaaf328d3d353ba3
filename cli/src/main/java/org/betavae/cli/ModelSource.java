package org.betavae.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.export.ModelHint;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelException;
import org.betavae.infer.ModelOptions;
import org.betavae.infer.Optimisation;
import org.betavae.infer.Provider;

/** The options that say which model to open and how, the same for every command that infers. */
final class ModelSource {
  /** What a command asks of a model. */
  enum Need {
    ENCODER("an encoder"),
    DECODER("a decoder"),
    BOTH("an encoder and a decoder");

    private final String text;

    Need(String text) {
      this.text = text;
    }
  }

  static final Opt<String> MODEL =
      Opt.text("model", "MODEL", "a model folder, a run folder, or encoder.onnx,decoder.onnx")
          .needed();
  static final Opt<Integer> THREADS =
      Opt.integer("threads", "processor threads, all by default", 1, 1024);
  static final Opt<String> PROVIDER =
      Opt.choice("provider", "where to compute", List.of("cpu", "cuda")).or("cpu");
  static final Opt<String> INPUT =
      Opt.text("input", "NAME", "encoder's input, in models with unusual names");
  static final Opt<String> MEAN = Opt.text("mean", "NAME", "encoder's output: the mean");
  static final Opt<String> LOG_VAR =
      Opt.text("log-var", "NAME", "encoder's output: the log-variance");
  static final Opt<String> LATENT = Opt.text("latent", "NAME", "decoder's input");
  static final Opt<String> OUTPUT = Opt.text("output", "NAME", "decoder's output: the images");

  private static final Opt<String> OPTIMISATION =
      Opt.choice(
              "optimisation",
              "how far ONNX Runtime rewrites the graph",
              List.of("none", "basic", "extended", "all"))
          .or("all");
  private static final Opt<Path> CACHE =
      Opt.path("cache", "DIR", "keep optimised graphs and unpacked libraries, for faster starts");

  /** To be appended to a command's own options; {@link #MODEL} comes first there. */
  static final List<Opt<?>> OPTIONS =
      List.of(THREADS, PROVIDER, INPUT, MEAN, LOG_VAR, LATENT, OUTPUT, OPTIMISATION, CACHE);

  private static final Opt<String> LIKELIHOOD =
      Opt.choice(
          "likelihood",
          "what the decoder's output means, in models that do not say it",
          List.of("bernoulli", "gaussian", "laplace", "discretised-logistic", "beta-binomial"));
  private static final Opt<Double> LIKELIHOOD_SCALE =
      Opt.positive("likelihood-scale", "its width, in models that do not say it");

  /** For commands that compute p(x|z), to be appended too. */
  static final List<Opt<?>> LIKELIHOOD_OPTIONS = List.of(LIKELIHOOD, LIKELIHOOD_SCALE);

  private ModelSource() {}

  /**
   * Opens the model that the arguments name.
   *
   * @throws CommandException if there is none, or it lacks what is needed
   */
  static BetaVaeModel open(Arguments args, Need need) {
    return open(args, args.get(MODEL), need);
  }

  /**
   * Opens another model as the arguments say.
   *
   * @param text a model folder, a run folder, or encoder.onnx,decoder.onnx
   * @throws CommandException if there is none, or it lacks what is needed
   */
  static BetaVaeModel open(Arguments args, String text, Need need) {
    BetaVaeModel model = open(text, need, options(args));
    boolean lacksEncoder = need != Need.DECODER && !model.info().hasEncoder();
    boolean lacksDecoder = need != Need.ENCODER && !model.info().hasDecoder();
    if (lacksEncoder || lacksDecoder) {
      model.close();
      throw CommandException.unusable(
          "model "
              + text
              + (lacksEncoder
                  ? ": it is a decoder alone and has no encoder"
                  : ": it is an encoder alone and has no decoder")
              + ", expected "
              + need.text
              + ". Give a whole model folder, or encoder.onnx,decoder.onnx.");
    }
    return model;
  }

  /** How many processor threads the arguments allow. */
  static int threads(Arguments args) {
    return options(args).threads();
  }

  static ModelOptions options(Arguments args) {
    ModelOptions options =
        ModelOptions.defaults()
            .withProvider(args.get(PROVIDER).equals("cuda") ? Provider.CUDA : Provider.CPU);
    options = args.find(THREADS).map(options::withThreads).orElse(options);
    options = args.find(INPUT).map(options::withInput).orElse(options);
    options = args.find(MEAN).map(options::withMean).orElse(options);
    options = args.find(LOG_VAR).map(options::withLogVar).orElse(options);
    options = args.find(LATENT).map(options::withLatent).orElse(options);
    options = args.find(CACHE).map(options::withCache).orElse(options);
    options =
        args.find(OPTIMISATION)
            .map(level -> Optimisation.valueOf(level.toUpperCase(Locale.ROOT)))
            .map(options::withOptimisation)
            .orElse(options);
    options = args.find(LIKELIHOOD).map(options::withLikelihood).orElse(options);
    options = args.find(LIKELIHOOD_SCALE).map(options::withLikelihoodScale).orElse(options);
    return args.find(OUTPUT).map(options::withOutput).orElse(options);
  }

  /**
   * The files of a model.
   *
   * @param encoder empty for a model that only decodes
   * @param decoder empty for a model that only embeds
   */
  record ModelFiles(Optional<Path> encoder, Optional<Path> decoder) {
    /** Those that there are, the encoder first. */
    List<Path> all() {
      return Stream.of(encoder, decoder).flatMap(Optional::stream).toList();
    }
  }

  /**
   * The files that the arguments name.
   *
   * @throws CommandException if there are none
   */
  static ModelFiles files(Arguments args, Need need) {
    return files(args.get(MODEL), need);
  }

  private static BetaVaeModel open(String text, Need need, ModelOptions options) {
    ModelFiles files = files(text, need);
    try {
      return BetaVaeModel.open(files.encoder().orElse(null), files.decoder().orElse(null), options);
    } catch (ModelException e) {
      throw files.all().stream()
          .flatMap(
              file -> ModelHint.of(file, ModelHint.Wanted.ONNX).stream().map(h -> told(file, h)))
          .findFirst()
          .orElse(e);
    }
  }

  /** The library knows ONNX files only; what other programs write is told apart here. */
  private static RuntimeException told(Path file, String hint) {
    return CommandException.unusable(
        "model file " + file + ": it is no ONNX file, expected one. " + hint);
  }

  private static ModelFiles files(String text, Need need) {
    Path path = Path.of(text);
    if (Files.isDirectory(path)) {
      Path folder = folder(path);
      return new ModelFiles(
          Optional.of(folder.resolve("encoder.onnx")).filter(Files::exists),
          Optional.of(folder.resolve("decoder.onnx")).filter(Files::exists));
    }
    if (Files.exists(path)) {
      if (need == Need.BOTH) {
        throw CommandException.unusable(
            "model "
                + text
                + ": one file, expected an encoder and a decoder. Give a model folder, or"
                + " encoder.onnx,decoder.onnx.");
      }
      return need == Need.ENCODER
          ? new ModelFiles(Optional.of(path), Optional.empty())
          : new ModelFiles(Optional.empty(), Optional.of(path));
    }
    int comma = text.indexOf(',');
    if (comma < 0) {
      throw CommandException.unusable(
          "model "
              + text
              + ": no such file or folder, expected a model folder, a run folder, or"
              + " encoder.onnx,decoder.onnx. Check the path.");
    }
    return new ModelFiles(
        Optional.of(existing(text.substring(0, comma))),
        Optional.of(existing(text.substring(comma + 1))));
  }

  /** The model folder at a path: the path itself, or {@code model} in a run folder. */
  static Path folder(Path path) {
    for (Path candidate : List.of(path, path.resolve("model"))) {
      if (Files.exists(candidate.resolve("encoder.onnx"))
          || Files.exists(candidate.resolve("decoder.onnx"))) {
        return candidate;
      }
    }
    if (!Files.isDirectory(path)) {
      throw CommandException.unusable(
          "model "
              + path
              + (Files.exists(path) ? ": a file" : ": no such folder")
              + ", expected a model folder or a run folder. Check the path.");
    }
    String advice =
        Files.isDirectory(path.resolve("saved_model"))
            ? "It is a run that is not exported. First: betavae export --from "
                + Text.shellWord(path.toString())
                + " --out MODEL"
            : ModelHint.of(path, ModelHint.Wanted.ONNX).orElse("Check the path.");
    throw CommandException.unusable(
        "model "
            + path
            + ": no encoder.onnx or decoder.onnx in that folder, expected one. "
            + advice);
  }

  private static Path existing(String file) {
    Path path = Path.of(file.strip());
    if (Files.isDirectory(path)) {
      throw CommandException.unusable(
          "model file "
              + path
              + ": it is a folder, expected an ONNX file. Give a model folder by itself, or"
              + " encoder.onnx,decoder.onnx.");
    }
    if (!Files.isRegularFile(path)) {
      throw CommandException.unusable(
          "model file " + path + ": no such file, expected an ONNX file. Check the path.");
    }
    return path;
  }
}
