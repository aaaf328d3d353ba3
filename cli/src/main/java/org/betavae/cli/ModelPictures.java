package org.betavae.cli;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.data.Pictures;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Images;

/** Pictures of what a model of images does. */
final class ModelPictures {
  /** A latent with less says nothing about the image; disentanglement studies call it dead. */
  static final double DEAD_NATS = 0.01;

  /** Small images are enlarged to about this many pixels. */
  private static final int COMFORTABLE_SIDE = 64;

  private static final int FRAME_MILLIS = 80;
  private static final int FRAME_COLUMNS = 10;

  private final BetaVaeModel model;
  private final ItemShape shape;

  private ModelPictures(BetaVaeModel model) {
    this.model = model;
    this.shape = ModelData.shape(model.info());
  }

  /**
   * Prepares to draw with a model of images.
   *
   * @param out what is to be drawn, for the message
   * @throws CommandException if the model's data are no images
   */
  static ModelPictures of(BetaVaeModel model, Path out) {
    if (model.info().isVector()) {
      throw CommandException.unusable(
          "cannot draw "
              + out
              + ": the model's data are vectors of "
              + model.info().imageSize()
              + " values, expected images. Write a .npy file instead.");
    }
    return new ModelPictures(model);
  }

  /** A square grid of decoded latents, shape {@code [N, L]}. */
  void samples(float[] z, Path out) {
    Images images = model.decode(z);
    int columns = (int) Math.ceil(Math.sqrt(images.count()));
    Pictures.writePng(draw(grid(columns), images.values()), out);
  }

  /**
   * Originals over their reconstructions.
   *
   * @param images shape {@code [N, C, H, W]}
   */
  void reconstructions(float[] images, int columns, Path out) {
    int item = shape.size();
    int count = images.length / item;
    float[] made = model.reconstruct(images).values();
    List<String> labels = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int start = 0; start < count; start += columns) {
      // Row by row; the last row is filled up with nothing, which draws as the background's black.
      int end = start + columns;
      IntStream.range(start, end).forEach(order::add);
      IntStream.range(start, end).map(i -> count + i).forEach(order::add);
      labels.add("original");
      labels.add("decoded");
    }
    float[] all = new float[order.size() * item];
    for (int i = 0; i < order.size(); i++) {
      boolean original = i / columns % 2 == 0;
      int index = original ? order.get(i) : order.get(i) - count;
      if (index < count) {
        System.arraycopy(original ? images : made, index * item, all, i * item, item);
      }
    }
    Pictures.writePng(draw(grid(columns).withRowLabels(labels), all), out);
  }

  /** One row a latent, in the order of {@link #latentOrder}. */
  void traversals(float[] z, float[] values, Path out) {
    List<Integer> order = latentOrder();
    float[] all = traverse(z, values, order);
    List<String> columnLabels = new ArrayList<>();
    for (float value : values) {
      columnLabels.add(String.format(Locale.ROOT, "%.1f", value));
    }
    ImageGrid grid =
        grid(values.length)
            .withRowLabels(order.stream().map(this::label).toList())
            .withColumnLabels(columnLabels);
    Pictures.writePng(draw(grid, all), out);
  }

  /** All latents at once, there and back, as an animation without end. */
  void traversalsGif(float[] z, float[] values, Path out) {
    List<Integer> order = latentOrder();
    float[] all = traverse(z, values, order);
    int item = shape.size();
    int columns = Math.min(FRAME_COLUMNS, order.size());
    ImageGrid grid = grid(columns);
    if (order.size() <= columns) {
      grid = grid.withColumnLabels(order.stream().map(d -> "z" + d).toList());
    }
    List<BufferedImage> frames = new ArrayList<>();
    for (int step = 0; step < values.length; step++) {
      float[] frame = new float[order.size() * item];
      for (int row = 0; row < order.size(); row++) {
        System.arraycopy(all, (row * values.length + step) * item, frame, row * item, item);
      }
      frames.add(draw(grid, frame));
    }
    Pictures.writeGif(thereAndBack(frames), FRAME_MILLIS, true, out);
  }

  /** The images of a path, side by side. */
  void path(Images images, Path out) {
    int columns = Math.min(images.count(), FRAME_COLUMNS);
    Pictures.writePng(draw(grid(columns), images.values()), out);
  }

  /** The images of a path, one after another, there and back. */
  void pathGif(Images images, Path out) {
    ImageGrid single = grid(1).withPadding(0);
    List<BufferedImage> frames = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      frames.add(draw(single, images.image(i)));
    }
    Pictures.writeGif(thereAndBack(frames), FRAME_MILLIS, true, out);
  }

  /** Latents by falling KL divergence, so that dead ones come last; as numbered where unknown. */
  List<Integer> latentOrder() {
    return latentOrder(model);
  }

  /** The same for a model of any kind. */
  static List<Integer> latentOrder(BetaVaeModel model) {
    List<Double> kl = model.info().klPerDimension().orElse(List.of());
    Comparator<Integer> byKl = Comparator.comparingDouble(d -> kl.isEmpty() ? 0 : -kl.get(d));
    return IntStream.range(0, model.info().latentSize()).boxed().sorted(byKl).toList();
  }

  private String label(int dimension) {
    return model
        .info()
        .klPerDimension()
        .map(kl -> kl.get(dimension))
        .map(kl -> "z" + dimension + (kl < DEAD_NATS ? " dead" : " " + Numbers.brief(kl) + " nats"))
        .orElse("z" + dimension);
  }

  /** Shape {@code [order.size(), values.length, C, H, W]}. */
  private float[] traverse(float[] z, float[] values, List<Integer> order) {
    int row = values.length * shape.size();
    float[] all = new float[order.size() * row];
    for (int i = 0; i < order.size(); i++) {
      float[] images = model.traverse(z, order.get(i), values).values();
      System.arraycopy(images, 0, all, i * row, row);
    }
    return all;
  }

  private static List<BufferedImage> thereAndBack(List<BufferedImage> frames) {
    List<BufferedImage> all = new ArrayList<>(frames);
    for (int i = frames.size() - 2; i > 0; i--) {
      all.add(frames.get(i));
    }
    return all;
  }

  private ImageGrid grid(int columns) {
    int side = Math.max(shape.height(), shape.width());
    return ImageGrid.of(shape, columns).withScale(Math.max(1, COMFORTABLE_SIDE / side));
  }

  private BufferedImage draw(ImageGrid grid, float[] channelsFirst) {
    float[] values = Layout.toChannelsLast(channelsFirst, shape);
    return grid.draw(values, 0, values.length / shape.size());
  }
}
