package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class ItemShapeTest {
  @Test
  void image_isNamedByItsSizes() {
    ItemShape shape = ItemShape.image(64, 32, 3);
    assertEquals("64x32x3", shape.toString());
    assertEquals(6144, shape.size());
  }

  @Test
  void vector_isNamedByItsLength() {
    ItemShape shape = ItemShape.vector(784);
    assertEquals("784", shape.toString());
    assertEquals(784, shape.size());
    assertNotEquals(ItemShape.image(1, 784, 1), shape);
  }

  @Test
  void sizesThatCannotBe_areRefused() {
    assertBadArgument(() -> ItemShape.image(0, 4, 1), "0x4x1", "Check the order");
    assertBadArgument(() -> ItemShape.vector(-2), "1x-2x1");
    assertBadArgument(() -> ItemShape.image(65536, 65536, 1), "65536x65536x1", "Cut or shrink");
    assertBadArgument(() -> new ItemShape(2, 3, 1, false), "2x3x1", "ItemShape.vector");
  }

  @Test
  void range_needsOrderedBounds() {
    assertBadArgument(() -> new ValueRange(Float.NaN, 1), "[NaN, 1.0]", "Swap");
    assertBadArgument(() -> new ValueRange(2, 1), "[2.0, 1.0]");
    assertEquals(1f, new ValueRange(1, 1).max());
  }
}
