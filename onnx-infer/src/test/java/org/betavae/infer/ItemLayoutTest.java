package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ItemLayoutTest {
  @Test
  void channels_areFoundFirstOrLast() {
    assertLayout(3, 32, 32, false, List.of(3L, 32L, 32L));
    assertLayout(3, 32, 48, true, List.of(32L, 48L, 3L));
    assertLayout(16, 8, 8, false, List.of(16L, 8L, 8L));
    assertLayout(3, 32, 3, false, List.of(3L, 32L, 3L));
    assertLayout(1, 28, 28, false, List.of(28L, 28L));
    // With one channel the two layouts are the same.
    assertLayout(1, 64, 64, false, List.of(64L, 64L, 1L));
  }

  @Test
  void knownShape_decidesWhereSizesDoNot() {
    Optional<ItemShape> known = Optional.of(ItemShape.image(3, 4, 2));
    assertEquals(
        new ItemLayout(ItemShape.image(3, 4, 2), true),
        ItemLayout.of(List.of(4L, 2L, 3L), known).orElseThrow());
    assertEquals(
        new ItemLayout(ItemShape.image(3, 4, 2), false),
        ItemLayout.of(List.of(24L), known).orElseThrow());
    assertEquals(
        new ItemLayout(ItemShape.vector(25), false),
        ItemLayout.of(List.of(25L), known).orElseThrow());
  }

  @Test
  void fourSizes_areNoImage() {
    assertEquals(Optional.empty(), ItemLayout.of(List.of(1L, 2L, 3L, 4L), Optional.empty()));
  }

  @Test
  void channelsLast_turnsForthAndBack() {
    ItemLayout layout = new ItemLayout(ItemShape.image(2, 1, 3), true);
    float[] images = {9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6};
    FloatBuffer file = FloatBuffer.allocate(6);
    layout.toFile(images, 1, 1, file);
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, file.array());
    float[] back = new float[12];
    layout.fromFile(file, back, 1, 1);
    assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6}, back);
  }

  private static void assertLayout(
      int channels, int height, int width, boolean last, List<Long> dims) {
    assertEquals(
        new ItemLayout(ItemShape.image(channels, height, width), last),
        ItemLayout.of(dims, Optional.empty()).orElseThrow());
  }
}
