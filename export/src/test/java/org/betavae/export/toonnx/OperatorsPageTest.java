package org.betavae.export.toonnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;

/**
 * Keeps {@code docs/operators.md} equal to the registry of converters. With {@code
 * -Dbetavae.docs=write} it writes the page anew.
 */
class OperatorsPageTest {
  private static final String REMAKE =
      "Run: mvn -q -pl export test -Dtest=OperatorsPageTest -Dbetavae.docs=write";

  /** Tests run in the project's root under Maven, in the module's folder under most editors. */
  private static Path page() {
    Path here = Path.of("docs", "operators.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }

  @Test
  void operatorsPage_isWhatTheRegistryGives() throws IOException {
    String page = Files.readString(page());
    String expected = OperatorsPage.replace(page, "tf-to-onnx", OperatorsPage.tfToOnnx());
    if ("write".equals(System.getProperty("betavae.docs"))) {
      Files.writeString(page(), expected);
      page = expected;
    }
    assertEquals(expected, page, "docs/operators.md is stale. " + REMAKE);
    assertTrue(page.contains(REMAKE.substring("Run: ".length())), "the page names its command");
  }

  @Test
  void table_hasARowForEveryOperator() {
    String table = OperatorsPage.tfToOnnx();
    for (String op : TfToOnnx.supportedOperators()) {
      assertTrue(table.contains("\n| " + op + " | "), op);
    }
    assertTrue(table.contains("\n| Conv2D | 13 | a filter of unknown sizes |\n"), table);
    assertTrue(table.startsWith(TfToOnnx.supportedOperators().size() + " operators.\n"), table);
  }

  @Test
  void replace_changesOneTable_andNothingElse() {
    String page = "a\n<!-- begin x -->\n\nold\n\n<!-- end x -->\nb\n<!-- begin y -->\n";
    assertEquals(
        "a\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\nb\n<!-- begin y -->\n",
        OperatorsPage.replace(page, "x", "new\n"));
    Exception missing =
        assertThrows(
            IllegalArgumentException.class, () -> OperatorsPage.replace(page, "y", "new\n"));
    assertTrue(missing.getMessage().contains("<!-- end y -->"), missing.getMessage());
  }
}
