package org.betavae.train;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.data.ItemShape;
import org.betavae.data.ValueRange;

/** Soft discs of changing place and size, drawn on the fly, for tests that need some images. */
final class Blobs implements Dataset {
  private final ItemShape shape;
  private final int size;
  private final float scale;
  private final float wrong;
  private final int wrongItem;
  private final Optional<Factors> factors;

  Blobs(ItemShape shape, int size) {
    this(shape, size, 1);
  }

  /** Values are in [0, {@code scale}]. */
  Blobs(ItemShape shape, int size, float scale) {
    this(shape, size, scale, Float.NaN, -1);
  }

  /** The same with one wrong value in one item. */
  Blobs(ItemShape shape, int size, float wrong, int wrongItem) {
    this(shape, size, 1, wrong, wrongItem);
  }

  private Blobs(ItemShape shape, int size, float scale, float wrong, int wrongItem) {
    this.shape = shape;
    this.size = size;
    this.scale = scale;
    this.wrong = wrong;
    this.wrongItem = wrongItem;
    factors = Optional.empty();
  }

  /** With classes of three factors for each item. */
  Blobs(ItemShape shape, int size, IntFunction<int[]> classes) {
    this.shape = shape;
    this.size = size;
    scale = 1;
    wrong = 0;
    wrongItem = -1;
    int[][] table = IntStream.range(0, size).mapToObj(classes).toArray(int[][]::new);
    factors = Optional.of(Factors.of(List.of("a", "b", "c"), table));
  }

  @Override
  public String name() {
    return "blobs";
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
    int side = shape.width();
    double cx = side * (0.3 + 0.4 * frac(index * 0.61803));
    double cy = side * (0.3 + 0.4 * frac(index * 0.41421));
    double radius = side * (0.1 + 0.15 * frac(index * 0.73205));
    for (int i = 0; i < shape.size(); i++) {
      int pixel = i / shape.channels();
      int row = pixel / side;
      double dx = pixel % side - cx;
      double dy = row - cy;
      double inside = radius - Math.sqrt(dx * dx + dy * dy);
      target[offset + i] = scale * (float) Math.max(0, Math.min(1, inside + 0.5));
    }
    if (index == wrongItem) {
      target[offset] = wrong;
    }
  }

  private static double frac(double x) {
    return x - Math.floor(x);
  }

  @Override
  public boolean binary() {
    return false;
  }

  @Override
  public ValueRange range() {
    return new ValueRange(0, scale);
  }

  @Override
  public Optional<Factors> factors() {
    return factors;
  }

  @Override
  public void close() {}
}
