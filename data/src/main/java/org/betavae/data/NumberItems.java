package org.betavae.data;

/** Items of a {@link NumberArray}, turned into rows, columns, channels and divided by a number. */
final class NumberItems implements Items {
  private final NumberArray numbers;
  private final ItemShape shape;
  private final float divisor;
  private final boolean contiguous;
  private final long itemStride;
  private final long rowStride;
  private final long columnStride;
  private final long channelStride;

  NumberItems(NumberArray numbers, ItemLayout layout, float divisor) {
    this.numbers = numbers;
    this.shape = layout.shape();
    this.divisor = divisor;
    int axes = numbers.shape().length;
    contiguous = numbers.contiguous() && (!layout.channelsFirst() || shape.channels() == 1);
    itemStride = numbers.stride(0);
    rowStride = axes == 2 ? 0 : numbers.stride(layout.channelsFirst() ? 2 : 1);
    columnStride = numbers.stride(axes == 2 ? 1 : layout.channelsFirst() ? 3 : 2);
    channelStride = axes < 4 ? 0 : numbers.stride(layout.channelsFirst() ? 1 : 3);
  }

  @Override
  public void read(int index, float[] target, int offset) {
    int size = shape.size();
    if (contiguous) {
      numbers.copy((long) index * size, target, offset, size);
    } else {
      readStrided(index, target, offset);
    }
    if (divisor != 1f) {
      for (int i = offset; i < offset + size; i++) {
        target[i] /= divisor;
      }
    }
  }

  private void readStrided(int index, float[] target, int offset) {
    int place = offset;
    for (int row = 0; row < shape.height(); row++) {
      for (int column = 0; column < shape.width(); column++) {
        long start = index * itemStride + row * rowStride + column * columnStride;
        for (int channel = 0; channel < shape.channels(); channel++) {
          target[place++] = (float) numbers.at(start + channel * channelStride);
        }
      }
    }
  }

  @Override
  public void close() {
    numbers.close();
  }
}
