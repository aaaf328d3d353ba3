package org.betavae.browser;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import org.betavae.serve.BetaVaeServer;
import org.betavae.serve.ModelFolder;
import org.betavae.serve.ServeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Takes the pictures of {@code docs/page.md}; no test, so run by name only, with a model of 64x64
 * images such as that of {@code quickstart}:
 *
 * <pre>{@code
 * mvn -q test -pl browser-tests -am -Dtest=PageScreenshots -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dbetavae.screenshots=$PWD/first/model
 * }</pre>
 */
@EnabledIfSystemProperty(named = "betavae.screenshots", matches = ".+")
class PageScreenshots {
  private static final int SIDE = 64;
  private static final int WARM_UP = 10;

  private static Path docs() {
    return Files.exists(Path.of("docs")) ? Path.of("docs") : Path.of("..", "docs");
  }

  @Test
  void takeAll() {
    Path model = Path.of(System.getProperty("betavae.screenshots"));
    try (BetaVaeServer server =
        BetaVaeServer.start(ServeOptions.of(new ModelFolder("sprites", model)).withPort(0))) {
      take(server, new Browser.NewContextOptions().setViewportSize(1180, 800), "page.png");
      take(
          server,
          new Browser.NewContextOptions()
              .setViewportSize(1180, 1230)
              .setColorScheme(ColorScheme.DARK),
          "page-dark.png");
      take(
          server,
          new Browser.NewContextOptions().setViewportSize(390, 780).setHasTouch(true),
          "page-phone.png");
    }
  }

  private static void take(BetaVaeServer server, Browser.NewContextOptions window, String name) {
    try (Visit visit = Visit.of(server.url(), window)) {
      for (int i = 0; i < WARM_UP; i++) { // the time that is shown is that of a service in use
        visit.slider(i % 2).press("End");
        visit.settle();
        visit.drop("again.png", "image/png", Pictures.ellipse(SIDE));
        visit.awaitText("status", "Embedded again.png");
        visit.settle();
      }
      visit.drop("ellipse.png", "image/png", Pictures.ellipse(SIDE));
      visit.awaitText("status", "Embedded ellipse.png");
      visit.page().keyboard().press("Escape"); // no focus ring in the picture
      visit.page().evaluate("() => document.activeElement?.blur()");
      visit.settle();
      visit.page().waitForLoadState();
      Path file = docs().resolve(name);
      visit.page().screenshot(new Page.ScreenshotOptions().setPath(file));
      assertTrue(Files.exists(file));
    }
  }
}
