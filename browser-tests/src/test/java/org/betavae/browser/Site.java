package org.betavae.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.betavae.infer.BetaVaeModel;
import org.betavae.serve.StaticPage;

/** The page as static folders. */
final class Site {
  private Site() {}

  /** Writes the page of a model folder; the test is skipped where the build lacks the engine. */
  static Path write(Path target, Path model) {
    assumeEngine();
    try (BetaVaeModel open = BetaVaeModel.open(model)) {
      StaticPage.Model files =
          new StaticPage.Model(
              "squares",
              Optional.of(model.resolve("encoder.onnx")).filter(Files::exists),
              Optional.of(model.resolve("decoder.onnx")),
              StaticPage.Names.FOUND);
      StaticPage.write(target, files, open.info(), false);
    }
    return target;
  }

  static void assumeEngine() {
    assumeTrue(
        StaticPage.isAvailable(),
        "built without ONNX Runtime for browsers: install npm and build again, online");
  }
}
