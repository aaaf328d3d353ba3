package org.betavae.data;

/** A data set with its items read as images instead of vectors, or the other way round. */
final class Reshaped extends DatasetView {
  private final ItemShape shape;

  private Reshaped(Dataset data, ItemShape shape) {
    super(data);
    this.shape = shape;
  }

  /**
   * The data set itself where it has the wanted shape; a view of it where only vectors and images
   * of equal size and range differ.
   *
   * @throws DataException if it has another shape; the data set is then closed
   */
  static Dataset to(ItemShape wanted, Dataset data) {
    ItemShape found = data.shape();
    if (found.equals(wanted)) {
      return data;
    }
    boolean fits = found.size() == wanted.size() && found.image() != wanted.image();
    ValueRange range = data.range();
    boolean inRange = !wanted.image() || (range.min() >= 0 && range.max() <= 1);
    if (fits && inRange) {
      return new Reshaped(data, wanted);
    }
    data.close();
    throw new DataException(
        fits
            ? "data '%s': values lie in [%s, %s], expected [0, 1] for images of %s. Divide them by their largest possible value."
                .formatted(data.name(), range.min(), range.max(), wanted)
            : "data '%s': items are %s, expected %s as the model has. Give data of that shape, or a folder of pictures, which are resized."
                .formatted(data.name(), found, wanted));
  }

  @Override
  public ItemShape shape() {
    return shape;
  }
}
