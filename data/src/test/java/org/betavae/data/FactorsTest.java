package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class FactorsTest {
  @Test
  void classes_giveSizesAndValues() {
    Factors factors = Factors.of(List.of("a", "b"), new int[][] {{0, 2}, {1, 0}});
    assertEquals(List.of("a", "b"), factors.names());
    assertArrayEquals(new int[] {2, 3}, factors.sizes());
    assertEquals(2, factors.classOf(0, 1));
    assertEquals(1.0, factors.valueOf(1, 0));
  }

  @Test
  void columns_areNumberedWithoutGapsInTheirOrder() {
    double[][] codes = {{30, 10, 30, 20}};
    double[][] values = {{0.3, 0.1, 0.3, 0.2}};
    Factors factors = FactorColumns.of(List.of("x"), codes, values);
    assertArrayEquals(new int[] {3}, factors.sizes());
    assertEquals(2, factors.classOf(2, 0));
    assertEquals(0, factors.classOf(1, 0));
    assertEquals(0.2, factors.valueOf(3, 0));
  }

  @Test
  void textLabels_areNumberedByTheAlphabet() {
    Factors factors = FactorColumns.label(List.of("dog", "cat", "dog"));
    assertEquals(List.of("label"), factors.names());
    assertEquals(1, factors.classOf(0, 0));
    assertEquals(0, factors.classOf(1, 0));
    assertArrayEquals(new int[] {2}, factors.sizes());
  }

  @Test
  void sizes_areACopy() {
    Factors factors = Factors.of(List.of("a"), new int[][] {{4}});
    factors.sizes()[0] = 99;
    assertArrayEquals(new int[] {5}, factors.sizes());
  }

  @Test
  void badTables_areRefused() {
    assertBadArgument(
        () -> Factors.of(List.of("a"), new int[][] {{0}, {-3}}), "item 1", "'a'", "-3", "from 0");
    assertBadArgument(
        () -> Factors.of(List.of("a", "b"), new int[][] {{0}}), "item 0 has 1", "expected 2");
  }
}
