package org.betavae.export.toonnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.betavae.export.DocsPage;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/operators.md} equal to the registry of converters. */
class OperatorsPageTest {
  @Test
  void operatorsPage_isWhatTheRegistryGives() throws IOException {
    DocsPage.check("tf-to-onnx", table(), OperatorsPageTest.class);
  }

  /** One row for each TensorFlow operator: the lowest operator set, and what of it is refused. */
  private static String table() {
    StringBuilder out = new StringBuilder();
    out.append(Converters.byOp().size()).append(" operators.\n\n");
    out.append("| TensorFlow operator | opset from | not covered |\n| --- | --- | --- |\n");
    Converters.byOp()
        .forEach(
            (op, converter) ->
                out.append("| ")
                    .append(op)
                    .append(" | ")
                    .append(converter.opsetFrom(op))
                    .append(" | ")
                    .append(converter.notCovered(op))
                    .append(" |\n"));
    return out.toString();
  }

  @Test
  void table_hasARowForEveryOperator() {
    String table = table();
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
        DocsPage.replace(page, "x", "new\n"));
    Exception missing =
        assertThrows(IllegalArgumentException.class, () -> DocsPage.replace(page, "y", "new\n"));
    assertTrue(missing.getMessage().contains("<!-- end y -->"), missing.getMessage());
  }
}
