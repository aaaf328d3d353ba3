package org.betavae.train;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.data.LatentPictures;
import org.betavae.data.Pictures;

/**
 * The pictures of a run: reconstructions, samples from the prior (under a mixture, from that),
 * traversals of the latents that carry most, at most {@value #MOST_LATENTS}; and {@code
 * history.png}. None of them can fail a run.
 */
final class RunPictures {
  private static final int COLUMNS = 10;
  private static final int PAIRS = 3;

  /** More latents than can be told apart at a glance; the others carry less. */
  private static final int MOST_LATENTS = 24;

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
  private final TrainListener listener;
  private final int scale;

  RunPictures(
      Path folder,
      TrainConfig config,
      ItemShape shape,
      VaeSession session,
      TrainListener listener) {
    this.folder = folder;
    this.config = config;
    this.shape = shape;
    this.session = session;
    this.listener = listener;
    scale = shape.height() <= 32 ? 2 : 1;
  }

  /** Writes all of them; does nothing for vectors, which have no picture. */
  void write(Dataset data, Validation validation) {
    if (!shape.image()) {
      return;
    }
    List<Double> kl = validation.klPerDimension();
    attempt("reconstructions.png", file -> Pictures.writePng(reconstructions(data), file));
    attempt("samples.png", file -> Pictures.writePng(samples(), file));
    attempt("traversals.png", file -> Pictures.writePng(traversals(data, kl), file));
    attempt("traversals.gif", file -> animation(data, kl, file));
  }

  /** Writes {@code history.png}. */
  void write(List<History.Line> lines) {
    attempt("history.png", file -> HistoryChart.write(file, lines, listener));
  }

  /** What changes while a run goes on, by name; nothing for vectors. */
  Map<String, BufferedImage> current(Dataset data, Validation validation) {
    Map<String, BufferedImage> pictures = new LinkedHashMap<>();
    if (shape.image()) {
      List<Double> kl = validation.klPerDimension();
      attempt("reconstructions", file -> pictures.put("reconstructions", reconstructions(data)));
      attempt("traversals", file -> pictures.put("traversals", traversals(data, kl)));
    }
    return pictures;
  }

  /** Draws; what goes wrong is told in one line, since no run may fail for a picture. */
  private void attempt(String name, Consumer<Path> drawing) {
    try {
      Files.createDirectories(folder);
      drawing.accept(folder.resolve(name));
    } catch (IOException | RuntimeException | LinkageError | VirtualMachineError e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      listener.onMessage(name + " is left out: " + e.getClass().getSimpleName() + ", " + reason);
    }
  }

  /** Originals in odd rows, their reconstructions below each. */
  private BufferedImage reconstructions(Dataset data) {
    int n = Math.min(COLUMNS * PAIRS, data.size());
    float[] originals = items(data, n);
    float[] decoded = session.decode(means(originals, n), n);
    ImageGrid grid = ImageGrid.of(shape, Math.min(COLUMNS, n)).withScale(scale);
    return LatentPictures.pairs(grid, originals, decoded, "data", "model");
  }

  private BufferedImage samples() {
    int n = COLUMNS * 6;
    float[] z = PriorSamples.draw(session, config, n);
    ImageGrid grid = ImageGrid.of(shape, COLUMNS).withScale(scale);
    return grid.draw(session.decode(z, n), 0, n);
  }

  /**
   * One latent a row, the one that carries most first, from -2 to 2 around a typical item's mean;
   * no more than {@value #MOST_LATENTS}.
   */
  private BufferedImage traversals(Dataset data, List<Double> kl) {
    List<Integer> order = order(kl);
    float[] base = typical(data);
    List<String> labels = new ArrayList<>();
    for (int l : order) {
      labels.add(label(l, kl.get(l)));
    }
    LatentPictures latents = new LatentPictures(session::decode);
    ImageGrid grid = ImageGrid.of(shape, COLUMNS).withScale(scale).withRowLabels(labels);
    return latents.traversals(grid, base, order, LatentPictures.spread(RANGE, COLUMNS));
  }

  /**
   * The same latents at once, each image swinging to and fro along its own latent. A frame is drawn
   * when it is written.
   */
  private void animation(Dataset data, List<Double> kl, Path file) {
    List<Integer> order = order(kl);
    float[] base = typical(data);
    LatentPictures latents = new LatentPictures(session::decode);
    ImageGrid frame = ImageGrid.of(shape, Math.min(GIF_COLUMNS, order.size())).withScale(2 * scale);
    Iterable<BufferedImage> frames =
        () ->
            IntStream.range(0, GIF_FRAMES)
                .mapToObj(f -> latents.frame(frame, base, order, swing(f)))
                .iterator();
    Pictures.writeGif(frames, GIF_DELAY_MILLIS, true, file);
  }

  /** The latents that are drawn, the one that carries most first. */
  private List<Integer> order(List<Double> kl) {
    List<Integer> all = LatentPictures.order(config.latent(), kl);
    return all.subList(0, Math.min(MOST_LATENTS, all.size()));
  }

  /** One period of a sine, so that the animation slows down where it turns. */
  private static float swing(int frame) {
    return (float) (RANGE * Math.sin(2 * Math.PI * frame / GIF_FRAMES));
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
    return session.evaluator().encode(items, n);
  }
}
