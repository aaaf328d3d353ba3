package org.betavae.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.betavae.train.RunFolder;

/** The folder of a new run, which is taken away again when nothing came to lie in it. */
final class NewRun implements AutoCloseable {
  private final Path root;
  private final boolean overwrite;
  private final boolean existed;
  private final List<Path> others;

  /**
   * Touches nothing yet.
   *
   * @param others files that the command wrote beside an earlier run
   * @throws IllegalArgumentException if the folder may not be overwritten
   */
  NewRun(Path root, boolean overwrite, Path... others) {
    this.root = root;
    this.overwrite = overwrite;
    this.others = List.of(others);
    existed = Files.exists(root);
    if (overwrite) {
      RunFolder.requireReplaceable(root);
    }
  }

  /** Makes the folder; with {@code overwrite}, an earlier run in it is removed. */
  RunFolder make() {
    RunFolder run = RunFolder.create(root, overwrite);
    try {
      for (Path other : others) {
        Files.deleteIfExists(other);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove " + e.getMessage() + " of the earlier run", e);
    }
    return run;
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
