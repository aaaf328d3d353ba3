package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ImageMemoryTest {
  private final MemoryBudget budget = new MemoryBudget(100);
  private final ImageMemory memory = new ImageMemory(budget);

  @Test
  void workBeyondTheBudget_isPutOff() {
    try (ImageMemory.Held one = memory.open();
        ImageMemory.Held other = memory.open()) {
      assertEquals(2, one.during(60, () -> 1 + other.during(40, () -> 1)));
      one.more(60);
      Problem busy = assertThrows(Problem.class, () -> other.during(41, () -> 1));
      assertEquals(503, busy.status());
      assertTrue(busy.getMessage().contains("as many bytes as they may, 100"), busy.getMessage());
    }
    assertEquals(0, budget.held());
  }

  @Test
  void workThatNeedsMoreThanThereIs_isRefusedForGood() {
    try (ImageMemory.Held held = new ImageMemory(new MemoryBudget(8 << 20)).open()) {
      held.more(1);
      // With what the request holds already it never fits: to try again would be in vain.
      Problem problem = assertThrows(Problem.class, () -> held.during(8 << 20, () -> 1));
      assertEquals(413, problem.status());
      assertTrue(problem.getMessage().contains("about 9 MB of memory"), problem.getMessage());
      assertTrue(problem.getMessage().contains("with more memory"), problem.getMessage());
    }
  }

  @Test
  void requestThatTakesMemoryInParts_givesAllOfItBack() {
    try (ImageMemory.Held held = memory.open()) {
      held.more(60);
      held.more(40);
      assertEquals(413, assertThrows(Problem.class, () -> held.more(1)).status());
      assertEquals(100, budget.held());
    }
    assertEquals(0, budget.held());
  }

  @Test
  void workThatFails_givesItsMemoryBack() {
    try (ImageMemory.Held held = memory.open()) {
      held.more(10);
      assertThrows(
          IllegalStateException.class,
          () ->
              held.during(
                  70,
                  () -> {
                    throw new IllegalStateException("broken on purpose");
                  }));
      assertEquals(10, budget.held());
    }
    assertEquals(0, budget.held());
  }
}
