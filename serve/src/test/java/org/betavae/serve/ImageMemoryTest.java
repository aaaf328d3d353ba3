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
    int sum = memory.hold(60, () -> 1 + memory.hold(40, () -> 1));
    assertEquals(2, sum);
    Problem busy =
        memory.hold(60, () -> assertThrows(Problem.class, () -> memory.hold(41, () -> 1)));
    assertEquals(503, busy.status());
    assertTrue(busy.getMessage().contains("as many bytes as they may, 100"), busy.getMessage());
    assertEquals(0, budget.held());
  }

  @Test
  void workThatNeedsMoreThanThereIs_isRefusedForGood() {
    ImageMemory large = new ImageMemory(new MemoryBudget(8 << 20));
    Problem problem = assertThrows(Problem.class, () -> large.hold((8 << 20) + 1, () -> 1));
    assertEquals(413, problem.status());
    assertTrue(problem.getMessage().contains("about 9 MB of memory"), problem.getMessage());
    assertTrue(problem.getMessage().contains("with more memory"), problem.getMessage());
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
    assertThrows(
        IllegalStateException.class,
        () ->
            memory.hold(
                70,
                () -> {
                  throw new IllegalStateException("broken on purpose");
                }));
    assertEquals(0, budget.held());
  }
}
