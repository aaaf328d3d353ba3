package org.betavae.export.totf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The list of operators in the documentation is made from the list of importers. */
class ImportedOperatorsPageTest {
  private static final String BEGIN = "<!-- begin operators -->\n";
  private static final String END = "<!-- end operators -->";

  /** Tests run in the project's root under Maven, in the module's folder under most editors. */
  private static Path page() {
    Path here = Path.of("docs", "importing.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }

  @Test
  void listOfOperators_isCurrent() throws IOException {
    String page = Files.readString(page());
    if ("write".equals(System.getProperty("betavae.docs"))) {
      int from = page.indexOf(BEGIN) + BEGIN.length();
      page = page.substring(0, from) + list() + page.substring(page.indexOf(END));
      Files.writeString(page(), page);
    }
    int from = page.indexOf(BEGIN) + BEGIN.length();
    assertEquals(
        list(),
        page.substring(from, page.indexOf(END)),
        "docs/importing.md is stale: run this test with -Dbetavae.docs=write");
  }

  /** A line for each importer. */
  static String list() {
    SortedMap<String, List<String>> byImporter = new TreeMap<>();
    Importers.byOp()
        .forEach(
            (op, importer) ->
                byImporter
                    .computeIfAbsent(
                        importer.getClass().getSimpleName().replace("Importer", ""),
                        k -> new ArrayList<>())
                    .add('`' + op + '`'));
    StringBuilder out =
        new StringBuilder(
            Importers.byOp().size()
                + " operators:\n\n| importer | ONNX operators |\n| --- | --- |\n");
    byImporter.forEach(
        (importer, ops) ->
            out.append("| ")
                .append(importer)
                .append(" | ")
                .append(String.join(" ", ops))
                .append(" |\n"));
    return out.toString();
  }
}
