package org.betavae.export.totf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.betavae.export.DocsPage;
import org.junit.jupiter.api.Test;

/** The list of operators in the documentation is made from the list of importers. */
class ImportedOperatorsPageTest {
  @Test
  void listOfOperators_isCurrent() throws IOException {
    DocsPage.check("onnx-to-tf", list(), ImportedOperatorsPageTest.class);
  }

  /** A line for each importer. */
  private static String list() {
    SortedMap<String, List<String>> byImporter = new TreeMap<>();
    Importers.byOp()
        .forEach(
            (op, importer) ->
                byImporter
                    .computeIfAbsent(
                        importer.getClass().getSimpleName().replace("Importer", ""),
                        k -> new ArrayList<>())
                    .add('`' + op + '`'));
    StringBuilder out = new StringBuilder();
    out.append(Importers.byOp().size()).append(" operators.\n\n");
    out.append("| importer | ONNX operators |\n| --- | --- |\n");
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
