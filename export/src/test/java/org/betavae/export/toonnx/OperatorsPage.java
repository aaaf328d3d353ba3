package org.betavae.export.toonnx;

/** The tables of {@code docs/operators.md}; each stands between two comments that name it. */
final class OperatorsPage {
  private OperatorsPage() {}

  /** One row for each TensorFlow operator: the lowest operator set, and what of it is refused. */
  static String tfToOnnx() {
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

  /** The page with one table put in the place of the old one. */
  static String replace(String page, String name, String table) {
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
