package org.betavae.data;

import java.util.List;
import java.util.Optional;

/**
 * The dSprites grid, drawn when read: every combination of shape, scale, orientation, x and y, the
 * last factor running fastest.
 *
 * <p>Source: Matthey, Higgins, Hassabis and Lerchner 2017, "dSprites: Disentanglement testing
 * Sprites dataset".
 */
final class SpritesDataset implements Dataset {
  private static final List<String> NAMES =
      List.of("shape", "scale", "orientation", "posX", "posY");

  private final String name;
  private final double[][] values;
  private final int size;

  private SpritesDataset(String name, double[][] values) {
    this.name = name;
    this.values = values;
    int product = 1;
    for (double[] factor : values) {
      product *= factor.length;
    }
    size = product;
  }

  /** 3 x 6 x 40 x 32 x 32 = 737,280 images, index for index those of dSprites. */
  static SpritesDataset full() {
    return new SpritesDataset(
        "sprites",
        new double[][] {
          {1, 2, 3},
          evenly(0.5, 1, 6),
          evenly(0, 2 * Math.PI, 40),
          evenly(0, 1, 32),
          evenly(0, 1, 32)
        });
  }

  /** Every fourth orientation and every second x and y: 3 x 6 x 10 x 16 x 16 = 46,080 images. */
  static SpritesDataset small() {
    SpritesDataset full = full();
    return new SpritesDataset(
        "sprites:small",
        new double[][] {
          full.values[0],
          full.values[1],
          every(4, full.values[2]),
          every(2, full.values[3]),
          every(2, full.values[4])
        });
  }

  private static double[] evenly(double first, double last, int count) {
    double[] result = new double[count];
    for (int i = 0; i < count; i++) {
      result[i] = first + i * ((last - first) / (count - 1));
    }
    result[count - 1] = last;
    return result;
  }

  private static double[] every(int stride, double[] all) {
    double[] result = new double[(all.length + stride - 1) / stride];
    for (int i = 0; i < result.length; i++) {
      result[i] = all[i * stride];
    }
    return result;
  }

  private int classOf(int item, int factor) {
    int rest = item;
    for (int i = values.length - 1; i > factor; i--) {
      rest /= values[i].length;
    }
    return rest % values[factor].length;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ItemShape shape() {
    return ItemShape.image(SpriteDrawing.SIDE, SpriteDrawing.SIDE, 1);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int index, float[] target, int offset) {
    java.util.Objects.checkIndex(index, size);
    SpriteDrawing.draw(
        (int) values[0][classOf(index, 0)],
        values[1][classOf(index, 1)],
        values[2][classOf(index, 2)],
        values[3][classOf(index, 3)],
        values[4][classOf(index, 4)],
        target,
        offset);
  }

  @Override
  public boolean binary() {
    return true;
  }

  @Override
  public ValueRange range() {
    return ValueRange.UNIT;
  }

  @Override
  public Optional<Factors> factors() {
    int[] sizes = new int[values.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = values[i].length;
    }
    return Optional.of(
        new Factors(
            NAMES,
            sizes,
            new Factors.Table() {
              @Override
              public int classOf(int item, int factor) {
                return SpritesDataset.this.classOf(item, factor);
              }

              @Override
              public double valueOf(int item, int factor) {
                return values[factor][SpritesDataset.this.classOf(item, factor)];
              }
            }));
  }

  @Override
  public void close() {}
}
