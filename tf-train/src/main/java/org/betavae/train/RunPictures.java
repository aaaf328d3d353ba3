package org.betavae.train;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.data.Pictures;

/** The pictures of a run: reconstructions, samples from the prior, and latent traversals. */
final class RunPictures {
  private static final int COLUMNS = 10;
  private static final int PAIRS = 3;
  private static final int CANDIDATES = 100;
  private static final int GIF_FRAMES = 24;
  private static final int GIF_DELAY_MILLIS = 80;

  /** Range of a traversal in standard deviations of the prior, as disentanglement_lib has it. */
  private static final float RANGE = 2;

  /** A latent under this many nats carries next to nothing and is labelled so. */
  private static final double DEAD_NATS = 0.01;

  private final Path folder;
  private final TrainConfig config;
  private final ItemShape shape;
  private final VaeSession session;

  RunPictures(Path folder, TrainConfig config, ItemShape shape, VaeSession session) {
    this.folder = folder;
    this.config = config;
    this.shape = shape;
    this.session = session;
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
    int scale = shape.height() <= 32 ? 2 : 1;
    reconstructions(data, scale);
    samples(scale);
    traversals(data, validation.klPerDimension(), scale);
  }

  /** Originals in odd rows, their reconstructions below each. */
  private void reconstructions(Dataset data, int scale) {
    int n = Math.min(COLUMNS * PAIRS, data.size());
    float[] originals = items(data, n);
    float[] decoded = session.decode(means(originals, n), n);
    int columns = Math.min(COLUMNS, n);
    int rows = (n + columns - 1) / columns;
    float[] both = new float[2 * rows * columns * shape.size()];
    int rowLength = columns * shape.size();
    for (int row = 0; row < rows; row++) {
      int from = row * rowLength;
      int length = Math.min(rowLength, originals.length - from);
      System.arraycopy(originals, from, both, 2 * from, length);
      System.arraycopy(decoded, from, both, 2 * from + rowLength, length);
    }
    List<String> labels = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      labels.add("data");
      labels.add("model");
    }
    ImageGrid grid = ImageGrid.of(shape, columns).withScale(scale).withRowLabels(labels);
    Pictures.writePng(
        grid.draw(both, 0, 2 * rows * columns), folder.resolve("reconstructions.png"));
  }

  private void samples(int scale) {
    int n = COLUMNS * 6;
    float[] z = new float[n * config.latent()];
    Seeds.gaussian(z, z.length, config.seed(), Seeds.SAMPLES, 0);
    ImageGrid grid = ImageGrid.of(shape, COLUMNS).withScale(scale);
    Pictures.writePng(grid.draw(session.decode(z, n), 0, n), folder.resolve("samples.png"));
  }

  /**
   * One latent a row, the one that carries most first, from -2 to 2 around a typical item's mean.
   */
  private void traversals(Dataset data, List<Double> kl, int scale) {
    int[] order =
        IntStream.range(0, config.latent())
            .boxed()
            .sorted(Comparator.comparing((Integer l) -> kl.get(l)).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    float[] base = typical(data);
    float[] values = new float[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
      values[i] = -RANGE + 2 * RANGE * i / (COLUMNS - 1);
    }
    List<String> labels = new ArrayList<>();
    for (int l : order) {
      labels.add(label(l, kl.get(l)));
    }
    ImageGrid grid = ImageGrid.of(shape, COLUMNS).withScale(scale).withRowLabels(labels);
    float[] swept = sweep(base, order, values);
    Pictures.writePng(
        grid.draw(swept, 0, order.length * COLUMNS), folder.resolve("traversals.png"));
    animation(base, order, scale);
  }

  /** Every latent at once, each image swinging to and fro along its own latent. */
  private void animation(float[] base, int[] order, int scale) {
    int columns = Math.min(5, order.length);
    int rows = (order.length + columns - 1) / columns;
    ImageGrid grid = ImageGrid.of(shape, columns).withScale(2 * scale);
    List<BufferedImage> frames = new ArrayList<>();
    for (int f = 0; f < GIF_FRAMES; f++) {
      float value = (float) (RANGE * Math.sin(2 * Math.PI * f / GIF_FRAMES));
      float[] frame =
          Arrays.copyOf(sweep(base, order, new float[] {value}), rows * columns * shape.size());
      frames.add(grid.draw(frame, 0, rows * columns));
    }
    Pictures.writeGif(frames, GIF_DELAY_MILLIS, true, folder.resolve("traversals.gif"));
  }

  private float[] sweep(float[] base, int[] order, float[] values) {
    int latent = config.latent();
    float[] z = new float[order.length * values.length * latent];
    for (int row = 0; row < order.length; row++) {
      for (int i = 0; i < values.length; i++) {
        int at = (row * values.length + i) * latent;
        System.arraycopy(base, 0, z, at, latent);
        z[at + order[row]] = values[i];
      }
    }
    return session.decode(z, order.length * values.length);
  }

  private static String label(int latent, double nats) {
    return nats < DEAD_NATS
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
