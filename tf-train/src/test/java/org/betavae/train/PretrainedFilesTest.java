package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainedFilesTest {
  @TempDir Path folder;

  @Test
  void copyOfAFolderBehindALink_hasItsFiles() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model/variables"));
    Files.writeString(model.resolve("variables.index"), "x");
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, folder.resolve("model"));
    } catch (IOException | UnsupportedOperationException e) {
      assumeTrue(false, "no symbolic links here: " + e);
    }
    PretrainedFiles.copy(link, folder.resolve("copy"));
    assertEquals("x", Files.readString(folder.resolve("copy/variables/variables.index")));
  }
}
