package org.betavae.data;

import java.util.Objects;
import java.util.Optional;

/** A data set over {@link Items}. */
final class StoredDataset implements Dataset {
  private final String name;
  private final ItemShape shape;
  private final int size;
  private final Items items;
  private final boolean binary;
  private final ValueRange range;
  private final Optional<Factors> factors;
  private volatile boolean closed;

  StoredDataset(
      String name,
      ItemLayout layout,
      Items items,
      boolean binary,
      ValueRange range,
      Optional<Factors> factors) {
    this.name = name;
    this.shape = layout.shape();
    this.size = layout.items();
    this.items = items;
    this.binary = binary;
    this.range = range;
    this.factors = factors;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ItemShape shape() {
    return shape;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int index, float[] target, int offset) {
    if (closed) {
      throw new IllegalStateException(
          "data set '%s' is closed, expected it open. Read before closing.".formatted(name));
    }
    Objects.checkIndex(index, size);
    Objects.checkFromIndexSize(offset, shape.size(), target.length);
    items.read(index, target, offset);
  }

  @Override
  public boolean binary() {
    return binary;
  }

  @Override
  public ValueRange range() {
    return range;
  }

  @Override
  public Optional<Factors> factors() {
    return factors;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      items.close();
    }
  }
}
