package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ProducerTest {
  @Test
  void version_isTheProjects_alsoOutsideOfAJar() throws IOException {
    Path root = Files.isDirectory(Path.of("export")) ? Path.of("") : Path.of("..");
    String pom = Files.readString(root.resolve("pom.xml"));
    Matcher version =
        Pattern.compile("<artifactId>betavae</artifactId>\\s*<version>([^<]+)</version>")
            .matcher(pom);
    assertTrue(version.find(), "the root pom.xml names a version");
    assertEquals(version.group(1), Producer.version());
    assertEquals("betavae " + version.group(1), Producer.text());
  }
}
