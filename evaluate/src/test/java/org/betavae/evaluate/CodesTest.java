package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.betavae.data.Factors;
import org.junit.jupiter.api.Test;

/** Tables of codes and factors, and what they refuse. */
class CodesTest {
  @Test
  void codes_keepTheirRows() {
    float[] values = {1, 2, 3, 4, 5, 6};
    Codes codes = Codes.of(values, 3, 2);
    values[0] = 9;
    assertEquals(1, codes.value(0, 0));
    assertEquals(4, codes.part(1, 3).value(0, 1));
    assertEquals(6, codes.select(new int[] {2, 2, 0}).value(1, 1));
    assertEquals(List.of(), codes.constant());
    assertEquals(List.of(0, 1), codes.part(0, 1).constant());
    assertThrows(IndexOutOfBoundsException.class, () -> codes.value(3, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> codes.select(new int[] {3}));
  }

  @Test
  void zeros_haveOneSign() {
    float zero = Codes.of(new float[] {-0f}, 1, 1).value(0, 0);
    assertEquals(0, Float.floatToRawIntBits(zero));
  }

  @Test
  void codesThatAreNoNumbers_areNamedByRowAndColumn() {
    Small.refused(
        () -> Codes.of(new float[] {1, 2, Float.NaN, 4}, 2, 2), "NaN in row 1, column 0", "finite");
    Small.refused(
        () -> Codes.of(new float[] {1, Float.NEGATIVE_INFINITY}, 1, 2),
        "-Infinity in row 0, column 1");
    Small.refused(() -> Codes.of(new float[3], 2, 2), "3 values for shape [2, 2]");
    Small.refused(() -> Codes.of(new float[0], 0, 2), "shape [0, 2]", "at least 1");
  }

  @Test
  void factors_areClassesOfADataSet_orGiven() {
    Factors known = Factors.of(List.of("a", "b"), new int[][] {{0, 5}, {1, 5}, {2, 7}});
    FactorClasses factors = FactorClasses.of(known, new int[] {2, 0});
    assertEquals(2, factors.points());
    assertEquals(7, factors.value(0, 1));
    assertEquals(List.of(5, 7), factors.valuesOf(1));
    assertEquals(List.of(1), FactorClasses.of(known, new int[] {0, 1}).constant());
    assertEquals(5, factors.keep(List.of(1)).value(1, 0));
    Small.refused(
        () -> FactorClasses.of(new int[] {0, 1, -3, 0}, 2, 2), "-3 in row 1, column 0", "from 0");
  }

  @Test
  void rowsThatDoNotMatch_areRefused() {
    Codes codes = Codes.of(new float[6], 3, 2);
    FactorClasses factors = FactorClasses.of(new int[4], 4, 1);
    Small.refused(
        () -> new LabelledCodes(codes, factors), "codes have 3 rows and factors 4", "as many");
    Small.refused(() -> codes.part(1, 4), "rows 1 to 4", "the 3 there are");
    Small.refused(() -> codes.part(2, 2), "at least one row");
  }
}
