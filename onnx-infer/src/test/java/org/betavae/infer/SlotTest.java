package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 4, 64, 100, 4096})
  void buffers_beginAtACacheLine_andHaveTheirSize(int bytes) {
    ByteBuffer buffer = Slot.aligned(bytes);
    assertEquals(0, buffer.alignmentOffset(0, Slot.ALIGNMENT));
    assertEquals(bytes, buffer.capacity());
  }
}
