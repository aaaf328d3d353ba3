package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of the documentation with tables that the program writes; each stands between two comments
 * that name it. With {@code -Dbetavae.docs=write} tables are written anew.
 */
public final class DocsPage {
  private DocsPage() {}

  /**
   * Fails if a table of {@code docs/operators.md} is not as it should be, or if the page does not
   * tell how it is made.
   *
   * @param name in the comments around the table
   * @param test class that makes it
   */
  public static void check(String name, String table, Class<?> test) throws IOException {
    String command = "-Dtest=" + test.getSimpleName() + " -Dbetavae.docs=write";
    String page = Files.readString(path());
    String expected = replace(page, name, table);
    if ("write".equals(System.getProperty("betavae.docs"))) {
      Files.writeString(path(), expected);
      page = expected;
    }
    assertEquals(
        expected, page, "docs/operators.md is stale. Run: mvn -q -pl export test " + command);
    assertTrue(page.contains(command), "the page names its command, " + command);
  }

  /** Tests run in the project's root under Maven, in the module's folder under most editors. */
  private static Path path() {
    Path here = Path.of("docs", "operators.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }

  /** The page as it is. */
  public static String text() throws IOException {
    return Files.readString(path());
  }

  /** A page with one table put in the place of the old one. */
  public static String replace(String page, String name, String table) {
    int begin = indexAfter(page, "<!-- begin " + name + " -->\n", 0);
    String end = "<!-- end " + name + " -->\n";
    int afterEnd = indexAfter(page, end, begin);
    return page.substring(0, begin) + "\n" + table + "\n" + page.substring(afterEnd - end.length());
  }

  private static int indexAfter(String page, String mark, int from) {
    int at = page.indexOf(mark, from);
    if (at < 0) {
      throw new IllegalArgumentException(
          "the page holds no line " + mark.strip() + ", expected one. Put it back.");
    }
    return at + mark.length();
  }
}
