package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the way from the start of a JVM to the first embedding does without, since it is dear there
 * and easily comes back: each line of code that brings it back looks as cheap as any other.
 */
class StartTest {
  /** A record's equals, hashCode or toString, as the compiler makes them: 30 ms at first use. */
  private static final String DEAR = "java.lang.runtime.ObjectMethods ";

  @TempDir Path folder;

  /** The program that is started. */
  static final class FirstEmbedding {
    private FirstEmbedding() {}

    public static void main(String[] args) {
      try (BetaVaeModel model = BetaVaeModel.open(Path.of(args[0]))) {
        model.embed(new float[model.info().imageSize()]);
      }
    }
  }

  @Test
  void firstEmbedding_linksNoMethodsOfRecords() throws Exception {
    Path model = TestModels.folder(folder.resolve("model"), 1, 4, 4);
    Path classes = folder.resolve("classes.txt");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-Xlog:class+load:file=" + classes.getFileName(),
            "-cp",
            String.join(
                File.pathSeparator,
                placeOf(StartTest.class),
                placeOf(BetaVaeModel.class),
                placeOf(OrtEnvironment.class)),
            FirstEmbedding.class.getName(),
            model.toString());
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, process.waitFor(), output);

    List<String> loaded = Files.readAllLines(classes);
    assertTrue(
        loaded.stream().anyMatch(line -> line.contains(Rehearsal.class.getName() + " ")),
        "the list of classes has other lines than expected");
    assertEquals(List.of(), loaded.stream().filter(line -> line.contains(DEAR)).toList());
  }

  private static String placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
