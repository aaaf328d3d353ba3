package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of {@code docs/serving.md} that call the service, run as they stand there. */
class ServingPageTest {
  private static final int PATIENCE_SECONDS = 120;
  private static final int SIDE = 64;

  @TempDir Path folder;

  private static Path page() {
    Path here = Path.of("docs", "serving.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }

  /** The lines of the block that begins with {@code url=}, that line left out. */
  private static List<String> calls() throws IOException {
    List<String> lines = Files.readAllLines(page());
    int begin = lines.indexOf("url=http://127.0.0.1:8080");
    assertTrue(begin > 0, "the page has no line url=http://127.0.0.1:8080");
    return lines.subList(begin + 1, lines.size()).stream()
        .takeWhile(line -> !line.startsWith("```"))
        .toList();
  }

  private String run(String url, String line) throws Exception {
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", "url=" + url + "\n" + line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), line);
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertEquals(0, process.exitValue(), () -> line + ": " + said);
    assertFalse(said.contains("/problems/"), () -> line + ": " + said);
    return said;
  }

  @BeforeEach
  void needsCurl() throws InterruptedException {
    try {
      Process curl = new ProcessBuilder("bash", "-c", "command -v curl").start();
      assumeTrue(curl.waitFor() == 0, "no curl on PATH");
    } catch (IOException e) {
      assumeTrue(false, "no bash on PATH");
    }
  }

  @Test
  void everyLine_doesWhatItSays() throws Exception {
    Path model = TestModel.write(folder.resolve("m"), 2, 1, SIDE, SIDE);
    // Images within [0, 1], as those of a trained model are.
    TestModel.writeDecoder(model.resolve("decoder.onnx"), 0.01f, 1, SIDE, SIDE);
    Map<String, String> said = new LinkedHashMap<>();
    try (BetaVaeServer server =
        BetaVaeServer.start(ServeOptions.of(new ModelFolder("m", model)).withPort(0))) {
      String url = server.url().replaceFirst("/$", "");
      for (String line : calls()) {
        said.put(line, run(url, line));
      }
    }
    assertEquals(8, said.size(), () -> "calls: " + said.keySet());
    assertSaid(said, "$url/v1/model", "\"input_shape\"");
    assertSaid(said, "--data-binary @image.f32", "\"mean\"");
    assertSaid(said, "v1/embed -H 'Content-Type: image/png'", "\"mean\"");
    assertSaid(said, "v1/score", "\"values\"");
    assertSaid(said, "grep betavae_http", "betavae_http_requests_seconds_count");
    assertEquals(SIDE * SIDE * Float.BYTES, Files.size(folder.resolve("image.f32")));
    // Four columns and rows of images, gaps between and around them.
    BufferedImage samples = ImageIO.read(folder.resolve("samples.png").toFile());
    assertTrue(samples.getWidth() >= 4 * SIDE && samples.getHeight() == samples.getWidth());
    assertEquals(4 * SIDE, ImageIO.read(folder.resolve("again.png").toFile()).getWidth());
  }

  private static void assertSaid(Map<String, String> said, String call, String part) {
    String answer =
        said.entrySet().stream()
            .filter(entry -> entry.getKey().contains(call))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no call of " + call))
            .getValue();
    assertTrue(answer.contains(part), () -> call + ": " + answer);
  }
}
