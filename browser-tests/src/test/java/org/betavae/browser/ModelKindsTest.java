package org.betavae.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.betavae.infer.BetaVaeModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Colours, vectors, and models that others made. */
class ModelKindsTest {
  private static final float CLOSE = 1e-4f;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Chromium.get();
  }

  @Test
  void colours_areShownAndReadAsRedGreenBlue() {
    Path model = TinyModel.folder(folder.resolve("tiny/model"), 3, 10, 8);
    try (FolderServer server = new FolderServer(Site.write(folder.resolve("site"), model));
        Visit visit = Visit.of(server.url());
        BetaVaeModel open = BetaVaeModel.open(model)) {
      assertThat(visit.byId("facts")).containsText("8 × 10 colour");
      visit.drop("disc.png", "image/png", Pictures.disc(8, 10, true));
      visit.awaitText("status", "Embedded");
      visit.settle();
      float[] shown = visit.pixels("#original");
      float[] given = new float[3 * 80];
      for (int i = 0; i < given.length; i++) {
        given[i % 3 * 80 + i / 3] = shown[i] / 255;
      }
      assertArrayEquals(new float[] {230, 115, 25}, Arrays.copyOfRange(shown, 3 * 36, 3 * 37));
      assertArrayEquals(open.embed(given).mean(), visit.latents(), CLOSE);
      float[] wanted = open.decode(visit.latents()).values();
      assertArrayEquals(wanted, visit.values(), CLOSE);
      float[] pixels = visit.pixels("#picture");
      for (int i = 0; i < pixels.length; i++) {
        assertEquals(255 * wanted[i % 3 * 80 + i / 3], pixels[i], 0.51f, "value " + i);
      }
    }
  }

  @Test
  void vectors_areDrawnAsALineAndReadFromFilesOfNumbers() {
    Path model = TinyModel.folder(folder.resolve("tiny/model"), 7);
    try (FolderServer server = new FolderServer(Site.write(folder.resolve("site"), model));
        Visit visit = Visit.of(server.url());
        BetaVaeModel open = BetaVaeModel.open(model)) {
      assertThat(visit.byId("facts")).containsText("vectors of 7 numbers");
      visit.drop("row.csv", "text/csv", text("a,b,c,d,e,f,g\n0,0.5,1,0.25,0.75,0.1,0.9\n"));
      visit.awaitText("status", "Embedded row.csv");
      visit.settle();
      float[] row = {0, 0.5f, 1, 0.25f, 0.75f, 0.1f, 0.9f};
      assertArrayEquals(open.embed(row).mean(), visit.latents(), CLOSE);
      float[] before = visit.pixels("#picture");
      visit.slider(2).press("End");
      visit.settle();
      assertFalse(Arrays.equals(before, visit.pixels("#picture")), "the line moves");
      assertArrayEquals(open.decode(visit.latents()).values(), visit.values(), CLOSE);

      visit.drop("short.csv", "text/csv", text("1,2,3\n"));
      visit.awaitText("notices", "short.csv does not hold one vector of the model.");
      visit.awaitText("notices", "Found 3 numbers in its first row, expected 7");
    }
  }

  @Test
  void modelMadeElsewhere_channelsLastAndLogits_isUnderstoodAsByTheLibrary() throws IOException {
    Path model = TinyModel.foreign(folder.resolve("keras"), 9, 11, 3);
    Path site = Site.write(folder.resolve("site"), model);
    assertEquals(
        "[3,9,11]",
        Files.readString(site.resolve("model/model.json"))
            .replaceAll("\\s", "")
            .replaceFirst(".*\"input_shape\":([^\\]]*\\]).*", "$1"));
    try (FolderServer server = new FolderServer(site);
        Visit visit = Visit.of(server.url());
        BetaVaeModel open = BetaVaeModel.open(model)) {
      assertThat(visit.byId("latents-hint")).containsText("does not say how much");
      assertThat(visit.slider(3)).isEnabled();
      assertEquals("-3", visit.slider(3).getAttribute("min"), "three deviations of the prior");
      visit.drop("disc.png", "image/png", Pictures.disc(11, 9, true));
      visit.awaitText("status", "Embedded");
      visit.settle();
      float[] shown = visit.pixels("#original");
      float[] given = new float[3 * 99];
      for (int i = 0; i < given.length; i++) {
        given[i % 3 * 99 + i / 3] = shown[i] / 255;
      }
      assertArrayEquals(open.embed(given).mean(), visit.latents(), CLOSE);
      assertArrayEquals(open.decode(visit.latents()).values(), visit.values(), CLOSE);
    }
  }

  @Test
  void modelWithoutEncoder_decodesAndSaysThatItCannotEmbed() throws IOException {
    Path model = TinyModel.folder(folder.resolve("tiny/model"), 1, 6, 6);
    Files.delete(model.resolve("encoder.onnx"));
    try (FolderServer server = new FolderServer(Site.write(folder.resolve("site"), model));
        Visit visit = Visit.of(server.url())) {
      assertThat(visit.byId("drop-text"))
          .hasText("This model has no encoder: nothing can be embedded.");
      assertThat(visit.byId("choose")).isHidden();
      visit.drop("disc.png", "image/png", Pictures.disc(6, 6, false));
      visit.awaitText("notices", "This model has no encoder.");
    }
  }

  @Test
  void samplesOfASeed_areThoseOfTheLibrary() {
    Path model = TinyModel.folder(folder.resolve("tiny/model"), 1, 6, 6);
    try (FolderServer server = new FolderServer(Site.write(folder.resolve("site"), model));
        Visit visit = Visit.of(server.url());
        BetaVaeModel open = BetaVaeModel.open(model)) {
      for (long seed : new long[] {0, 1, -1, 42, Long.MIN_VALUE, Long.MAX_VALUE}) {
        float[] z =
            visit.numbers(
                "async seed => Array.from((await import('/js/random.js'))"
                    + ".priorSamples(50, 4, BigInt(seed), 0.8))",
                Long.toString(seed));
        assertArrayEquals(open.samplePrior(50, seed, 0.8), z, 1e-6f, "seed " + seed);
      }
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
