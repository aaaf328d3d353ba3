package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be overwritten, and what never. */
class RunFolderTest {
  @TempDir Path folder;

  private Path filled(String... names) throws IOException {
    Path root = Files.createDirectories(folder.resolve("out"));
    for (String name : names) {
      Files.createDirectories(root.resolve(name).getParent());
      Files.writeString(root.resolve(name), "text");
    }
    return root;
  }

  @Test
  void overwrite_ofAFolderThatWasNeverARun_isRefused_andNothingIsLost() throws IOException {
    List<String> names = List.of("model/thesis.tex", "pictures/a.png", "history.jsonl", "b", "c");
    Path root = filled(names.toArray(String[]::new));
    for (String config : List.of("", "model: mine\nsteps: 4\n", ": no yaml [")) {
      if (!config.isEmpty()) {
        Files.writeString(root.resolve("config.yaml"), config);
      }
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> RunFolder.create(root, true));
      assertTrue(e.getMessage().contains("holds b, c, "), e.getMessage());
      assertTrue(e.getMessage().contains("no config.yaml of a run"), e.getMessage());
      assertTrue(e.getMessage().contains("Name another folder"), e.getMessage());
      names.forEach(name -> assertTrue(Files.exists(root.resolve(name)), name));
    }
  }

  @Test
  void overwrite_ofARun_removesWhatItWrote_andNothingElse() throws IOException {
    Path root = filled("history.jsonl", "model/encoder.onnx", "pictures/a.png", "notes.txt");
    new RunFolder(root).writeConfig(TrainConfig.defaults());
    RunFolder run = RunFolder.create(root, true);
    assertFalse(Files.exists(run.configFile()));
    assertFalse(Files.exists(run.model()));
    assertFalse(Files.exists(run.pictures()));
    assertEquals("text", Files.readString(root.resolve("notes.txt")));
  }

  @Test
  void overwrite_ofWhatAKilledStartLeft_isAllowed() throws IOException {
    Path root = filled(".config.yaml.01234567-0123-0123-0123-0123456789ab.tmp");
    assertEquals(root, RunFolder.create(root, true).root());
  }
}
