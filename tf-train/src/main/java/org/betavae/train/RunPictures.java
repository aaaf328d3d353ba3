package org.betavae.train;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.betavae.data.Dataset;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.data.LatentPictures;
import org.betavae.data.Pictures;

/**
 * The pictures of a run: reconstructions, samples from the prior (under a mixture, from that), and
 * latent traversals.
 */
final class RunPictures {
  private static final int COLUMNS = 10;
  private static final int PAIRS = 3;
  private static final int CANDIDATES = 100;
  private static final int GIF_COLUMNS = 5;
  private static final int GIF_FRAMES = 24;
  private static final int GIF_DELAY_MILLIS = 80;

  /** Range of a traversal in standard deviations of the prior, as disentanglement_lib has it. */
  private static final float RANGE = 2;

  private final Path folder;
  private final TrainConfig config;
  private final ItemShape shape;
  private final VaeSession session;
  private final int scale;

  RunPictures(Path folder, TrainConfig config, ItemShape shape, VaeSession session) {
    this.folder = folder;
    this.config = config;
    this.shape = shape;
    this.session = session;
    scale = shape.height() <= 32 ? 2 : 1;
  }

  /** Writes all of them; does nothing for vectors, which have no picture. */
  void write(Dataset data, Validation validation) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make the folder " + folder + ": " + e, e);
    }
    if (!shape.image()) {
      return;
    }
    List<Double> kl = validation.klPerDimension();
    Pictures.writePng(reconstructions(data), folder.resolve("reconstructions.png"));
    samples();
    Pictures.writePng(traversals(data, kl), folder.resolve("traversals.png"));
    animation(data, kl);
  }

  /** What changes while a run goes on, by name; nothing for vectors. */
  Map<String, BufferedImage> current(Dataset data, Validation validation) {
    return shape.image()
        ? Map.of(
            "reconstructions", reconstructions(data),
            "traversals", traversals(data, validation.klPerDimension()))
        : Map.of();
  }

  /** Originals in odd rows, their reconstructions below each. */
  private BufferedImage reconstructions(Dataset data) {
    int n = Math.min(COLUMNS * PAIRS, data.size());
    float[] originals = items(data, n);
    float[] decoded = session.decode(means(originals, n), n);
    ImageGrid grid = ImageGrid.of(shape, Math.min(COLUMNS, n)).withScale(scale);
    return LatentPictures.pairs(grid, originals, decoded, "data", "model");
  }

  private void samples() {
    int n = COLUMNS * 6;
    float[] z = PriorSamples.draw(session, config, n);
    ImageGrid grid = ImageGrid.of(shape, COLUMNS).withScale(scale);
    Pictures.writePng(grid.draw(session.decode(z, n), 0, n), folder.resolve("samples.png"));
  }

  /**
   * One latent a row, the one that carries most first, from -2 to 2 around a typical item's mean.
   */
  private BufferedImage traversals(Dataset data, List<Double> kl) {
    List<Integer> order = LatentPictures.order(config.latent(), kl);
    float[] base = typical(data);
    List<String> labels = new ArrayList<>();
    for (int l : order) {
      labels.add(label(l, kl.get(l)));
    }
    LatentPictures latents = new LatentPictures(session::decode);
    ImageGrid grid = ImageGrid.of(shape, COLUMNS).withScale(scale).withRowLabels(labels);
    return latents.traversals(grid, base, order, LatentPictures.spread(RANGE, COLUMNS));
  }

  /** Every latent at once, each image swinging to and fro along its own latent. */
  private void animation(Dataset data, List<Double> kl) {
    List<Integer> order = LatentPictures.order(config.latent(), kl);
    LatentPictures latents = new LatentPictures(session::decode);
    ImageGrid frame = ImageGrid.of(shape, Math.min(GIF_COLUMNS, order.size())).withScale(2 * scale);
    Pictures.writeGif(
        latents.frames(frame, typical(data), order, swing()),
        GIF_DELAY_MILLIS,
        true,
        folder.resolve("traversals.gif"));
  }

  /** One period of a sine, so that the animation slows down where it turns. */
  private static float[] swing() {
    float[] values = new float[GIF_FRAMES];
    for (int f = 0; f < GIF_FRAMES; f++) {
      values[f] = (float) (RANGE * Math.sin(2 * Math.PI * f / GIF_FRAMES));
    }
    return values;
  }

  private static String label(int latent, double nats) {
    return nats < LatentPictures.DEAD_NATS
        ? "z%d off".formatted(latent)
        : String.format(Locale.ROOT, "z%d %.2f", latent, nats);
  }

  /** The mean that lies nearest to the prior's, so that no sweep starts in a corner of the data. */
  private float[] typical(Dataset data) {
    int latent = config.latent();
    int n = Math.min(CANDIDATES, data.size());
    float[] means = means(items(data, n), n);
    int nearest = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      double norm = 0;
      for (int l = 0; l < latent; l++) {
        norm += (double) means[i * latent + l] * means[i * latent + l];
      }
      if (norm < smallest) {
        smallest = norm;
        nearest = i;
      }
    }
    return Arrays.copyOfRange(means, nearest * latent, (nearest + 1) * latent);
  }

  private float[] items(Dataset data, int n) {
    float[] values = new float[n * shape.size()];
    for (int i = 0; i < n; i++) {
      // Spread over the data, since neighbours are often alike.
      data.read((int) ((long) i * data.size() / n), values, i * shape.size());
    }
    return values;
  }

  private float[] means(float[] items, int n) {
    return session.evaluate(items, n, 0, 1).mean;
  }
}
