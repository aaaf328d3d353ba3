package org.betavae.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Widths, colours, and what assistive programs are told. */
class LayoutTest {
  /** WCAG 2.2, 1.4.3 for text and 1.4.11 for what has to be seen of a control. */
  private static final double TEXT_CONTRAST = 4.5;

  private static final double CONTROL_CONTRAST = 3;

  @TempDir static Path folder;
  private static FolderServer server;

  @BeforeAll
  static void write() {
    Chromium.get();
    Path model = TinyModel.folder(folder.resolve("tiny/model"), 1, 12, 16);
    server = new FolderServer(Site.write(folder.resolve("site"), model));
  }

  @AfterAll
  static void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void phone_hasNothingWiderThanItself_andThePictureStaysInSight() {
    for (int width : List.of(320, 360, 430)) {
      Browser.NewContextOptions phone =
          new Browser.NewContextOptions()
              .setViewportSize(width, 740)
              .setHasTouch(true)
              .setDeviceScaleFactor(2);
      try (Visit visit = Visit.of(server.url(), phone)) {
        visit.drop("disc.png", "image/png", Pictures.disc(16, 12, false));
        visit.awaitText("status", "Embedded");
        Object scrolled = visit.page().evaluate("() => document.documentElement.scrollWidth");
        assertEquals(width, ((Number) scrolled).intValue(), "width of the content");
        visit.slider(3).scrollIntoViewIfNeeded();
        visit.page().evaluate("() => scrollBy(0, 120)");
        BoundingBox picture = visit.byId("picture").boundingBox();
        assertTrue(picture.y >= 0 && picture.y + picture.height < 740, "picture at " + picture.y);
        BoundingBox slider = visit.slider(2).boundingBox();
        assertTrue(slider.width >= 120 && slider.height >= 24, "a thumb can grasp it");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void contrasts_areEnoughInBothColourSchemes(ColorScheme scheme) {
    Browser.NewContextOptions options = new Browser.NewContextOptions().setColorScheme(scheme);
    try (Visit visit = Visit.of(server.url(), options)) {
      Map<?, ?> colours =
          (Map<?, ?>)
              visit
                  .page()
                  .evaluate(
                      """
                      () => {
                        const style = getComputedStyle(document.documentElement);
                        const names = ['page', 'card', 'sunken', 'text', 'muted', 'accent',
                          'on-accent', 'error', 'error-soft', 'control'];
                        return Object.fromEntries(
                            names.map(n => [n, style.getPropertyValue('--' + n).trim()]));
                      }""");
      for (String ground : List.of("page", "card")) {
        for (String text : List.of("text", "muted", "accent")) {
          assertContrast(colours, text, ground, TEXT_CONTRAST);
        }
        assertContrast(colours, "control", ground, CONTROL_CONTRAST);
      }
      assertContrast(colours, "muted", "sunken", TEXT_CONTRAST);
      assertContrast(colours, "on-accent", "accent", TEXT_CONTRAST);
      assertContrast(colours, "error", "error-soft", TEXT_CONTRAST);
      assertContrast(colours, "text", "error-soft", TEXT_CONTRAST);
    }
  }

  @Test
  void everyControl_hasANameAndEveryNameItsControl() {
    try (Visit visit = Visit.of(server.url())) {
      Object nameless =
          visit
              .page()
              .evaluate(
                  """
                  () => [...document.querySelectorAll('button, input, select')]
                      .filter(e => !e.closest('[hidden]') && e.type !== 'file')
                      .filter(e => !(e.labels?.length || e.textContent.trim()
                          || e.getAttribute('aria-label')))
                      .map(e => e.outerHTML)""");
      assertEquals(List.of(), nameless);
      assertThat(visit.byId("status")).hasAttribute("aria-live", "polite");
      assertEquals("en", visit.page().locator("html").getAttribute("lang"));
      assertEquals(1, visit.page().locator("h1").count());
    }
  }

  @Test
  void nothingMoves_whereLessMotionIsAskedFor() {
    Browser.NewContextOptions options =
        new Browser.NewContextOptions().setReducedMotion(ReducedMotion.REDUCE);
    try (Visit visit = Visit.of(server.url(), options)) {
      Object moving =
          visit
              .page()
              .evaluate(
                  """
                  () => [...document.querySelectorAll('*')]
                      .map(e => getComputedStyle(e))
                      .filter(s => parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none')
                      .length""");
      assertEquals(0, ((Number) moving).intValue());
    }
  }

  private static void assertContrast(Map<?, ?> colours, String a, String b, double least) {
    double first = luminance((String) colours.get(a));
    double second = luminance((String) colours.get(b));
    double contrast = (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    assertTrue(contrast >= least, a + " on " + b + " has contrast " + contrast);
  }

  /** Relative luminance of {@code #rrggbb}, WCAG 2.2. */
  private static double luminance(String colour) {
    int rgb = Integer.parseInt(colour.substring(1), 16);
    return 0.2126 * linear(rgb >> 16 & 255)
        + 0.7152 * linear(rgb >> 8 & 255)
        + 0.0722 * linear(rgb & 255);
  }

  private static double linear(int level) {
    double c = level / 255.0;
    return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }
}
