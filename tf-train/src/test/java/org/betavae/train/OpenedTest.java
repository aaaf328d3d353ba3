package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void handles_areClosedOnce_theLastFirst() {
    Opened opened = new Opened();
    assertEquals("a", opened.add("a", closed::add));
    opened.add("b", closed::add);
    opened.close();
    opened.close();
    assertEquals(List.of("b", "a"), closed);
  }

  @Test
  void handleThatCannotBeClosed_keepsNoOtherOpen() {
    Opened opened = new Opened();
    opened.add("a", closed::add);
    opened.add(
        "b",
        b -> {
          throw new IllegalStateException(b);
        });
    opened.add("c", closed::add);
    assertEquals("b", assertThrows(IllegalStateException.class, opened::close).getMessage());
    assertEquals(List.of("c", "a"), closed);
  }
}
