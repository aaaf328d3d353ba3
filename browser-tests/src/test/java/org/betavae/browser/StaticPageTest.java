package org.betavae.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Embeddings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person does with the page, here from a plain web server with the model in the browser. */
class StaticPageTest {
  /** The browser's kernels and the JVM's round differently. */
  private static final float CLOSE = 1e-4f;

  @TempDir static Path folder;
  private static FolderServer server;
  private static Path modelFolder;

  @BeforeAll
  static void write() {
    Chromium.get();
    modelFolder = TinyModel.folder(folder.resolve("tiny/model"), 1, 12, 16);
    server = new FolderServer(Site.write(folder.resolve("site"), modelFolder));
  }

  @AfterAll
  static void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void picture_followsWhileASliderIsDragged() {
    try (Visit visit = Visit.of(server.url())) {
      float[] before = visit.pixels("#picture");
      float[] latents = visit.latents();
      BoundingBox box = visit.slider(2).boundingBox();
      double y = box.y + box.height / 2;
      Mouse mouse = visit.page().mouse();
      mouse.move(box.x + box.width * 0.25, y);
      mouse.down();
      visit.settle();
      float[] held = visit.pixels("#picture");
      mouse.move(box.x + box.width * 0.9, y, new Mouse.MoveOptions().setSteps(8));
      visit.settle();
      float[] dragged = visit.pixels("#picture");
      mouse.up();

      assertFalse(Arrays.equals(before, held), "a press moves the latent");
      assertFalse(Arrays.equals(held, dragged), "the picture changes before the button is up");
      float[] after = visit.latents();
      assertTrue(after[2] > 1, "z2 is " + after[2]);
      latents[2] = after[2];
      assertArrayEquals(latents, after, "the other latents stay");
      assertDecoded(visit);
    }
  }

  @Test
  void picture_followsTheArrowKeys() {
    try (Visit visit = Visit.of(server.url())) {
      visit.byId("to-mean").click();
      visit.settle();
      Locator slider = visit.slider(0);
      slider.focus();
      float before = visit.latents()[0];
      float[] pixels = visit.pixels("#picture");
      for (int i = 0; i < 20; i++) {
        slider.press("ArrowRight");
      }
      visit.settle();
      assertEquals(before + 1, visit.latents()[0], 0.06, "20 steps of 0.05");
      assertFalse(Arrays.equals(pixels, visit.pixels("#picture")));
      slider.press("Home");
      visit.settle();
      assertEquals(-2.9f, visit.latents()[0], 1e-6f, "mean 0.1, deviation 1: from 0.1 - 3");
      assertThat(slider).hasAttribute("aria-valuetext", "\u22122.90");
      assertDecoded(visit);
    }
  }

  @Test
  void latents_areOrderedByWhatTheyCarry_andTheDeadOneIsGreyed() {
    try (Visit visit = Visit.of(server.url())) {
      float[] order =
          visit.numbers(
              "() => [...document.querySelectorAll('#sliders input')].map(i => +i.dataset.latent)");
      assertArrayEquals(new float[] {2, 0, 3, 1}, order);
      assertThat(visit.slider(TinyModel.DEAD)).isDisabled();
      assertThat(visit.slider(2)).isEnabled();
      assertThat(visit.byId("nats1")).hasText("unused");
      assertThat(visit.byId("nats2")).hasText("7.25 nats");
      assertThat(visit.byId("facts")).containsText("4 latents, 1 unused");
      assertEquals(3, visit.page().locator(".strip").count(), "no strip of the dead latent");
    }
  }

  @Test
  void droppedPicture_movesTheSlidersToItsEmbedding() {
    try (Visit visit = Visit.of(server.url());
        BetaVaeModel model = BetaVaeModel.open(modelFolder)) {
      visit.drop("disc.png", "image/png", Pictures.disc(16, 12, false));
      visit.awaitText("status", "Embedded disc.png");
      visit.settle();

      float[] given = new float[12 * 16];
      float[] shown = visit.pixels("#original");
      for (int i = 0; i < given.length; i++) {
        given[i] = shown[3 * i] / 255;
      }
      Embeddings wanted = model.embed(given);
      assertArrayEquals(wanted.mean(), visit.latents(), CLOSE);
      assertEquals(
          wanted.mean()[2], Float.parseFloat(visit.slider(2).inputValue()), 0.026, "half a step");
      assertThat(visit.byId("picture-caption")).hasText("Reconstructed");
      assertDecoded(visit);

      visit.slider(2).press("ArrowLeft");
      visit.settle();
      assertThat(visit.byId("picture-caption")).hasText("Moved from it");
      assertThat(visit.byId("original")).isVisible();
    }
  }

  @Test
  void pictureOfAnotherSize_isResizedAsTheReadersOfTheCommandDo() {
    try (Visit visit = Visit.of(server.url())) {
      visit
          .page()
          .setInputFiles("#file", payload("large.png", "image/png", Pictures.disc(64, 48, false)));
      visit.awaitText("status", "Embedded large.png");
      float[] shown = visit.pixels("#original");
      // Levels are 3x + y outside of the disc; a symmetric filter gives their value at its centre.
      assertEquals(3 * 9.5 + 33.5, shown[3 * (8 * 16 + 2)], 1, "column 2, row 8");
      assertEquals(230, shown[3 * (4 * 16 + 9)], 1, "inside of the disc");
    }
  }

  @Test
  void sample_canBeChosenAndSeedAndTemperatureChangeThem() {
    try (Visit visit = Visit.of(server.url());
        BetaVaeModel model = BetaVaeModel.open(modelFolder)) {
      Locator samples = visit.page().locator("#samples .tile");
      assertEquals(24, samples.count());
      samples.nth(4).click();
      visit.settle();
      float[] prior = model.samplePrior(24, 0, 1);
      assertArrayEquals(Arrays.copyOfRange(prior, 16, 20), visit.latents(), 1e-6f);
      assertThat(samples.nth(4)).hasAttribute("aria-pressed", "true");

      visit.byId("seed").fill("-42");
      visit.byId("temperature").fill("0.5");
      visit.settle();
      samples.nth(0).click();
      visit.settle();
      float[] other = model.samplePrior(24, -42, 0.5);
      assertArrayEquals(Arrays.copyOf(other, 4), visit.latents(), 1e-6f);

      visit.byId("seed").fill("many");
      visit.awaitText("status", "The seed is 'many', expected a whole number");
      assertThat(visit.byId("seed")).hasAttribute("aria-invalid", "true");
    }
  }

  @Test
  void strip_goesToTheChosenPicture_withTheKeyboardToo() {
    try (Visit visit = Visit.of(server.url())) {
      float[] before = visit.latents();
      Locator tiles = visit.page().locator("#strips .tile");
      assertEquals(27, tiles.count());
      tiles.nth(0).focus();
      for (String key : new String[] {"ArrowDown", "End", "ArrowLeft", "Enter"}) {
        visit.page().keyboard().press(key);
      }
      visit.settle();
      before[0] = -2.9f + 6f * 7 / 8; // the second row is z0, from -2.9 to 3.1
      assertArrayEquals(before, visit.latents(), 1e-5f);
      assertThat(tiles.nth(9 + 7)).hasAttribute("aria-pressed", "true");
      assertDecoded(visit);
    }
  }

  @Test
  void tabKey_goesFromTopToBottomWithOneStopForEachGallery() {
    try (Visit visit = Visit.of(server.url())) {
      StringBuilder order = new StringBuilder();
      for (int i = 0; i < 17; i++) {
        visit.page().keyboard().press("Tab");
        Object name =
            visit
                .page()
                .evaluate(
                    "() => { const e = document.activeElement;"
                        + " return e.id || e.className + ' in ' + (e.closest('[id]')?.id ?? 'main'); }");
        order.append(name).append('\n');
      }
      assertEquals(
          """
          skip in main
          to-mean
          to-random
          save
          copy
          choose
          z2
          z0
          z3
          temperature
          seed
          next-seed
          tile in samples
          tile in strips
          """,
          order.substring(0, order.indexOf("tile in strips") + "tile in strips\n".length()));
    }
  }

  @Test
  void pastedPicture_isEmbedded() {
    try (Visit visit = Visit.of(server.url())) {
      visit
          .page()
          .evaluate(
              """
              base64 => {
                const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
                const data = new DataTransfer();
                data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
                document.body.dispatchEvent(
                    new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
              }""",
              Base64.getEncoder().encodeToString(Pictures.disc(16, 12, false)));
      visit.awaitText("status", "Embedded image.png");
      visit.settle();
      assertDecoded(visit);
    }
  }

  @Test
  void whatIsNoPicture_isNamedAndChangesNothing() {
    try (Visit visit = Visit.of(server.url())) {
      float[] before = visit.latents();
      visit.drop("notes.txt", "text/plain", "no picture".getBytes(StandardCharsets.UTF_8));
      visit.awaitText("notices", "'notes.txt' is no picture that this browser can read.");
      assertThat(visit.byId("notices")).containsText("text/plain, 10 bytes; expected a whole PNG");
      assertThat(visit.byId("notices")).hasAttribute("role", "alert");
      byte[] whole = Pictures.disc(16, 12, false);
      visit.drop("cut.png", "image/png", Arrays.copyOf(whole, 60));
      visit.awaitText("notices", "'cut.png' is no picture");
      assertArrayEquals(before, visit.latents());
      visit.page().locator(".notice .close").first().click();
      assertEquals(0, visit.page().locator(".notice").count());
    }
  }

  @Test
  void savedPicture_isThatOfThePage() {
    try (Visit visit = Visit.of(server.url())) {
      Page page = visit.page();
      assertEquals(
          "decoded.png",
          page.waitForDownload(() -> visit.byId("save").click()).suggestedFilename());
    }
  }

  /** Checks that the picture is what the library decodes of the page's latents. */
  private static void assertDecoded(Visit visit) {
    try (BetaVaeModel model = BetaVaeModel.open(modelFolder)) {
      float[] wanted = model.decode(visit.latents()).values();
      float[] values = visit.values();
      assertArrayEquals(wanted, values, CLOSE);
      float[] pixels = visit.pixels("#picture");
      for (int i = 0; i < values.length; i++) {
        assertEquals(255 * values[i], pixels[3 * i], 0.51f, "pixel " + i);
      }
    }
  }

  private static FilePayload payload(String name, String type, byte[] content) {
    return new FilePayload(name, type, content);
  }
}
