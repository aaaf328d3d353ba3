package org.betavae.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Name and version of this program, as they stand in the files that it writes. */
public final class Producer {
  /** Its name. */
  public static final String NAME = "betavae";

  private static final String VERSION = read();

  private Producer() {}

  /**
   * The project's version, such as {@code 1.2.0}. It is the same in a jar, in a jar that packs
   * several projects together and in a folder of classes, since it is a file that the build fills
   * in, not an entry of a manifest; "dev" where an editor copied that file as it stands.
   */
  public static String version() {
    return VERSION;
  }

  /** Name and version, such as {@code betavae 1.2.0}. */
  public static String text() {
    return NAME + ' ' + VERSION;
  }

  private static String read() {
    try (InputStream in = Producer.class.getResourceAsStream("version.txt")) {
      String version =
          in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      return version.isEmpty() || version.startsWith("$") ? "dev" : version;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read version.txt beside the classes: " + e, e);
    }
  }
}
