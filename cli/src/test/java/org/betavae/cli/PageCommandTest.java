package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.betavae.serve.StaticPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageCommandTest {
  @TempDir Path folder;
  private TinyRun tiny;

  @BeforeEach
  void train() throws IOException {
    tiny = TinyRun.get();
  }

  private static void assumeBuiltIn() {
    assumeTrue(StaticPage.isAvailable(), "built without ONNX Runtime for browsers: install npm");
  }

  @Test
  void page_isAFolderWithTheModelTheEngineAndHowToServeIt() throws IOException {
    assumeBuiltIn();
    Path site = folder.resolve("site");
    JsonNode json = Cli.json("page --model % --out %", tiny.run, site);
    assertEquals("run", json.get("name").textValue(), "the run's name, not that of its model/");
    assertEquals(TinyRun.LATENTS, json.get("latent_size").intValue());
    for (String name : List.of("encoder.onnx", "decoder.onnx", "model.json")) {
      assertArrayEquals(
          Files.readAllBytes(tiny.run.resolve("model").resolve(name)),
          Files.readAllBytes(site.resolve("model").resolve(name)),
          name);
    }
    try (Stream<Path> engine = Files.list(site.resolve("ort"))) {
      assertEquals(
          List.of("ort-wasm-simd-threaded.js", "ort-wasm-simd-threaded.wasm", "ort.wasm.min.js"),
          engine.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertTrue(Files.readString(site.resolve("README.txt")).contains("python3 -m http.server"));
    JsonNode settings = new ObjectMapper().readTree(site.resolve("page.json").toFile());
    assertTrue(settings.get("service") == null, "no service behind it");
    assertEquals("model/", settings.get("models").get(0).get("folder").textValue());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(site), left.toList(), "nothing is left beside it");
    }
  }

  @Test
  void pairOfFiles_getsADescriptionAndTheNamesThatWereGiven() throws IOException {
    assumeBuiltIn();
    Path encoder = Files.copy(tiny.model.resolve("encoder.onnx"), folder.resolve("enc.onnx"));
    Path decoder = Files.copy(tiny.model.resolve("decoder.onnx"), folder.resolve("dec.onnx"));
    Path site = folder.resolve("site");
    Cli.json(
        "page --model % --out % --name squares --mean mean --output x",
        encoder + "," + decoder, site);
    JsonNode entry =
        new ObjectMapper().readTree(site.resolve("page.json").toFile()).get("models").get(0);
    assertEquals("squares", entry.get("name").textValue());
    assertEquals("{\"mean\":\"mean\",\"output\":\"x\"}", entry.get("names").toString());
    JsonNode facts = new ObjectMapper().readTree(site.resolve("model/model.json").toFile());
    assertEquals("[1,28,28]", facts.get("input_shape").toString());
    assertEquals(TinyRun.LATENTS, facts.get("kl_per_dimension").size());
  }

  @Test
  void earlierPage_isReplacedOnlyWithOverwrite() throws IOException {
    assumeBuiltIn();
    Path site = folder.resolve("site");
    Cli.json("page --model % --out %", tiny.model, site);
    Cli.run("page --model % --out %", tiny.model, site)
        .assertErrorNames(2, "--out is " + site, "not empty", "--overwrite");
    Cli.json("page --model % --out % --name other --overwrite", tiny.model, site);
    assertTrue(Files.readString(site.resolve("page.json")).contains("\"other\""));
    Files.writeString(site.resolve("mine.txt"), "mine");
    Cli.run("page --model % --out % --overwrite", tiny.model, site)
        .assertErrorNames(2, "holds mine.txt", "an earlier page");
    assertEquals("mine", Files.readString(site.resolve("mine.txt")));
  }

  @Test
  void wrongArguments_areNamed() throws IOException {
    Path site = folder.resolve("site");
    Cli.run("page --model % --out %", folder.resolve("none"), site)
        .assertErrorNames(2, "none", "no such file or folder");
    Cli.run("page --out %", site).assertErrorNames(2, "--model");
    Cli.run("page --model %", tiny.model).assertErrorNames(2, "--out");
    Cli.run("page --model % --out % --overwrite", tiny.model, tiny.model)
        .assertErrorNames(2, "--out is " + tiny.model, "holds --model");
    assertTrue(Files.notExists(site));
  }

  @Test
  void fileThatIsNoModel_leavesNothing() throws IOException {
    assumeBuiltIn();
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("decoder.onnx"), "no model");
    Cli.run("page --model % --out %", model, folder.resolve("site"))
        .assertErrorNames(2, "decoder.onnx");
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(model), left.toList());
    }
  }
}
