package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxRuntimeTest {
  /** Linux takes 131,071 characters in one argument. */
  private static final int LONG = 100_000;

  private static final String PROGRAM =
      """
      public class Start {
        public static void main(String[] args) {
          org.betavae.infer.BetaVaeModel.open(java.nio.file.Path.of(args[0])).close();
          String[] left = new java.io.File(System.getProperty("java.io.tmpdir")).list();
          System.out.println("unpacked and kept: " + java.util.Arrays.stream(left)
              .filter(name -> name.startsWith("betavae")).toList());
          System.out.println("opened and closed");
        }
      }
      """;

  private static final String FAILING =
      """
      public class Fail {
        public static void main(String[] args) {
          for (int i = 0; i < 2; i++) {
            try {
              org.betavae.infer.BetaVaeModel.open(java.nio.file.Path.of(args[0])).close();
            } catch (IllegalStateException e) {
              System.out.println(e.getMessage());
            }
          }
        }
      }
      """;

  private static final String EXITING =
      """
      import org.betavae.infer.*;
      public class Exit {
        public static void main(String[] args) {
          ModelOptions options = ModelOptions.defaults();
          if (!args[1].isEmpty()) {
            options = options.withCache(java.nio.file.Path.of(args[1]));
          }
          try {
            BetaVaeModel.open(java.nio.file.Path.of(args[0]), null, options).close();
          } catch (ModelException e) {
            System.out.println(e.getMessage());
            System.exit(2);
          }
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void start_withALongCommandLine_doesNotEndTheProcess() throws Exception {
    Path model = TestModels.folder(folder.resolve("model"), 1, 4, 4);
    Path source = Files.writeString(folder.resolve("Start.java"), PROGRAM);
    String output = run(0, "-Dlong=" + "x".repeat(LONG), source, model.toString());

    assertTrue(output.endsWith("opened and closed"), output);
  }

  /** Else each process that is killed leaves 28 MB. */
  @Test
  void start_deletesTheLibraries_asSoonAsTheyAreLoaded() throws Exception {
    assumeFalse(
        System.getProperty("os.name").startsWith("Windows"), "files in use cannot be deleted");
    Path model = TestModels.folder(folder.resolve("model"), 1, 4, 4);
    Path source = Files.writeString(folder.resolve("Start.java"), PROGRAM);
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    String output = run(0, "-Djava.io.tmpdir=" + temporary, source, model.toString());

    assertTrue(output.contains("unpacked and kept: []"), output);
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /**
   * As the command line does: it tells what is wrong with a model long before the start is done.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exit_whileItStarts_leavesNothingUnpacked(boolean kept) throws Exception {
    Path source = Files.writeString(folder.resolve("Exit.java"), EXITING);
    Path empty = Files.createFile(folder.resolve("encoder.onnx"));
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Path cache = folder.resolve("cache");
    String output =
        run(
            2,
            "-Djava.io.tmpdir=" + temporary,
            source,
            empty.toString(),
            kept ? cache.toString() : "");

    assertTrue(output.endsWith("expected an ONNX file. Export it again."), output);
    assertEquals(List.of(), filesIn(temporary));
    assertEquals(List.of(), filesIn(cache).stream().filter(file -> file.endsWith(".tmp")).toList());
  }

  private static List<String> filesIn(Path place) throws IOException {
    if (!Files.exists(place)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(place)) {
      return files.filter(file -> !file.equals(place)).map(Path::toString).toList();
    }
  }

  @Test
  void start_whereNothingCanBeUnpacked_saysSo_alsoTheSecondTime() throws Exception {
    Path model = TestModels.folder(folder.resolve("model"), 1, 4, 4);
    Path source = Files.writeString(folder.resolve("Fail.java"), FAILING);
    Path missing = folder.resolve("missing");
    String output = run(0, "-Djava.io.tmpdir=" + missing, source, model.toString());

    List<String> lines = output.lines().filter(line -> line.startsWith("ONNX")).toList();
    assertEquals(2, lines.size(), output);
    assertEquals(lines.get(0), lines.get(1));
    assertTrue(lines.get(0).contains(missing.toString()), output);
    assertTrue(lines.get(0).contains("with -Djava.io.tmpdir"), output);
    assertTrue(lines.get(0).contains("betavae-onnxruntime-"), "tried in another way: " + output);
  }

  /** Runs a program in a JVM of its own and returns all that it says. */
  private static String run(int exitCode, String option, Path source, String... args)
      throws Exception {
    String classes =
        placeOf(BetaVaeModel.class) + File.pathSeparator + placeOf(OrtEnvironment.class);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", option, "-cp", classes, source.toString()));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(exitCode, process.waitFor(), output);
    return output;
  }

  private static String placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
