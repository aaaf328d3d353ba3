package org.betavae.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

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
    checkTarget(folder, existing);
    byte[] encoderBytes = encoder.withMetadata(FactsJson.metadata(facts, "encoder")).toBytes();
    byte[] decoderBytes = decoder.withMetadata(FactsJson.metadata(facts, "decoder")).toBytes();
    String json = FactsJson.write(facts);
    TargetFolder.write(
        folder,
        aside -> {
          Files.write(aside.resolve(ENCODER), encoderBytes);
          Files.write(aside.resolve(DECODER), decoderBytes);
          Files.writeString(aside.resolve(FACTS), json);
        });
  }

  /**
   * Checks that {@link #write} may write here, so that a caller learns it before the work.
   *
   * @throws IllegalArgumentException if the target is a file, exists and is to be kept, or holds
   *     anything but the files of a model
   */
  public static void checkTarget(Path folder, Existing existing) {
    TargetFolder.check(
        folder,
        existing,
        "a model (" + String.join(", ", ENCODER, DECODER, FACTS) + ")",
        ModelFolder::isOwn);
  }

  private static boolean isOwn(Path entry) {
    return OWN.contains(entry.getFileName().toString())
        && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
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
