package org.betavae.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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

  /** Centres lie in the middle half of the picture. */
  private static final double FIRST_CENTRE = 15.5;

  private static final double CENTRE_SPAN = 32;

  private final String name;
  private final double[][] values;
  private final int[] sizes;
  private final int size;
  private final SpriteOutline[][] outlines;

  private SpritesDataset(String name, double[]... values) {
    this.name = name;
    this.values = values;
    sizes = Arrays.stream(values).mapToInt(factor -> factor.length).toArray();
    size = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    List<SpriteOutline> shapes =
        List.of(SpriteOutline.square(), SpriteOutline.ellipse(), SpriteOutline.heart());
    outlines = new SpriteOutline[sizes[0]][sizes[2]];
    for (int shape = 0; shape < sizes[0]; shape++) {
      for (int turn = 0; turn < sizes[2]; turn++) {
        outlines[shape][turn] = shapes.get(shape).turned(values[2][turn]);
      }
    }
  }

  /** 3 x 6 x 40 x 32 x 32 = 737,280 images, index for index those of dSprites. */
  static SpritesDataset full() {
    return new SpritesDataset(
        "sprites",
        new double[] {1, 2, 3},
        evenly(0.5, 1, 6),
        evenly(0, 2 * Math.PI, 40),
        evenly(0, 1, 32),
        evenly(0, 1, 32));
  }

  /** Every fourth orientation and every second x and y: 3 x 6 x 10 x 16 x 16 = 46,080 images. */
  static SpritesDataset small() {
    SpritesDataset full = full();
    return new SpritesDataset(
        "sprites:small",
        full.values[0],
        full.values[1],
        every(4, full.values[2]),
        every(2, full.values[3]),
        every(2, full.values[4]));
  }

  /** Both ends included, rounded as numpy.linspace rounds, since dSprites' values come from it. */
  private static double[] evenly(double first, double last, int count) {
    double[] result = new double[count];
    double step = (last - first) / (count - 1);
    for (int i = 0; i < count; i++) {
      result[i] = i * step + first;
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

  @Override
  public String name() {
    return name;
  }

  @Override
  public ItemShape shape() {
    return ItemShape.image(SpriteOutline.SIDE, SpriteOutline.SIDE, 1);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int index, float[] target, int offset) {
    int rest = Objects.checkIndex(index, size);
    double y = values[4][rest % sizes[4]];
    rest /= sizes[4];
    double x = values[3][rest % sizes[3]];
    rest /= sizes[3];
    int turn = rest % sizes[2];
    rest /= sizes[2];
    double scale = values[1][rest % sizes[1]];
    outlines[rest / sizes[1]][turn].fill(
        scale, FIRST_CENTRE + CENTRE_SPAN * x, FIRST_CENTRE + CENTRE_SPAN * y, target, offset);
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
    return Optional.of(new Factors(NAMES, sizes, new Grid(values)));
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  /** Classes by position in the grid. */
  private static final class Grid implements Factors.Table {
    private final double[][] values;

    Grid(double[][] values) {
      this.values = values;
    }

    @Override
    public int classOf(int item, int factor) {
      int rest = item;
      for (int i = values.length - 1; i > factor; i--) {
        rest /= values[i].length;
      }
      return rest % values[factor].length;
    }

    @Override
    public double valueOf(int item, int factor) {
      return values[factor][classOf(item, factor)];
    }
  }
}
