package org.betavae.data;

import java.util.Optional;

/**
 * Turns an array of numbers into the items of a data set: checks the values, brings 8-bit levels
 * into [0, 1] and keeps binary values at one bit each.
 */
final class ArrayItems {
  private static final float MAX_LEVEL = Scan.WHITE;

  private ArrayItems() {}

  /**
   * A data set over numbers, which it takes over and closes.
   *
   * <p>Unsigned bytes with a maximum of 1 are taken as they are and divided by 255 otherwise; so
   * are other integers of images. Floats of images must lie in [0, 1]. Vectors of anything but
   * bytes are taken as they are.
   *
   * @throws DataException if a value is not finite or an image's value has no place in [0, 1]
   */
  static Dataset open(
      String name,
      String place,
      NumberArray numbers,
      Optional<ItemShape> wanted,
      Optional<Factors> factors) {
    try {
      ItemLayout layout = ItemLayout.of(numbers.shape(), wanted, place);
      Items raw = new NumberItems(numbers, layout, 1);
      Scan scan = Scan.of(raw, layout, place);
      float divisor = divisor(numbers.type(), layout.shape(), scan, place);
      if (scan.binary() || (scan.blackAndWhite() && divisor == MAX_LEVEL)) {
        Items packed = pack(raw, layout);
        numbers.close();
        return new StoredDataset(name, layout, packed, true, scan.range(divisor), factors);
      }
      Items items = new NumberItems(numbers, layout, divisor);
      return new StoredDataset(name, layout, items, false, scan.range(divisor), factors);
    } catch (RuntimeException | Error e) {
      numbers.close();
      throw e;
    }
  }

  private static float divisor(ElementType type, ItemShape shape, Scan scan, String place) {
    boolean bytes = type == ElementType.U1 || type == ElementType.B1;
    if (bytes
        || (shape.image() && type.isInteger() && scan.min() >= 0 && scan.max() <= MAX_LEVEL)) {
      return scan.max() <= 1 ? 1 : MAX_LEVEL;
    }
    if (shape.image() && !(scan.min() >= 0 && scan.max() <= 1)) {
      boolean low = !(scan.min() >= 0);
      throw new DataException(
          "%s: image %d has the value %s, expected values in [0, 1]%s. %s"
              .formatted(
                  place,
                  low ? scan.minItem() : scan.maxItem(),
                  low ? scan.min() : scan.max(),
                  type.isInteger() ? " or whole numbers to 255" : "",
                  low
                      ? "Shift and scale the images."
                      : scan.max() <= MAX_LEVEL
                          ? "Divide the images by 255, or save them as uint8."
                          : "Divide the images by their largest possible value."));
    }
    return 1;
  }

  private static Items pack(Items raw, ItemLayout layout) {
    int size = layout.shape().size();
    float[] values = new float[size];
    try (BitWriter writer = new BitWriter(size, ByteStoreWriter.create())) {
      for (int item = 0; item < layout.items(); item++) {
        raw.read(item, values, 0);
        for (float value : values) {
          writer.write(value != 0);
        }
      }
      return writer.finish();
    }
  }
}
