package org.betavae.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes and reads model folders: {@code encoder.onnx}, {@code decoder.onnx} and {@code
 * model.json}.
 */
public final class ModelFolder {
  /** File name of the encoder. */
  public static final String ENCODER = "encoder.onnx";

  /** File name of the decoder. */
  public static final String DECODER = "decoder.onnx";

  /** File name of the facts. */
  public static final String FACTS = "model.json";

  /** All that lies in a model folder; weights of 2 GB and more lie beside the graph. */
  private static final Set<String> OWN =
      Set.of(
          ENCODER,
          DECODER,
          FACTS,
          ENCODER + ".data",
          DECODER + ".data",
          ENCODER + "_data",
          DECODER + "_data",
          "encoder.data",
          "decoder.data");

  private static final int NAMED_FILES = 5;

  /** What to do with a target that exists. */
  public enum Existing {
    /** Fail and leave it as it is, unless it is an empty folder. */
    KEEP,
    /** Put the new folder in its place, if it holds nothing but the files of a model. */
    REPLACE
  }

  private ModelFolder() {}

  /**
   * Writes a model folder, which appears whole or not at all. The facts go into {@code model.json}
   * and into both files.
   *
   * @throws IllegalArgumentException as {@link #checkTarget} does
   * @throws UncheckedIOException if writing fails; the target is then as before
   */
  public static void write(
      Path folder, OnnxModel encoder, OnnxModel decoder, ModelFacts facts, Existing existing) {
    Path target = folder.toAbsolutePath().normalize();
    checkTarget(folder, existing);
    byte[] encoderBytes = encoder.withMetadata(FactsJson.metadata(facts, "encoder")).toBytes();
    byte[] decoderBytes = decoder.withMetadata(FactsJson.metadata(facts, "decoder")).toBytes();
    String json = FactsJson.write(facts);
    Path aside = null;
    try {
      Files.createDirectories(target.getParent());
      aside = WholeFile.folderAside(target, ".part");
      OpenAsides.add(aside);
      Files.write(aside.resolve(ENCODER), encoderBytes);
      Files.write(aside.resolve(DECODER), decoderBytes);
      Files.writeString(aside.resolve(FACTS), json);
      WholeFile.moveFolder(aside, target);
    } catch (IOException e) {
      WholeFile.deleteQuietly(aside);
      throw new UncheckedIOException(
          "Cannot write " + folder + ": " + e + ". Check the folder and the free space.", e);
    } finally {
      if (aside != null) {
        OpenAsides.remove(aside);
      }
    }
  }

  /**
   * Checks that {@link #write} may write here, so that a caller learns it before the work.
   *
   * @throws IllegalArgumentException if the target is a file, exists and is to be kept, or holds
   *     anything but the files of a model
   */
  public static void checkTarget(Path folder, Existing existing) {
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          folder + " is a file, expected a folder to write the model to. Name another target.");
    }
    if (!Files.isDirectory(target)) {
      return;
    }
    List<Path> entries = entries(folder);
    if (existing == Existing.KEEP && !entries.isEmpty()) {
      throw new IllegalArgumentException(
          folder
              + " is not empty, expected a new or empty folder. Name another target, or overwrite it.");
    }
    List<String> foreign =
        entries.stream().filter(p -> !isOwn(p)).map(p -> p.getFileName().toString()).toList();
    if (!foreign.isEmpty()) {
      throw new IllegalArgumentException(
          folder
              + " holds "
              + String.join(", ", foreign.subList(0, Math.min(NAMED_FILES, foreign.size())))
              + (foreign.size() > NAMED_FILES
                  ? " and " + (foreign.size() - NAMED_FILES) + " more"
                  : "")
              + ", expected nothing but a model ("
              + String.join(", ", ENCODER, DECODER, FACTS)
              + ") in a folder to replace. Name another folder, or move these files away.");
    }
  }

  private static boolean isOwn(Path entry) {
    return OWN.contains(entry.getFileName().toString())
        && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + folder + ": " + e + ". Check its rights.", e);
    }
  }

  /** The same with {@link Existing#KEEP}. */
  public static void write(Path folder, OnnxModel encoder, OnnxModel decoder, ModelFacts facts) {
    write(folder, encoder, decoder, facts, Existing.KEEP);
  }

  /**
   * Reads {@code model.json}.
   *
   * @throws ConversionException if it is missing, no JSON, of a newer format, or lacks a fact
   */
  public static ModelFacts readFacts(Path folder) {
    Path file = folder.resolve(FACTS);
    try {
      return FactsJson.read(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new ConversionException(
          "Cannot read " + file + ": no such file, expected a model folder. Make one with export.",
          e);
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read " + file + ": " + e + ". Check that it is a text file that can be read.", e);
    }
  }
}
