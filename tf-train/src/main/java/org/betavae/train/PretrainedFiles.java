package org.betavae.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.export.ModelFacts;
import org.betavae.export.ModelFolder;
import org.betavae.export.TfModel;
import org.betavae.export.TfSignature;

/** Finds out what a path given as {@code from} is, and opens it. */
final class PretrainedFiles {
  private static final String EXPECTED =
      ", expected a run, a model folder with encoder.onnx and decoder.onnx, a SavedModel with"
          + " sub-folders encoder and decoder or such signatures, or encoder,decoder with a comma"
          + " between. ";

  /** Keras saves one function under two names. */
  private static final int KERAS_SIGNATURES = 2;

  private PretrainedFiles() {}

  /**
   * Opens a model.
   *
   * @throws IllegalArgumentException if there is none, or only half of one
   */
  static Pretrained open(String from) {
    Path path = Path.of(from.strip());
    if (Files.isDirectory(path)) {
      return folder(path);
    }
    if (Files.exists(path)) {
      throw new IllegalArgumentException(
          "from is "
              + from
              + ", one file"
              + EXPECTED
              + "A model with encoder and decoder in one graph, or an encoder alone, cannot be"
              + " trained: the sampling between both must be known.");
    }
    int comma = from.indexOf(',');
    if (comma < 0) {
      throw new IllegalArgumentException(
          "from is "
              + from
              + ", and there is no such file or folder"
              + EXPECTED
              + "Check the path.");
    }
    return new PretrainedGraphs(
        half(from.substring(0, comma), "encoder"), half(from.substring(comma + 1), "decoder"));
  }

  /**
   * Opens a model of which the encoder is enough.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Pretrained openEncoder(String from) {
    Path path = Path.of(from.strip());
    if (Files.isRegularFile(path)) {
      return new PretrainedGraphs(PretrainedHalf.ofOnnx(path, "encoder"), null);
    }
    if (isSavedModel(path) && TfModel.signatures(path).size() <= KERAS_SIGNATURES) {
      List<String> names = TfModel.signatures(path).stream().map(TfSignature::name).toList();
      return new PretrainedGraphs(
          PretrainedHalf.ofSavedModel(path, only(names, "enc").orElse(null), "encoder"), null);
    }
    return open(from);
  }

  private static PretrainedHalf half(String text, String role) {
    Path path = Path.of(text.strip());
    if (Files.isRegularFile(path)) {
      return PretrainedHalf.ofOnnx(path, role);
    }
    if (isSavedModel(path)) {
      return PretrainedHalf.ofSavedModel(path, null, role);
    }
    throw new IllegalArgumentException(
        "from: "
            + role
            + " "
            + path
            + " is "
            + (Files.exists(path) ? "no SavedModel" : "not there")
            + ", expected an ONNX file or the folder of a SavedModel. Check the path.");
  }

  private static Pretrained folder(Path folder) {
    if (Files.isRegularFile(folder.resolve("config.yaml"))) {
      return run(new RunFolder(folder));
    }
    Optional<PretrainedHalf> encoder = halfIn(folder, "encoder");
    Optional<PretrainedHalf> decoder = halfIn(folder, "decoder");
    if (encoder.isPresent() && decoder.isPresent()) {
      return new PretrainedGraphs(encoder.get(), decoder.get());
    }
    if (isSavedModel(folder)) {
      return signatures(folder);
    }
    if (isSavedModel(folder.resolve("model"))) {
      return signatures(folder.resolve("model"));
    }
    if (Files.isRegularFile(folder.resolve(PretrainedRun.WEIGHTS))) {
      return PretrainedRun.ofKept(folder);
    }
    String half = encoder.isPresent() ? "encoder" : decoder.isPresent() ? "decoder" : null;
    throw new IllegalArgumentException(
        "from is "
            + folder
            + (half == null ? ", which holds no model" : ", which holds an " + half + " alone")
            + EXPECTED
            + "Check the path.");
  }

  /** A half by its usual name: {@code encoder.onnx}, or a SavedModel {@code encoder}. */
  private static Optional<PretrainedHalf> halfIn(Path folder, String role) {
    for (Path base : List.of(folder, folder.resolve("saved_model"))) {
      Path onnx = base.resolve(role + ".onnx");
      if (Files.isRegularFile(onnx)) {
        return Optional.of(PretrainedHalf.ofOnnx(onnx, role));
      }
      if (isSavedModel(base.resolve(role))) {
        return Optional.of(PretrainedHalf.ofSavedModel(base.resolve(role), null, role));
      }
    }
    return Optional.empty();
  }

  private static Pretrained run(RunFolder run) {
    TrainConfig config = run.readConfig();
    if (!Files.isRegularFile(run.summaryFile())) {
      run.readSummary(); // says that it has not ended
    }
    return config.network().imported()
        ? new PretrainedGraphs(
            PretrainedHalf.ofSavedModel(run.encoder(), null, "encoder"),
            PretrainedHalf.ofSavedModel(run.decoder(), null, "decoder"),
            config)
        : PretrainedRun.of(run);
  }

  private static Pretrained signatures(Path folder) {
    List<String> names = TfModel.signatures(folder).stream().map(TfSignature::name).toList();
    Optional<String> encode = only(names, "enc");
    Optional<String> decode = only(names, "dec");
    if (encode.isEmpty() || decode.isEmpty()) {
      throw new IllegalArgumentException(
          "from is "
              + folder
              + ", a SavedModel with the signatures "
              + names
              + EXPECTED
              + "A model with both in one graph cannot be trained: the sampling between them must"
              + " be known. Save encoder and decoder on their own.");
    }
    return new PretrainedGraphs(
        PretrainedHalf.ofSavedModel(folder, encode.get(), "encoder"),
        PretrainedHalf.ofSavedModel(folder, decode.get(), "decoder"));
  }

  private static Optional<String> only(List<String> names, String part) {
    List<String> found =
        names.stream().filter(n -> n.toLowerCase(Locale.ROOT).contains(part)).toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  static boolean isSavedModel(Path folder) {
    return Files.isRegularFile(folder.resolve("saved_model.pb"))
        || Files.isRegularFile(folder.resolve("saved_model.pbtxt"));
  }

  /** The facts beside a model's files, if it is a model folder. */
  static Optional<ModelFacts> facts(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return Files.isRegularFile(folder.resolve(ModelFolder.FACTS))
        ? Optional.of(ModelFolder.readFacts(folder))
        : Optional.empty();
  }

  /** Copies a folder with all that is in it, and what symbolic links lead to. */
  static void copy(Path from, Path to) {
    try (Stream<Path> tree = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      for (Path source : tree.toList()) {
        Path target = to.resolve(from.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else {
          Files.copy(source, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot copy " + from + " to " + to + ": " + e, e);
    }
  }
}
