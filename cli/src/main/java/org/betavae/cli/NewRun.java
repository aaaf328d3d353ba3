package org.betavae.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.betavae.train.RunFolder;

/** The folder of a new run, which is taken away again when nothing came to lie in it. */
final class NewRun implements AutoCloseable {
  private final Path root;
  private final boolean overwrite;
  private final boolean existed;

  /** Touches nothing yet. */
  NewRun(Path root, boolean overwrite) {
    this.root = root;
    this.overwrite = overwrite;
    existed = Files.exists(root);
  }

  /** Makes the folder; with {@code overwrite}, an earlier run in it is removed. */
  RunFolder make() {
    return RunFolder.create(root, overwrite);
  }

  /** The folder after {@link #make}. */
  RunFolder folder() {
    return new RunFolder(root);
  }

  @Override
  public void close() throws IOException {
    if (!existed) {
      try {
        Files.deleteIfExists(root);
      } catch (DirectoryNotEmptyException e) {
        return; // the usual end: the run is in it
      }
    }
  }
}
