package org.betavae.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a path is that was given for a model and is none of the kind wanted: the folder above or
 * below the right one, or a file of another program. Says it in a sentence with what to do, for the
 * end of an error.
 */
public final class ModelHint {
  private static final List<String> SAVED_MODEL = List.of("saved_model.pb", "saved_model.pbtxt");

  /** Deep enough for a run's {@code saved_model/encoder} and for versions in numbered folders. */
  private static final int DEPTH = 3;

  private static final int NAMED = 4;
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final String KERAS_ADVICE =
      ": save the model by model.export(FOLDER) in Keras 3, or model.save(FOLDER) in Keras 2, and"
          + " give that folder.";

  private ModelHint() {}

  /** What the path should have been. */
  public enum Wanted {
    /** the folder of a SavedModel */
    SAVED_MODEL,
    /** a frozen graph in a file */
    GRAPH_DEF,
    /** an ONNX file, or a folder of them */
    ONNX
  }

  /**
   * Says what a path is instead of what was wanted.
   *
   * @return one sentence, or nothing where the path is nothing known
   */
  public static Optional<String> of(Path path, Wanted wanted) {
    try {
      if (Files.isDirectory(path)) {
        return ofFolder(path, wanted);
      }
      return Files.isRegularFile(path) ? ofFile(path, wanted) : Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // a hint is no place to fail: the error itself is being told
    }
  }

  private static Optional<String> ofFile(Path file, Wanted wanted) throws IOException {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(8);
    }
    if (startsWith(head, HDF5)) {
      return Optional.of("It is an HDF5 file, as Keras and TensorFlow write them" + KERAS_ADVICE);
    }
    if (startsWith(head, ZIP) && name.endsWith(".keras")) {
      return Optional.of("It is in Keras' own format" + KERAS_ADVICE);
    }
    if (head.length == 8 && new String(head, 4, 4, StandardCharsets.ISO_8859_1).equals("TFL3")) {
      return Optional.of(
          "It is a TensorFlow Lite model: give the SavedModel that it was made from.");
    }
    if (SAVED_MODEL.contains(name)) {
      Path parent = file.toAbsolutePath().normalize().getParent();
      Path given = file.getParent();
      return Optional.of(
          "It is part of the SavedModel "
              + (given == null ? parent : given)
              + ": name that folder"
              + (wanted == Wanted.GRAPH_DEF ? ", on the command line as --saved-model." : "."));
    }
    if (wanted != Wanted.ONNX && name.endsWith(".onnx")) {
      return Optional.of("By its name it is an ONNX file already.");
    }
    boolean graph = name.endsWith(".pb") || name.endsWith(".pbtxt");
    return graph && wanted != Wanted.GRAPH_DEF
        ? Optional.of(
            "A .pb file by itself is a frozen graph: TfModel.ofGraphDef reads it, on the command"
                + " line convert --graph-def.")
        : Optional.empty();
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  private static Optional<String> ofFolder(Path folder, Wanted wanted) throws IOException {
    if (isSavedModel(folder)) {
      return Optional.of(
          wanted == Wanted.ONNX
              ? "It is the folder of a SavedModel: make an ONNX file of it by convert"
                  + " --saved-model."
              : "It is the folder of a SavedModel: TfModel.ofSavedModel reads it, on the command"
                  + " line --saved-model.");
    }
    List<Path> below;
    try (Stream<Path> walk = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      below = walk.filter(ModelHint::isSavedModel).sorted().limit(NAMED + 1).toList();
    }
    if (!below.isEmpty()) {
      String names =
          below.stream().limit(NAMED).map(Path::toString).collect(Collectors.joining(", "));
      return Optional.of(
          "Below it SavedModels lie in "
              + names
              + (below.size() > NAMED ? ", ..." : "")
              + ": "
              + switch (wanted) {
                case SAVED_MODEL -> below.size() == 1 ? "name it." : "name one.";
                case GRAPH_DEF -> "name one, on the command line as --saved-model.";
                case ONNX -> "make an ONNX file of each by convert --saved-model.";
              });
    }
    Path parent = folder.toAbsolutePath().normalize().getParent();
    if (parent != null && isSavedModel(parent)) {
      Path given = folder.getParent();
      return Optional.of(
          "It is part of the SavedModel "
              + (given == null ? parent : given)
              + ": name that folder.");
    }
    return Optional.empty();
  }

  private static boolean isSavedModel(Path folder) {
    return SAVED_MODEL.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }
}
