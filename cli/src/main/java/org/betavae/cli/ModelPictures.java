package org.betavae.cli;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.data.LatentPictures;
import org.betavae.data.Pictures;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Images;

/** Pictures of what a model of images does. */
final class ModelPictures {
  /** Small images are enlarged to about this many pixels. */
  private static final int COMFORTABLE_SIDE = 64;

  private static final int FRAME_MILLIS = 80;
  private static final int FRAME_COLUMNS = 10;

  /** Time to compare an image with its reconstruction. */
  private static final int PAIR_MILLIS = 800;

  private static final int DECODED_AT_ONCE = 256;

  private final BetaVaeModel model;
  private final ItemShape shape;
  private final LatentPictures latents;

  private ModelPictures(BetaVaeModel model) {
    this.model = model;
    this.shape = ModelData.shape(model.info());
    this.latents = new LatentPictures((z, n) -> channelsLast(model.decode(z).values()));
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
    int latentSize = model.info().latentSize();
    int count = z.length / latentSize;
    ImageGrid grid = grid((int) Math.ceil(Math.sqrt(count)));
    ImageGrid.Items decoded =
        (first, n) ->
            channelsLast(
                model
                    .decode(Arrays.copyOfRange(z, first * latentSize, (first + n) * latentSize))
                    .values());
    Pictures.writePng(grid.draw(count, DECODED_AT_ONCE, decoded), out);
  }

  /**
   * Originals over their reconstructions.
   *
   * @param images shape {@code [N, C, H, W]}
   */
  void reconstructions(float[] images, int columns, Path out) {
    float[] made = model.reconstruct(images).values();
    BufferedImage picture =
        LatentPictures.pairs(
            grid(columns), channelsLast(images), channelsLast(made), "original", "decoded");
    Pictures.writePng(picture, out);
  }

  /**
   * One image after another, each over its reconstruction, as an animation without end.
   *
   * @param images shape {@code [N, C, H, W]}
   */
  void reconstructionsGif(float[] images, Path out) {
    float[] originals = channelsLast(images);
    float[] made = channelsLast(model.reconstruct(images).values());
    List<BufferedImage> frames = new ArrayList<>();
    for (int from = 0; from < originals.length; from += shape.size()) {
      int to = from + shape.size();
      frames.add(
          LatentPictures.pairs(
              grid(1),
              Arrays.copyOfRange(originals, from, to),
              Arrays.copyOfRange(made, from, to),
              "original",
              "decoded"));
    }
    Pictures.writeGif(frames, PAIR_MILLIS, true, out);
  }

  /** One row a latent, in the order of {@link #latentOrder}. */
  void traversals(float[] z, float[] values, Path out) {
    List<Integer> order = latentOrder();
    List<String> columnLabels = new ArrayList<>();
    for (float value : values) {
      columnLabels.add(String.format(Locale.ROOT, "%.1f", value));
    }
    ImageGrid grid =
        grid(values.length)
            .withRowLabels(order.stream().map(this::label).toList())
            .withColumnLabels(columnLabels);
    Pictures.writePng(latents.traversals(grid, z, order, values), out);
  }

  /** All latents at once, there and back, as an animation without end. */
  void traversalsGif(float[] z, float[] values, Path out) {
    List<Integer> order = latentOrder();
    int columns = Math.min(FRAME_COLUMNS, order.size());
    ImageGrid grid = grid(columns);
    if (order.size() <= columns) {
      grid = grid.withColumnLabels(order.stream().map(d -> "z" + d).toList());
    }
    writeSwing(latents.frames(grid, z, order, values), out);
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
    writeSwing(frames, out);
  }

  /** Latents by falling KL divergence, so that dead ones come last; as numbered where unknown. */
  List<Integer> latentOrder() {
    return latentOrder(model);
  }

  /** The same for a model of any kind. */
  static List<Integer> latentOrder(BetaVaeModel model) {
    List<Double> kl = model.info().klPerDimension().orElse(List.of());
    return LatentPictures.order(model.info().latentSize(), kl);
  }

  private String label(int dimension) {
    return model
        .info()
        .klPerDimension()
        .map(kl -> kl.get(dimension))
        .map(
            kl ->
                "z"
                    + dimension
                    + (kl < LatentPictures.DEAD_NATS ? " dead" : " " + Numbers.brief(kl) + " nats"))
        .orElse("z" + dimension);
  }

  private static void writeSwing(List<BufferedImage> frames, Path out) {
    Pictures.writeGif(LatentPictures.thereAndBack(frames), FRAME_MILLIS, true, out);
  }

  private ImageGrid grid(int columns) {
    int side = Math.max(shape.height(), shape.width());
    return ImageGrid.of(shape, columns).withScale(Math.max(1, COMFORTABLE_SIDE / side));
  }

  private BufferedImage draw(ImageGrid grid, float[] channelsFirst) {
    float[] values = channelsLast(channelsFirst);
    return grid.draw(values, 0, values.length / shape.size());
  }

  private float[] channelsLast(float[] channelsFirst) {
    return Layout.toChannelsLast(channelsFirst, shape);
  }
}
