package org.betavae.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says when its folder is not as it was written. */
class PageErrorsTest {
  @TempDir Path folder;
  private Path site;

  @BeforeAll
  static void start() {
    Chromium.get();
  }

  @BeforeEach
  void write() {
    Path model = TinyModel.folder(folder.resolve("tiny/model"), 1, 6, 6);
    site = Site.write(folder.resolve("site"), model);
  }

  private void assertSays(String... parts) {
    try (FolderServer server = new FolderServer(site);
        Visit visit = Visit.open(server.url(), new Browser.NewContextOptions())) {
      for (String part : parts) {
        visit.awaitText("notices", part);
      }
      assertThat(visit.byId("title")).hasText("No model");
    }
  }

  @Test
  void missingModelFile_isNamed() throws IOException {
    Files.delete(site.resolve("model/decoder.onnx"));
    assertSays(
        "The model's decoder.onnx is missing.",
        "/model/decoder.onnx is answered with 404, expected 200");
  }

  @Test
  void damagedModelFile_isNamed() throws IOException {
    Files.writeString(site.resolve("model/encoder.onnx"), "no model");
    assertSays("The encoder cannot be opened in this browser.", "Export the model again");
  }

  @Test
  void damagedDescription_isNamed() throws IOException {
    Files.writeString(
        site.resolve("model/model.json"), "{\"input_shape\": [1, 6], \"latent_size\": 4}");
    assertSays("The description of the model cannot be used.", "input_shape is [1,6]");
    Files.writeString(site.resolve("model/model.json"), "no JSON");
    assertSays("The description of the model cannot be read.");
  }

  @Test
  void modelOfAnotherDescription_isRefused() throws IOException {
    Files.writeString(
        site.resolve("model/model.json"), "{\"input_shape\": [1, 6, 6], \"latent_size\": 5}");
    assertSays("Mean and log-variance cannot be told apart", "expected two of shape [N, 5]");
  }

  @Test
  void missingEngine_isNamed() throws IOException {
    Files.delete(site.resolve("ort/ort.wasm.min.js"));
    assertSays("ONNX Runtime for browsers is missing.");
  }

  @Test
  void missingSettings_areNamed() throws IOException {
    Files.delete(site.resolve("page.json"));
    assertSays("The page does not find its settings.", "page.json: the answer is 404");
  }

  @Test
  void pageOpenedAsAFile_saysHowToServeIt() {
    try (Visit visit =
        Visit.open(
            site.resolve("index.html")
                .toUri()
                .toString()
                .replace("file:/", "file:///")
                .replace("file://///", "file:///"),
            new Browser.NewContextOptions())) {
      visit.awaitText("notices", "This page was opened as a file");
      visit.awaitText("notices", "python3 -m http.server 8000 --bind 127.0.0.1");
    }
  }
}
