package org.betavae.data;

import java.util.Optional;

/** Another look at a data set: everything is as there unless a subclass says otherwise. */
abstract class DatasetView implements Dataset {
  private final Dataset data;

  DatasetView(Dataset data) {
    this.data = data;
  }

  @Override
  public String name() {
    return data.name();
  }

  @Override
  public ItemShape shape() {
    return data.shape();
  }

  @Override
  public int size() {
    return data.size();
  }

  @Override
  public void read(int index, float[] target, int offset) {
    data.read(index, target, offset);
  }

  @Override
  public boolean binary() {
    return data.binary();
  }

  @Override
  public ValueRange range() {
    return data.range();
  }

  @Override
  public Optional<Factors> factors() {
    return data.factors();
  }

  @Override
  public void close() {
    data.close();
  }
}
