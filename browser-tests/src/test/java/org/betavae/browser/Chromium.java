package org.betavae.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The machine's own Chromium, started once for all tests: {@code apt-get install chromium}. Nothing
 * is downloaded.
 */
final class Chromium {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  /** What keeps it quiet: no sandbox for root, and no asking of its maker's servers. */
  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private static Browser browser;

  private Chromium() {}

  /** The running browser; the test is skipped where there is none. */
  static synchronized Browser get() {
    Optional<Path> path = path();
    assumeTrue(path.isPresent(), "no chromium on PATH: apt-get install chromium");
    if (browser == null) {
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      browser =
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(path.get())
                      .setArgs(FLAGS)
                      .setTimeout(120_000));
      Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
    }
    return browser;
  }

  private static Optional<Path> path() {
    String folders = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(folders.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .or(() -> Stream.of(Path.of("/usr/bin/chromium")).filter(Files::isExecutable).findFirst());
  }
}
