package org.betavae.serve;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of the web page as they lie in this jar. The same files serve both homes of the page:
 * the service, and the static folder of {@link StaticPage}; {@code page.json}, which is not among
 * them, tells the page where it is.
 */
final class WebPage {
  /** Where the page finds ONNX Runtime for browsers, seen from {@code index.html}. */
  static final String RUNTIME_FOLDER = "ort/";

  /** What tells the page where its models are. */
  static final String SETTINGS = "page.json";

  private static final List<String> OWN =
      List.of(
          "index.html",
          "style.css",
          "icon.svg",
          "js/app.js",
          "js/boot.js",
          "js/browser.js",
          "js/errors.js",
          "js/explorer.js",
          "js/facts.js",
          "js/gallery.js",
          "js/intake.js",
          "js/latest.js",
          "js/network.js",
          "js/notices.js",
          "js/paint.js",
          "js/picture-in.js",
          "js/random.js",
          "js/roles.js",
          "js/samples.js",
          "js/service.js",
          "js/sliders.js",
          "js/static-model.js",
          "js/strips.js",
          "js/worker.js");

  /** Put into the jar by the build where npm is at hand: see this module's {@code pom.xml}. */
  private static final List<String> RUNTIME =
      List.of(
          RUNTIME_FOLDER + "ort.wasm.min.js",
          RUNTIME_FOLDER + "ort-wasm-simd-threaded.js",
          RUNTIME_FOLDER + "ort-wasm-simd-threaded.wasm");

  private WebPage() {}

  /** Whether this build holds ONNX Runtime for browsers. */
  static boolean hasRuntime() {
    return RUNTIME.stream().allMatch(name -> WebPage.class.getResource("page/" + name) != null);
  }

  /** Names of all files, seen from {@code index.html}. */
  static List<String> files() {
    return hasRuntime() ? Stream.concat(OWN.stream(), RUNTIME.stream()).toList() : OWN;
  }

  /**
   * Opens one of the files.
   *
   * @return empty if the page has no such file
   */
  static Optional<InputStream> open(String name) {
    return OWN.contains(name) || RUNTIME.contains(name)
        ? Optional.ofNullable(WebPage.class.getResourceAsStream("page/" + name))
        : Optional.empty();
  }
}
