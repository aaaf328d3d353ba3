package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link TensorSpec} and {@link ItemShape}, whose equality is written out. */
class TensorSpecTest {
  private static final TensorSpec SPEC = new TensorSpec("x", "FLOAT", List.of(-1L, 3L));

  @Test
  void specs_areEqual_ifNameTypeAndSizesAre() {
    TensorSpec same = new TensorSpec("x", "FLOAT", new ArrayList<>(List.of(-1L, 3L)));
    assertEquals(SPEC, same);
    assertEquals(SPEC.hashCode(), same.hashCode());
    assertNotEquals(SPEC, new TensorSpec("y", "FLOAT", List.of(-1L, 3L)));
    assertNotEquals(SPEC, new TensorSpec("x", "INT64", List.of(-1L, 3L)));
    assertNotEquals(SPEC, new TensorSpec("x", "FLOAT", List.of(-1L, 4L)));
    assertNotEquals(SPEC, "x");
  }

  @Test
  void shapes_areEqual_ifSizesAndKindAre() {
    ItemShape shape = ItemShape.image(3, 4, 5);
    assertEquals(shape, ItemShape.image(3, 4, 5));
    assertEquals(shape.hashCode(), ItemShape.image(3, 4, 5).hashCode());
    assertNotEquals(shape, ItemShape.image(2, 4, 5));
    assertNotEquals(shape, ItemShape.image(3, 2, 5));
    assertNotEquals(shape, ItemShape.image(3, 4, 2));
    assertNotEquals(ItemShape.image(1, 1, 5), ItemShape.vector(5));
    assertNotEquals(shape, "[3, 4, 5]");
  }

  @Test
  void where_keepsThoseThatPass_inOrder() {
    TensorSpec other = SPEC.withBatch(2);
    assertEquals(
        List.of(SPEC, SPEC),
        TensorSpec.where(List.of(SPEC, other, SPEC), spec -> spec.fixedBatch() == 0));
    assertEquals(List.of(), TensorSpec.where(List.of(other), spec -> spec.fixedBatch() == 0));
  }
}
