package org.betavae.data;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Files and folders that appear whole or not at all. */
public final class AtomicOutput {
  private AtomicOutput() {}

  /**
   * Writes a file aside in the folder of its target, forces it to the disk and renames it. When
   * anything fails, the target stays as it was and nothing is left beside it.
   *
   * @param body writes the content; need not flush or close
   * @throws IllegalArgumentException if the target's folder is missing or the target is a folder
   * @throws UncheckedIOException if writing fails, a full disk included
   */
  public static void write(Path target, IoConsumer<OutputStream> body) {
    try (AtomicFile file = new AtomicFile(target)) {
      try {
        body.accept(file.stream());
      } catch (IOException e) {
        throw file.failure(e);
      }
      file.commit();
    }
  }

  /**
   * Fills a folder aside, beside its target, and renames it. A target that exists goes only when
   * the new one stands in its place. When anything fails, the target stays as it was and nothing is
   * left beside it.
   *
   * @param target a new name, or a folder that is replaced with all in it
   * @param body writes into the folder that it is given
   * @throws IllegalArgumentException if the target is a file
   * @throws UncheckedIOException if writing fails, a full disk included
   */
  public static void writeFolder(Path target, IoConsumer<Path> body) {
    try (AtomicFolder folder = new AtomicFolder(target)) {
      try {
        body.accept(folder.aside());
      } catch (IOException e) {
        throw folder.failure(e);
      }
      folder.commit();
    }
  }
}
