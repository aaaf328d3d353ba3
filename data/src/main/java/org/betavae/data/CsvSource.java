package org.betavae.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A {@code .csv} file with a header: each line a vector. A column {@code label} becomes a factor
 * and no value.
 */
final class CsvSource {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setIgnoreSurroundingSpaces(true)
          .setTrim(true)
          .setIgnoreEmptyLines(true)
          .get();
  private static final String LABEL = "label";
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** Fewer than Double.parseDouble takes: no NaN, hexadecimal numbers or type letters. */
  private static final String NUMBER_LETTERS = "0123456789.-+eE";

  private final Path file;
  private final List<String> labels = new ArrayList<>();
  private List<String> header;
  private int labelColumn;
  private int rows;

  private CsvSource(Path file) {
    this.file = file;
  }

  static Dataset open(Path file) {
    return new CsvSource(file).read();
  }

  private Dataset read() {
    try (ByteStoreWriter store = ByteStoreWriter.create();
        Reader reader = reader();
        CSVParser parser = CSVParser.parse(reader, FORMAT)) {
      for (CSVRecord row : parser) {
        if (header == null) {
          readHeader(row);
        } else {
          readRow(row, parser.getCurrentLineNumber(), store);
        }
      }
      if (rows == 0) {
        throw new DataException(
            "%s: is empty, it has %s, expected a header and at least one line of numbers. Check how it was made."
                .formatted(file, header == null ? "no line" : "only a header"));
      }
      return dataset(store.finish().order(ByteOrder.LITTLE_ENDIAN));
    } catch (UncheckedIOException e) {
      throw Sources.unreadable(file.toString(), e.getCause());
    } catch (IOException e) {
      throw Sources.unreadable(file.toString(), e);
    }
  }

  /**
   * Bytes that are no UTF-8 become characters that are no numbers, which are then reported in
   * place.
   */
  private Reader reader() throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
    return reader;
  }

  private void readHeader(CSVRecord row) {
    header = row.toList();
    labelColumn = -1;
    for (int i = 0; i < header.size(); i++) {
      if (header.get(i).isEmpty()) {
        throw new DataException(
            "%s: line 1, column %d has no name, expected a name for each column. Name it, or leave out a column of row numbers (pandas: index=False)."
                .formatted(file, i + 1));
      }
      if (header.get(i).equalsIgnoreCase(LABEL)) {
        if (labelColumn >= 0) {
          throw new DataException(
              "%s: line 1 has the name 'label' in columns %d and %d, expected one column of labels. Rename the other."
                  .formatted(file, labelColumn + 1, i + 1));
        }
        labelColumn = i;
      }
    }
    if (header.size() == (labelColumn < 0 ? 0 : 1) || (header.size() == 1 && isSplitOtherwise())) {
      throw new DataException(
          "%s: line 1 is '%s', expected names of columns of numbers with commas between them. Separate the columns by commas."
              .formatted(file, Sources.printable(String.join(",", header))));
    }
    if (header.stream().allMatch(CsvSource::isNumber) && !isCounting()) {
      throw new DataException(
          "%s: line 1 starts with '%s', expected names of columns. Add a header line."
              .formatted(file, Sources.printable(header.get(0))));
    }
  }

  private boolean isSplitOtherwise() {
    return header.get(0).indexOf(';') >= 0 || header.get(0).indexOf('\t') >= 0;
  }

  /** Columns without names are commonly written as 0, 1, 2 ... */
  private boolean isCounting() {
    for (int i = 0; i < header.size(); i++) {
      if (!header.get(i).equals(Integer.toString(i))
          && !header.get(i).equals(Integer.toString(i + 1))) {
        return false;
      }
    }
    return true;
  }

  private void readRow(CSVRecord row, long line, ByteStoreWriter store) {
    if (row.size() != header.size()) {
      throw new DataException(
          "%s: line %d has %d columns, expected %d as in the header. Complete or remove the line."
              .formatted(file, line, row.size(), header.size()));
    }
    ByteBuffer values = ByteBuffer.allocate(Float.BYTES * width()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < row.size(); i++) {
      if (i == labelColumn) {
        labels.add(row.get(i));
      } else {
        values.putFloat(number(row.get(i), line, i));
      }
    }
    store.write(values.array(), 0, values.position());
    rows++;
  }

  private int width() {
    return header.size() - (labelColumn < 0 ? 0 : 1);
  }

  private float number(String text, long line, int column) {
    double value = parse(text);
    if (!Float.isFinite((float) value)) {
      throw new DataException(
          "%s: line %d, column %d ('%s') is '%s', expected a finite number. Repair or remove the line."
              .formatted(
                  file,
                  line,
                  column + 1,
                  Sources.printable(header.get(column)),
                  Sources.printable(text)));
    }
    return (float) value;
  }

  private static boolean isNumber(String text) {
    return !Double.isNaN(parse(text));
  }

  /** The number, or NaN for any other text. */
  private static double parse(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (NUMBER_LETTERS.indexOf(text.charAt(i)) < 0) {
        return Double.NaN;
      }
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private Dataset dataset(ByteStore store) {
    NumberArray numbers = new NumberArray(ElementType.F4, new int[] {rows, width()}, false, store);
    Optional<Factors> factors = labelColumn < 0 ? Optional.empty() : Optional.of(factor());
    return ArrayItems.open(Sources.name(file), file.toString(), numbers, Optional.empty(), factors);
  }

  private Factors factor() {
    boolean numeric = labels.stream().allMatch(CsvSource::isNumber);
    return numeric
        ? FactorColumns.label(labels.stream().mapToDouble(CsvSource::parse).toArray())
        : FactorColumns.label(labels);
  }
}
