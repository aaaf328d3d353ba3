package org.betavae.data;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Pictures of what a model of images with a latent space does, whatever computes it: originals over
 * reconstructions, one row a latent, and frames in which every latent moves at once.
 *
 * <p>Images are rows, columns, channels, as {@link ImageGrid} draws them. Safe for many threads if
 * the decoder is.
 */
public final class LatentPictures {
  /** A model's decoder. */
  @FunctionalInterface
  public interface Decoder {
    /**
     * Images of latents.
     *
     * @param z latents, shape {@code [n, latent]}
     * @return shape {@code [n, height, width, channels]}, values in [0, 1]
     */
    float[] decode(float[] z, int n);
  }

  /** A latent with fewer nats says next to nothing about an image: studies call it dead. */
  public static final double DEAD_NATS = 0.01;

  private final Decoder decoder;

  /** Pictures drawn with a decoder. */
  public LatentPictures(Decoder decoder) {
    this.decoder = Objects.requireNonNull(decoder, "decoder");
  }

  /**
   * The latents by falling KL divergence, so that those that carry nothing come last; of equal ones
   * the first comes first.
   *
   * @param klPerLatent nats per latent; empty where it is not known
   * @return numbers of all latents; as numbered where the divergence is not known
   * @throws IllegalArgumentException if there are numbers, but not one a latent
   */
  public static List<Integer> order(int latents, List<Double> klPerLatent) {
    if (!klPerLatent.isEmpty() && klPerLatent.size() != latents) {
      throw new IllegalArgumentException(
          "%d KL divergences for %d latents, expected one each, or none. Give all or leave them out."
              .formatted(klPerLatent.size(), latents));
    }
    Comparator<Integer> byKl =
        Comparator.comparing((Integer l) -> klPerLatent.isEmpty() ? 0.0 : klPerLatent.get(l));
    return IntStream.range(0, latents).boxed().sorted(byKl.reversed()).toList();
  }

  /**
   * Evenly spaced numbers from minus to plus the range, both included.
   *
   * @throws IllegalArgumentException if there are fewer than 2
   */
  public static float[] spread(double range, int count) {
    if (count < 2) {
      throw new IllegalArgumentException(
          "number of values is %d, expected at least 2. Both ends are counted.".formatted(count));
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (range * (2.0 * i / (count - 1) - 1));
    }
    return values;
  }

  /**
   * Rows of originals, each over the row of its reconstructions; what the last rows lack is black.
   *
   * @param originals shape {@code [n, height, width, channels]}
   * @param made the reconstructions, same shape
   * @param above label of the rows of originals
   * @param below label of the rows of reconstructions
   * @throws IllegalArgumentException if there are no images, or the arrays differ in length
   */
  public static BufferedImage pairs(
      ImageGrid grid, float[] originals, float[] made, String above, String below) {
    int item = grid.shape().size();
    if (originals.length == 0 || originals.length % item != 0 || made.length != originals.length) {
      throw new IllegalArgumentException(
          "%d values of originals and %d of reconstructions, expected as many, a multiple of %d. Give whole images, two by two."
              .formatted(originals.length, made.length, item));
    }
    int rowLength = grid.columns() * item;
    int rows = (originals.length + rowLength - 1) / rowLength;
    float[] both = new float[Math.multiplyExact(2 * rows, rowLength)];
    List<String> labels = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int from = row * rowLength;
      int length = Math.min(rowLength, originals.length - from);
      System.arraycopy(originals, from, both, 2 * from, length);
      System.arraycopy(made, from, both, 2 * from + rowLength, length);
      labels.add(above);
      labels.add(below);
    }
    return grid.withRowLabels(labels).draw(both, 0, 2 * rows * grid.columns());
  }

  /**
   * One row a latent, which takes one value a column while the others stay.
   *
   * @param grid as many columns as values
   * @param base where all latents start, shape {@code [latent]}
   * @param order the latents to draw, from the top
   * @param values what each of them is set to, in units of the prior's deviation
   */
  public BufferedImage traversals(
      ImageGrid grid, float[] base, List<Integer> order, float[] values) {
    int count = order.size() * values.length;
    float[] z = new float[Math.multiplyExact(count, base.length)];
    for (int i = 0; i < count; i++) {
      place(base, order.get(i / values.length), values[i % values.length], z, i);
    }
    return grid.draw(decoder.decode(z, count), 0, count);
  }

  /**
   * One frame a value: every image of a frame has its own latent set to that value.
   *
   * @param base where all latents start, shape {@code [latent]}
   * @param order the latents to draw, row by row
   * @param values what they are set to, one a frame
   */
  public List<BufferedImage> frames(
      ImageGrid grid, float[] base, List<Integer> order, float[] values) {
    List<BufferedImage> frames = new ArrayList<>();
    for (float value : values) {
      frames.add(frame(grid, base, order, value));
    }
    return frames;
  }

  /**
   * One of the {@link #frames}.
   *
   * @param value what all of the latents are set to, each in its own image
   */
  public BufferedImage frame(ImageGrid grid, float[] base, List<Integer> order, float value) {
    float[] z = new float[Math.multiplyExact(order.size(), base.length)];
    for (int i = 0; i < order.size(); i++) {
      place(base, order.get(i), value, z, i);
    }
    return grid.draw(decoder.decode(z, order.size()), 0, order.size());
  }

  private static void place(float[] base, int latent, float value, float[] z, int row) {
    System.arraycopy(base, 0, z, row * base.length, base.length);
    z[row * base.length + latent] = value;
  }

  /** Frames followed by those between the ends in reverse, so that a loop of them swings. */
  public static List<BufferedImage> thereAndBack(List<BufferedImage> frames) {
    List<BufferedImage> all = new ArrayList<>(frames);
    for (int i = frames.size() - 2; i > 0; i--) {
      all.add(frames.get(i));
    }
    return all;
  }
}
