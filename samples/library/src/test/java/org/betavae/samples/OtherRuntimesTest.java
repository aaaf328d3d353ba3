package org.betavae.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Images;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples in JavaScript and Python compute what the library computes. */
class OtherRuntimesTest {
  /** Other kernels and another order of sums in float32, over a few layers. */
  private static final float TOLERANCE = 1e-4f;

  private static final int COUNT = 5;
  private static final int SECONDS_TO_INSTALL = 120;

  /** What npm says where packages cannot be had: no network, a proxy, or an unwilling registry. */
  private static final Set<String> NOT_TO_BE_HAD =
      Set.of(
          "ENOTFOUND",
          "EAI_AGAIN",
          "ECONNREFUSED",
          "ECONNRESET",
          "ENETUNREACH",
          "EHOSTUNREACH",
          "ETIMEDOUT",
          "ERR_SOCKET_TIMEOUT",
          "ENOTCACHED",
          "E401",
          "E403",
          "E404",
          "E429",
          "E502",
          "E503");

  private static final Pattern NPM_CODE = Pattern.compile("npm (?:error|ERR!) code (\\S+)");

  @TempDir static Path folder;
  private static Path model;
  private static Path input;
  private static float[] mean;
  private static Images decoded;

  @BeforeAll
  static void train_andComputeWithTheLibrary() throws Exception {
    model = TrainedRun.result().model();
    input = folder.resolve("images.npy");
    try (BetaVaeModel library = BetaVaeModel.open(model)) {
      Images images = library.generate(COUNT, 1, 1);
      try (NpyWriter writer = NpyWriter.create(input, COUNT, 1, 64, 64)) {
        writer.write(images.values(), 0, images.values().length);
      }
      mean = library.embed(images.values()).mean();
      decoded = library.decode(mean);
    }
  }

  @Test
  void nodeSample_computesWhatTheLibraryComputes() throws Exception {
    assumeTrue(Programs.runs(folder, "node", "--version"), "no node found");
    assumeTrue(Programs.runs(folder, "npm", "--version"), "no npm found");
    Path sample = Files.createDirectory(folder.resolve("node"));
    copy(Path.of("samples/node"), sample);
    install(sample);

    assertSame(sample, "node", "embed.mjs", "generate.mjs");

    Programs.Outcome usage = Programs.run(sample, 60, "node", "embed.mjs");
    assertEquals(2, usage.exitCode());
    assertTrue(usage.output().contains("usage: node embed.mjs MODEL"), usage.output());
  }

  /** Another Python than python3: {@code -Dbetavae.python=venv/bin/python}. */
  @Test
  void pythonSample_computesWhatTheLibraryComputes() throws Exception {
    String python = System.getProperty("betavae.python", "python3");
    assumeTrue(
        Programs.runs(folder, python, "-c", "import numpy, onnxruntime"),
        "no onnxruntime in " + python);
    Path sample = Files.createDirectory(folder.resolve("python"));
    copy(Path.of("samples/python"), sample);

    assertSame(sample, python, "embed.py", "generate.py");
  }

  private static void install(Path sample) throws Exception {
    Programs.Outcome installed =
        Programs.run(sample, SECONDS_TO_INSTALL, "npm", "ci", "--prefer-offline");
    Matcher code = NPM_CODE.matcher(installed.output());
    assumeTrue(installed.exitCode() != -1, "npm took more than 120 s: " + installed.output());
    if (installed.exitCode() != 0) {
      assumeTrue(
          !code.find() || !NOT_TO_BE_HAD.contains(code.group(1)),
          "npm cannot have its packages: " + installed.output());
      fail("npm ci: " + installed.output());
    }
  }

  private static void assertSame(Path sample, String program, String embed, String generate)
      throws Exception {
    Path z = sample.resolve("z.npy");
    Programs.Outcome embedded =
        Programs.run(sample, 120, program, embed, model.toString(), input.toString(), z.toString());
    assertEquals(0, embedded.exitCode(), embedded.output());
    assertTrue(embedded.output().startsWith("5 embeddings of 10 numbers in"), embedded.output());
    assertNear(new int[] {COUNT, 10}, mean, z);

    Path drawn = sample.resolve("drawn.npy");
    Programs.Outcome generated =
        Programs.run(
            sample, 120, program, generate, model.toString(), z.toString(), drawn.toString());
    assertEquals(0, generated.exitCode(), generated.output());
    assertTrue(generated.output().startsWith("5 images of shape"), generated.output());
    assertNear(new int[] {COUNT, 1, 64, 64}, decoded.values(), drawn);
  }

  private static void assertNear(int[] shape, float[] expected, Path file) {
    try (NpyReader reader = NpyReader.open(file)) {
      assertArrayEquals(shape, reader.shape());
      assertArrayEquals(expected, reader.toFloats(), TOLERANCE);
    }
  }

  /** The files of a sample, without what was installed beside them. */
  private static void copy(Path from, Path to) throws Exception {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }
}
