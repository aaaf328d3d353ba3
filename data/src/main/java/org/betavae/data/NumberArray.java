package org.betavae.data;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Numbers in a {@link ByteStore}, with a type, a shape and strides.
 *
 * <p>Reading is safe for many threads.
 */
final class NumberArray implements AutoCloseable {
  private final ElementType type;
  private final int[] shape;
  private final long[] strides;
  private final ByteStore store;
  private final long count;

  /** Strides follow from the order of the axes; the store's byte order is the numbers'. */
  NumberArray(ElementType type, int[] shape, boolean fortran, ByteStore store) {
    this.type = type;
    this.shape = shape.clone();
    this.store = store;
    strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      int axis = fortran ? i : shape.length - 1 - i;
      strides[axis] = stride;
      stride *= shape[axis];
    }
    count = stride;
  }

  ElementType type() {
    return type;
  }

  int[] shape() {
    return shape.clone();
  }

  /** Distance, in numbers, between neighbours along an axis. */
  long stride(int axis) {
    return strides[axis];
  }

  long count() {
    return count;
  }

  /** Whether numbers lie in C order. */
  boolean contiguous() {
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1 && strides[axis] != stride) {
        return false;
      }
      stride *= shape[axis];
    }
    return true;
  }

  /** Number at a place in the store. */
  double at(long place) {
    long position = place * type.bytes();
    return type.read(store.segment(position), store.within(position));
  }

  long longAt(long place) {
    long position = place * type.bytes();
    return type.readLong(store.segment(position), store.within(position));
  }

  /** Where the number with an index in C order lies. */
  long place(long index) {
    long rest = index;
    long place = 0;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      place += rest % shape[axis] * strides[axis];
      rest /= shape[axis];
    }
    return place;
  }

  /** Copies numbers that follow each other in the store. */
  void copy(long place, float[] target, int offset, int length) {
    int done = 0;
    while (done < length) {
      long position = (place + done) * type.bytes();
      ByteBuffer segment = store.segment(position);
      int start = store.within(position);
      int part = Math.min(length - done, store.rest(position) / type.bytes());
      copy(segment, start, target, offset + done, part);
      done += part;
    }
  }

  private void copy(ByteBuffer segment, int start, float[] target, int offset, int length) {
    switch (type) {
      case U1 -> {
        for (int i = 0; i < length; i++) {
          target[offset + i] = segment.get(start + i) & 0xff;
        }
      }
      case F4 -> {
        for (int i = 0; i < length; i++) {
          target[offset + i] = segment.getFloat(start + 4 * i);
        }
      }
      default -> {
        for (int i = 0; i < length; i++) {
          target[offset + i] = (float) type.read(segment, start + i * type.bytes());
        }
      }
    }
  }

  @Override
  public String toString() {
    return type + " " + Arrays.toString(shape);
  }

  @Override
  public void close() {
    store.close();
  }
}
