package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class NamedValuesTest {
  @Test
  void values_comeInTheOrderOfTheirNames_eachTimeAnew() {
    NamedValues<Integer> values = new NamedValues<>();
    assertEquals(Map.of(), values);
    assertNull(values.put("second", 2));
    assertNull(values.put("first", 1));
    assertEquals(2, values.put("second", 3));
    for (int round = 0; round < 2; round++) {
      List<String> seen = new ArrayList<>();
      for (Map.Entry<String, Integer> entry : values.entrySet()) {
        seen.add(entry.getKey() + " " + entry.getValue());
      }
      assertEquals(List.of("second 3", "first 1"), seen);
    }
    assertEquals(Map.of("first", 1, "second", 3), values);
    assertEquals(3, values.get("second"));
    assertNull(values.get("third"));
  }

  @Test
  void iterator_isAlwaysTheSame_andEnds() {
    NamedValues<Integer> values = new NamedValues<>();
    values.put("one", 1);
    Iterator<Map.Entry<String, Integer>> iterator = values.entrySet().iterator();
    iterator.next();
    assertThrows(NoSuchElementException.class, iterator::next);
    assertSame(iterator, values.entrySet().iterator());
    assertEquals("one", iterator.next().getKey(), "starts anew");
  }
}
