package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebPageTest {
  private static final Pattern ADDRESS = Pattern.compile("(https?:)?//[a-zA-Z0-9][^\\s'\"`)]*");

  @TempDir Path folder;

  private static Path sources() throws URISyntaxException {
    URI index = WebPage.class.getResource("page/index.html").toURI();
    assumeTrue(index.getScheme().equals("file"), "the page lies in a jar here");
    return Path.of(index).getParent();
  }

  @Test
  void list_isAllThatLiesInTheFolder() throws IOException, URISyntaxException {
    Path sources = sources();
    try (Stream<Path> files = Files.walk(sources)) {
      TreeSet<String> found =
          files
              .filter(Files::isRegularFile)
              .map(file -> sources.relativize(file).toString().replace('\\', '/'))
              .filter(name -> !name.startsWith(WebPage.RUNTIME_FOLDER))
              .collect(Collectors.toCollection(TreeSet::new));
      assertTrue(found.remove(WebPage.SETTINGS), "the service's settings");
      TreeSet<String> listed = new TreeSet<>(WebPage.files());
      listed.removeIf(name -> name.startsWith(WebPage.RUNTIME_FOLDER));
      assertEquals(found, listed);
    }
  }

  @Test
  void ownFiles_nameNoOtherAddressThanThisMachine() throws IOException, URISyntaxException {
    for (String name : WebPage.files()) {
      if (name.startsWith(WebPage.RUNTIME_FOLDER)) {
        continue;
      }
      Matcher found = ADDRESS.matcher(Files.readString(sources().resolve(name)));
      while (found.find()) {
        String address = found.group();
        assertTrue(
            address.startsWith("http://127.0.0.1") || address.equals("http://www.w3.org/2000/svg"),
            name + " names " + address);
      }
    }
  }

  @Test
  void folderOfAPage_isReplacedOnlyWhenToldAndWhenNothingElseIsInIt() throws IOException {
    assumeTrue(StaticPage.isAvailable(), "built without ONNX Runtime for browsers");
    StaticPage.checkTarget(folder.resolve("new"), false);
    Path site = Files.createDirectory(folder.resolve("site"));
    StaticPage.checkTarget(site, false);
    Files.writeString(site.resolve("index.html"), "someone's");
    assertRefused(site, false, "is not empty, expected a new or empty folder");
    assertRefused(site, true, "holds index.html, expected nothing but an earlier page");
    Files.writeString(site.resolve("page.json"), "{\"betavae_page\": 1}");
    StaticPage.checkTarget(site, true);
    Files.writeString(site.resolve("thesis.tex"), "years");
    assertRefused(site, true, "holds thesis.tex, expected nothing but an earlier page");
  }

  private static void assertRefused(Path site, boolean overwrite, String words) {
    try {
      StaticPage.checkTarget(site, overwrite);
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage().contains(words), e.getMessage());
      assertTrue(e.getMessage().startsWith(site.toString()), e.getMessage());
      return;
    }
    assertFalse(true, "not refused: " + List.of(site, overwrite));
  }
}
