package org.betavae.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.betavae.train.RunFolder;

/** Makes the folder of a new run, and takes it away again when nothing came to lie in it. */
final class NewRun implements AutoCloseable {
  private final RunFolder folder;
  private final boolean existed;

  /** Makes the folder; with {@code overwrite}, an earlier run in it is removed. */
  NewRun(Path root, boolean overwrite) {
    existed = Files.exists(root);
    folder = RunFolder.create(root, overwrite);
  }

  RunFolder folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    if (!existed) {
      try {
        Files.deleteIfExists(folder.root());
      } catch (DirectoryNotEmptyException e) {
        return; // the usual end: the run is in it
      }
    }
  }
}
