package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.open;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvSourceTest {
  @TempDir Path folder;

  private Dataset openText(String text) throws IOException {
    return open(TestFiles.write(folder, "x.csv", text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void lines_areVectors() throws IOException {
    try (Dataset data = openText("a,b,c\n1,-2.5,3e2\n .5 , 4., \"+6\"\n")) {
      assertEquals(ItemShape.vector(3), data.shape());
      assertEquals(2, data.size());
      assertArrayEquals(new float[] {1, -2.5f, 300}, item(data, 0));
      assertArrayEquals(new float[] {0.5f, 4, 6}, item(data, 1));
      assertEquals(new ValueRange(-2.5f, 300), data.range());
      assertTrue(data.factors().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\uFEFFa,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\n\n1,2", "0,1\n1,2\n", "1,2\n1,2\n"})
  void usualVariants_areRead(String text) throws IOException {
    try (Dataset data = openText(text)) {
      assertArrayEquals(new float[] {1, 2}, item(data, 0));
      assertEquals(1, data.size());
    }
  }

  @Test
  void labelColumn_becomesAFactorAndNoValue() throws IOException {
    try (Dataset data = openText("a,Label,b\n1,dog,2\n3,cat,4\n5,dog,6\n")) {
      assertEquals(ItemShape.vector(2), data.shape());
      assertArrayEquals(new float[] {3, 4}, item(data, 1));
      Factors factors = data.factors().orElseThrow();
      assertEquals("[label] [2]", factors.toString());
      assertEquals(List.of("cat", "dog"), factors.classNames(0));
      assertEquals(0, factors.classOf(1, 0));
      assertEquals(1, factors.classOf(2, 0));
    }
  }

  @Test
  void numericLabels_keepTheirValue() throws IOException {
    try (Dataset data = openText("label,a\n10,1\n9,2\n")) {
      Factors factors = data.factors().orElseThrow();
      assertEquals(1, factors.classOf(0, 0));
      assertEquals(10.0, factors.valueOf(0, 0));
    }
  }

  @Test
  void binaryColumns_areBinary() throws IOException {
    try (Dataset data = openText("a,b\n0,1\n1,0\n")) {
      assertTrue(data.binary());
      assertArrayEquals(new float[] {1, 0}, item(data, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "NaN", "Infinity", "0x1p3", "1d", "1e99", "1,5 "})
  void cellsThatAreNoNumbers_areNamedByLineAndColumn(String cell) {
    assertBadData(
        () -> openText("a,b\n1,2\n3,\"" + cell + "\"\n"),
        "x.csv: line 3, column 2 ('b') is '" + cell.strip() + "'",
        "expected a finite number",
        "Repair or remove");
  }

  @Test
  void linesOfAnotherLength_areNamed() {
    assertBadData(() -> openText("a,b\n1,2\n3\n"), "line 3 has 1 columns", "expected 2");
    assertBadData(() -> openText("a,b\n1,2,3\n"), "line 2 has 3 columns", "Complete or remove");
  }

  @Test
  void badHeaders_areRefused() {
    assertBadData(() -> openText("0.5,0.25\n1,2\n"), "starts with '0.5'", "Add a header line");
    assertBadData(() -> openText(",a\n0,1\n"), "column 1 has no name", "index=False");
    assertBadData(() -> openText("a;b\n1;2\n"), "line 1 is 'a;b'", "by commas");
    assertBadData(() -> openText("label,a,Label\n1,2,3\n"), "'label' in columns 1 and 3", "Rename");
    assertBadData(() -> openText("label\n1\n"), "line 1 is 'label'", "columns of numbers");
  }

  @Test
  void emptyFiles_areRefused() {
    assertBadData(() -> openText(""), "is empty", "0 bytes");
    assertBadData(() -> openText("a,b\n"), "is empty", "only a header");
    assertBadData(() -> openText("\n\n"), "is empty", "no line");
  }

  @Test
  void openQuote_isRefused() {
    assertBadData(() -> openText("a,b\n1,\"2\n3,4\n"), "x.csv", "expected");
  }
}
