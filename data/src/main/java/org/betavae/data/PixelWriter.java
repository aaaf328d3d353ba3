package org.betavae.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.Supplier;

/**
 * Keeps a stream of 8-bit values: at one bit a value as long as all are 0 or one and the same level
 * (1 or 255), and as bytes from the first other value on.
 */
final class PixelWriter implements NpzReader.ByteSink, AutoCloseable {
  /** What was kept, ready to read, and whether it is binary. */
  record Pixels(Items items, boolean binary) {}

  /** Most images are mostly black: eight values at a time are found to be 0. */
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final int MAX_LEVEL = (int) Scan.WHITE;

  private final int itemSize;
  private final boolean unitIsOne;
  private final Supplier<ByteStoreWriter> stores;
  private BitWriter bits;
  private ByteStoreWriter bytes;
  private int on;

  /**
   * @param unitIsOne whether values of at most 1 stand for 0 and 1; otherwise 1 stands for 1/255
   * @param stores where to keep the values
   */
  PixelWriter(int itemSize, boolean unitIsOne, Supplier<ByteStoreWriter> stores) {
    this.itemSize = itemSize;
    this.unitIsOne = unitIsOne;
    this.stores = stores;
    bits = new BitWriter(itemSize, stores.get());
  }

  @Override
  public void write(byte[] values, int offset, int count) {
    int end = offset + count;
    int i = offset;
    while (i < end && bytes == null) {
      if (i + Long.BYTES <= end && (long) EIGHT.get(values, i) == 0) {
        bits.writeZeros(Long.BYTES);
        i += Long.BYTES;
      } else if (writeBit(values[i] & 0xff)) {
        i++;
      } else {
        unpack();
      }
    }
    if (i < end) {
      bytes.write(values, i, end - i);
    }
  }

  private boolean writeBit(int level) {
    if (on == 0 && (level == MAX_LEVEL || (level == 1 && unitIsOne))) {
      on = level;
    }
    boolean fits = level == 0 || level == on;
    if (fits) {
      bits.write(level != 0);
    }
    return fits;
  }

  private void unpack() {
    bytes = stores.get();
    try (BitItems packed = bits.finish()) {
      packed.unpack(bits.written(), on, bytes);
    }
    bits = null;
  }

  /** What was written. The writer is used up. */
  Pixels finish() {
    if (bytes == null) {
      return new Pixels(bits.finish(), true);
    }
    ByteStore store = bytes.finish().order(ByteOrder.LITTLE_ENDIAN);
    int count = (int) (store.length() / itemSize);
    NumberArray levels = new NumberArray(ElementType.U1, new int[] {count, itemSize}, false, store);
    return new Pixels(new NumberItems(levels, ItemLayout.of(levels.shape()), MAX_LEVEL), false);
  }

  @Override
  public void close() {
    if (bits != null) {
      bits.close();
    }
    if (bytes != null) {
      bytes.close();
    }
  }
}
