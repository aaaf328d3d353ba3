package org.betavae.data;

import java.util.List;
import java.util.Optional;

/** A data set of one number an item, for tests; item i holds the number i. */
final class ListDataset implements Dataset {
  private final int size;
  private final int failing;
  int closed;

  ListDataset(int size) {
    this(size, -1);
  }

  /** Reading the failing item throws. */
  ListDataset(int size, int failing) {
    this.size = size;
    this.failing = failing;
  }

  @Override
  public String name() {
    return "numbers";
  }

  @Override
  public ItemShape shape() {
    return ItemShape.vector(2);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int index, float[] target, int offset) {
    if (index == failing) {
      throw new DataException("numbers: item " + index + " is bad");
    }
    target[offset] = index;
    target[offset + 1] = -index;
  }

  @Override
  public boolean binary() {
    return false;
  }

  @Override
  public ValueRange range() {
    return new ValueRange(-size, size);
  }

  @Override
  public Optional<Factors> factors() {
    int[][] classes = new int[size][1];
    for (int i = 0; i < size; i++) {
      classes[i][0] = i;
    }
    return Optional.of(Factors.of(List.of("number"), classes));
  }

  @Override
  public void close() {
    closed++;
  }
}
