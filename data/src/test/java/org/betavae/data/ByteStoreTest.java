package org.betavae.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteStoreTest {
  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  /** Lengths around whole segments of 4 MB, in memory and past the limit of 8 MB. */
  @ParameterizedTest
  @CsvSource({
    "0",
    "1",
    "4194303",
    "4194304",
    "4194305",
    "8388608",
    "8388609",
    "20971520",
    "21000001"
  })
  void bytes_comeBackFromMemoryAndFile(int count) {
    byte[] bytes = random(count);
    try (ByteStoreWriter writer = new ByteStoreWriter(8 << 20)) {
      int done = 0;
      while (done < count) {
        int part = Math.min(count - done, 100_003);
        writer.write(bytes, done, part);
        done += part;
      }
      try (ByteStore store = writer.finish()) {
        assertEquals(count, store.length());
        byte[] back = new byte[count];
        for (int position = 0; position < count; position += store.rest(position)) {
          store.segment(position).get(store.within(position), back, position, store.rest(position));
        }
        assertArrayEquals(bytes, back);
        assertEquals(count > 8 << 20, count > 0 && store.segment(0).isDirect());
      }
    }
  }

  @Test
  void bits_comeBackItemByItem() {
    int itemSize = 70;
    Random random = new Random(2);
    boolean[] values = new boolean[itemSize * 100];
    try (BitWriter writer = new BitWriter(itemSize, ByteStoreWriter.create())) {
      int i = 0;
      while (i < values.length) {
        int zeros = Math.min(random.nextInt(20), values.length - i);
        writer.writeZeros(zeros);
        i += zeros;
        if (i < values.length) {
          values[i++] = true;
          writer.write(true);
        }
      }
      try (BitItems items = writer.finish()) {
        float[] item = new float[itemSize];
        for (int index = 99; index >= 0; index--) {
          items.read(index, item, 0);
          for (int j = 0; j < itemSize; j++) {
            assertEquals(values[index * itemSize + j] ? 1f : 0f, item[j]);
          }
        }
      }
    }
  }

  private static PixelWriter.Pixels pixels(byte[] levels, int itemSize, boolean unitIsOne) {
    // No memory at all: the second segment already goes to the file.
    try (PixelWriter writer = new PixelWriter(itemSize, unitIsOne, () -> new ByteStoreWriter(0))) {
      for (int i = 0; i < levels.length; i += 13) {
        writer.write(levels, i, Math.min(13, levels.length - i));
      }
      return writer.finish();
    }
  }

  private static float[] values(PixelWriter.Pixels pixels, int items, int itemSize) {
    float[] values = new float[items * itemSize];
    for (int i = 0; i < items; i++) {
      pixels.items().read(i, values, i * itemSize);
    }
    return values;
  }

  @Test
  void zerosAndOnes_arePackedAsTheyAre() {
    byte[] levels = {0, 1, 0, 0, 1, 1};
    PixelWriter.Pixels pixels = pixels(levels, 3, true);
    assertTrue(pixels.binary());
    assertArrayEquals(new float[] {0, 1, 0, 0, 1, 1}, values(pixels, 2, 3));
  }

  @Test
  void blackAndWhite_isPackedToo() {
    PixelWriter.Pixels pixels = pixels(new byte[] {0, -1, -1, 0}, 2, true);
    assertTrue(pixels.binary());
    assertArrayEquals(new float[] {0, 1, 1, 0}, values(pixels, 2, 2));
  }

  @Test
  void onesOfPictures_areNotWhite() {
    PixelWriter.Pixels pixels = pixels(new byte[] {0, 1, 0, 0}, 2, false);
    assertFalse(pixels.binary());
    assertArrayEquals(new float[] {0, 1 / 255f, 0, 0}, values(pixels, 2, 2));
  }

  @Test
  void otherLevels_unpackWhatWasPacked() {
    int itemSize = 77;
    for (int first : new int[] {0, 1, 76, 77, 78, 5000, 7699}) {
      for (byte on : new byte[] {1, -1}) {
        byte[] levels = new byte[itemSize * 100];
        Random random = new Random(first);
        for (int i = 0; i < first; i++) {
          levels[i] = random.nextInt(4) == 0 ? on : 0;
        }
        for (int i = first; i < levels.length; i++) {
          levels[i] = (byte) (i == first ? 128 : random.nextInt(256));
        }
        PixelWriter.Pixels pixels = pixels(levels, itemSize, true);
        assertFalse(pixels.binary());
        float[] values = values(pixels, 100, itemSize);
        for (int i = 0; i < levels.length; i++) {
          assertEquals((levels[i] & 0xff) / 255f, values[i]);
        }
      }
    }
  }
}
