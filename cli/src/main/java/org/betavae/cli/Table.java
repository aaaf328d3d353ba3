package org.betavae.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Rows of text in aligned columns; a column whose every cell is a number stands to the right. */
final class Table {
  private static final String GAP = "  ";
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** No arguments for a table without header. */
  Table(String... header) {
    this.header = List.of(header);
  }

  Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  /** A row whose value goes on below itself where it is wider. */
  Table wrapped(String label, String value, int width) {
    List<String> parts = Text.wrap(value, width);
    row(label, parts.get(0));
    parts.subList(1, parts.size()).forEach(part -> row("", part));
    return this;
  }

  List<String> lines() {
    List<List<String>> all = new ArrayList<>(rows);
    if (!header.isEmpty()) {
      all.add(0, header);
    }
    int columns = all.stream().mapToInt(List::size).max().orElse(0);
    List<Integer> widths = new ArrayList<>(Collections.nCopies(columns, 0));
    for (List<String> row : all) {
      for (int c = 0; c < row.size(); c++) {
        widths.set(c, Math.max(widths.get(c), row.get(c).length()));
      }
    }
    return all.stream().map(row -> line(row, widths)).toList();
  }

  private String line(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.size(); c++) {
      String cell = row.get(c);
      String padding = " ".repeat(widths.get(c) - cell.length());
      line.append(c == 0 ? "" : GAP).append(isNumeric(c) ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }

  private boolean isNumeric(int column) {
    return !header.isEmpty()
        && rows.stream()
            .filter(row -> row.size() > column)
            .allMatch(row -> row.get(column).matches("[-+]?[0-9][0-9,.eE+-]*( .*)?"));
  }
}
