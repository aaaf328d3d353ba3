package org.betavae.serve;

import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A model to serve.
 *
 * @param name how requests call it: letters, digits, {@code . _ -}, at most 64
 * @param folder holds {@code encoder.onnx}, {@code decoder.onnx}, or both
 */
public record ModelFolder(String name, Path folder) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** Checks the name. */
  public ModelFolder {
    Objects.requireNonNull(folder, "folder");
    if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException(
          "model name is '"
              + name
              + "', expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit."
              + " Give it one with NAME=FOLDER.");
    }
  }
}
