package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonNumbersTest {
  @Test
  void numbers_areReadInAllOfJsonsForms() {
    assertEquals(
        List.of(1.0, -0.5, 2e-7, 3e10, 0.0), JsonNumbers.numbers(" [1, -0.5,2E-7 ,\n3.0e+10, 0] "));
    assertEquals(List.of(), JsonNumbers.numbers("[ ]"));
    assertEquals(List.of(3, 64, 64), JsonNumbers.sizes("[3,64,64]"));
    assertEquals(-7L, JsonNumbers.integer("-7"));
    assertEquals(64, JsonNumbers.count("64"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "[", "1, 2", "[1,]", "[1 2]", "[NaN]", "[+1]", "[01]", "[.5]", "[1f]", "[[1]]"
      })
  void numbers_refusesWhatIsNoArrayOfNumbers(String text) {
    assertThrows(IllegalArgumentException.class, () -> JsonNumbers.numbers(text));
  }

  @Test
  void messages_giveTheTextAndWhatWasExpected() {
    assertMessage("'[1e999]'", "below 1.8e308", "[1e999]");
    assertMessage("'[1'", "expected a JSON array of numbers", "[1");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> JsonNumbers.sizes("[0,64]"));
    assertEquals("'[0,64]', expected sizes of 1 and more", e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> JsonNumbers.count("-1"));
    assertEquals("'-1', expected 0 to 2147483647", e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> JsonNumbers.integer("1.5"));
    assertEquals("'1.5', expected a JSON integer", e.getMessage());
  }

  private static void assertMessage(String value, String expected, String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> JsonNumbers.numbers(text));
    assertTrue(
        e.getMessage().contains(value.replace("[1e999]", "1e999"))
            && e.getMessage().contains(expected),
        e.getMessage());
  }
}
