package org.betavae.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.betavae.serve.BetaVaeServer;
import org.betavae.serve.ModelFolder;
import org.betavae.serve.ServeOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of the service, which computes there or in the browser. */
class ModesTest {
  /** What both modes may differ by; a level of a picture is 4e-3. */
  private static final float CLOSE = 1e-3f;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Chromium.get();
  }

  @Test
  void grayModel_givesTheSamePictureInBothModes() {
    assertModesAgree(TinyModel.folder(folder.resolve("gray"), 1, 12, 16), 16, 12, false);
  }

  @Test
  void colourModel_givesTheSamePictureInBothModes() {
    assertModesAgree(TinyModel.folder(folder.resolve("colour"), 3, 8, 8), 8, 8, true);
  }

  @Test
  void modelMadeElsewhere_givesTheSamePictureInBothModes() {
    assertModesAgree(TinyModel.foreign(folder.resolve("foreign"), 9, 11, 3), 11, 9, true);
  }

  private static void assertModesAgree(Path model, int width, int height, boolean colour) {
    Site.assumeEngine();
    try (BetaVaeServer server = serve(new ModelFolder("tiny", model));
        Visit visit = Visit.of(server.url())) {
      assertThat(visit.byId("mode-service")).isChecked();
      assertTrue(visit.text("timing").endsWith("on the service"), visit.text("timing"));
      visit.slider(2).press("End");
      visit.settle();
      float[] moved = visit.values();
      final float[] latents = visit.latents();
      byte[] picture = Pictures.disc(width, height, colour);
      visit.drop("disc.png", "image/png", picture);
      visit.awaitText("status", "Embedded disc.png");
      visit.settle();
      final float[] embedded = visit.latents();
      final float[] reconstructed = visit.values();
      assertFalse(Arrays.equals(moved, reconstructed));

      visit.page().getByText("in this browser").first().click();
      visit.awaitText("status", "Computing in this browser now");
      visit.settle();
      assertEquals(0, requestsTo(visit, "v1/generate", () -> visit.slider(2).press("End")));
      visit.drop("again.png", "image/png", picture);
      visit.awaitText("status", "Embedded again.png");
      visit.settle();
      assertTrue(visit.text("timing").endsWith("in this browser"), visit.text("timing"));
      assertArrayEquals(embedded, visit.latents(), CLOSE);
      assertArrayEquals(reconstructed, visit.values(), CLOSE);

      visit.page().evaluate("z => globalThis.betavae.moveTo(z)", latentsAsList(latents));
      visit.settle();
      assertArrayEquals(moved, visit.values(), CLOSE);
    }
  }

  private static List<Double> latentsAsList(float[] latents) {
    return List.of(
        (double) latents[0], (double) latents[1], (double) latents[2], (double) latents[3]);
  }

  private static long requestsTo(Visit visit, String path, Runnable action) {
    long before = count(visit, path);
    action.run();
    visit.settle();
    return count(visit, path) - before;
  }

  private static long count(Visit visit, String path) {
    return visit.requests().stream().filter(url -> url.contains(path)).count();
  }

  @Test
  void browserMode_canBeAskedForInTheAddress() {
    Site.assumeEngine();
    Path model = TinyModel.folder(folder.resolve("gray"), 1, 6, 6);
    try (BetaVaeServer server = serve(new ModelFolder("tiny", model));
        Visit visit = Visit.of(server.url() + "?mode=browser")) {
      assertThat(visit.byId("mode-browser")).isChecked();
      assertEquals(0, count(visit, "v1/generate"));
    }
  }

  @Test
  void modelsOfTheService_canBeChosen() {
    Path gray = TinyModel.folder(folder.resolve("gray"), 1, 6, 6);
    Path colour = TinyModel.folder(folder.resolve("colour"), 3, 8, 8);
    try (BetaVaeServer server =
            serve(new ModelFolder("one", gray), new ModelFolder("two", colour));
        Visit visit = Visit.of(server.url())) {
      assertThat(visit.byId("title")).hasText("one");
      visit.byId("model").selectOption("two");
      assertThat(visit.byId("title")).hasText("two");
      visit.settle();
      assertEquals(3 * 64, visit.values().length);
      assertTrue(visit.page().url().contains("model=two"), visit.page().url());
    }
  }

  @Test
  void withoutTheEngine_theServiceIsUsedAndThePageSaysWhy() {
    Path model = TinyModel.folder(folder.resolve("gray"), 1, 6, 6);
    try (BetaVaeServer server = serve(new ModelFolder("tiny", model));
        Visit visit = Visit.blank(new Browser.NewContextOptions())) {
      visit.page().route("**/ort/**", route -> route.fulfill(notFound()));
      visit.go(server.url() + "?mode=browser");
      assertThat(visit.byId("mode-service")).isChecked();
      assertThat(visit.byId("mode-browser")).isDisabled();
      assertThat(visit.byId("about")).containsText("needs npm when betavae is built");
    }
  }

  private static Route.FulfillOptions notFound() {
    return new Route.FulfillOptions().setStatus(404);
  }

  @Test
  void serviceThatStopped_isNamedAndTriedAgain() {
    Path model = TinyModel.folder(folder.resolve("gray"), 1, 6, 6);
    BetaVaeServer first = serve(new ModelFolder("tiny", model));
    int port = first.port();
    try (Visit visit = Visit.of(first.url())) {
      first.close();
      visit.slider(0).press("End");
      visit.awaitText("notices", "The service does not answer.");
      visit.awaitText("notices", "Expected an answer from http://127.0.0.1:" + port);
      float[] before = visit.values();
      try (BetaVaeServer second =
          BetaVaeServer.start(ServeOptions.of(new ModelFolder("tiny", model)).withPort(port))) {
        assertEquals(port, second.port());
        visit
            .page()
            .locator(".notice button", new Page.LocatorOptions().setHasText("Try again"))
            .click();
        visit
            .page()
            .waitForFunction("old => globalThis.betavae.values[0] !== old", (double) before[0]);
        assertEquals("", visit.text("notices"));
      }
    } finally {
      first.close();
    }
  }

  @Test
  void token_isAskedForAndKept() throws IOException {
    Path model = TinyModel.folder(folder.resolve("gray"), 1, 6, 6);
    Path tokens = Files.writeString(folder.resolve("tokens"), "0123456789abcdef0123456789abcdef\n");
    ServeOptions options =
        ServeOptions.of(new ModelFolder("tiny", model)).withPort(0).withTokenFile(tokens);
    try (BetaVaeServer server = BetaVaeServer.start(options);
        Visit visit = Visit.open(server.url(), new Browser.NewContextOptions())) {
      visit.awaitText("notices", "The service asks for a token.");
      assertThat(visit.page().locator("input[name=token]")).isFocused();
      visit.page().keyboard().type("wrong");
      visit.page().keyboard().press("Enter");
      visit.awaitText("notices", "The token in the header Authorization is not known");
      assertThat(visit.page().locator("input[name=token]")).isFocused();
      visit.page().keyboard().type("0123456789abcdef0123456789abcdef");
      visit.page().keyboard().press("Enter");
      visit.awaitPicture();
      assertEquals("", visit.text("notices"));
      visit.page().reload();
      visit.awaitPicture();
    }
  }

  static BetaVaeServer serve(ModelFolder... models) {
    return BetaVaeServer.start(ServeOptions.of(models).withPort(0));
  }
}
