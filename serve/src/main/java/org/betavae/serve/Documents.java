package org.betavae.serve;

import io.javalin.config.JavalinConfig;
import io.javalin.http.staticfiles.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Files from the class path: the web page, and Swagger UI for the OpenAPI document. */
final class Documents {
  /** The web page, in this package's folder. */
  private static final String PAGE = "/org/betavae/serve/page";

  private static final String DOCS = "/org/betavae/serve/docs";

  /** The page's WebAssembly is 14 MB; compressed once, it is kept in memory. */
  private static final int LARGEST = 64 << 20;

  /**
   * Compressed anew each time: Javalin keeps what it compressed by the path below the folder, so
   * that index.html of two folders would be one.
   */
  private static final int NOT_KEPT = -1;

  private Documents() {}

  static void configure(JavalinConfig config) {
    add(config, "/docs/ui", "/META-INF/resources/webjars/swagger-ui/" + swaggerVersion(), NOT_KEPT);
    add(config, "/docs", DOCS, NOT_KEPT);
    add(config, "/", PAGE, LARGEST);
  }

  private static void add(JavalinConfig config, String path, String directory, int kept) {
    config.staticFiles.add(
        files -> {
          files.hostedPath = path;
          files.directory = directory;
          files.location = Location.CLASSPATH;
          files.precompressMaxSize = kept;
        });
  }

  /** The folder of a webjar is named by its version. */
  private static String swaggerVersion() {
    Properties properties = new Properties();
    try (InputStream in =
        Documents.class.getResourceAsStream(
            "/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the version of Swagger UI: " + e, e);
    }
    return properties.getProperty("version");
  }
}
