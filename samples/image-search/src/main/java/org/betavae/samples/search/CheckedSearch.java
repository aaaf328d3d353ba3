package org.betavae.samples.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.infer.BetaVaeModel;

/**
 * Finds the very image that a copy was made from: embeds the copy as it is and moved by a pixel
 * each way, since an embedding says where things lie, takes the index's candidates for each, and
 * compares their pixels alone.
 */
final class CheckedSearch {
  /** Pixels that a copy may have been moved by; (2 · reach + 1)² look-ups. */
  private static final int REACH = 1;

  /** For each look-up. */
  private static final int CANDIDATES = 100;

  private static final List<Shift> SHIFTS = Shift.upTo(REACH);

  private final BetaVaeModel model;
  private final Gallery gallery;
  private final EmbeddingIndex index;

  CheckedSearch(BetaVaeModel model, Gallery gallery, EmbeddingIndex index) {
    this.model = model;
    this.gallery = gallery;
    this.index = index;
  }

  /** The items most like an image {@code [H, W, C]} but for a small shift, the most like first. */
  int[] nearest(float[] image, int wanted) throws IOException {
    int size = gallery.shape().size();
    float[] moved = new float[SHIFTS.size() * size];
    for (int i = 0; i < SHIFTS.size(); i++) {
      System.arraycopy(SHIFTS.get(i).of(image, gallery.shape()), 0, moved, i * size, size);
    }
    float[] embeddings = Gallery.embed(model, moved, gallery.shape());
    Map<Integer, Double> differences = new HashMap<>();
    for (int i = 0; i < SHIFTS.size(); i++) {
      float[] query = Arrays.copyOfRange(moved, i * size, (i + 1) * size);
      for (int item : index.nearest(row(embeddings, i), CANDIDATES)) {
        double difference =
            SHIFTS.get(i).difference(gallery.pixels(), item * size, query, gallery.shape());
        differences.merge(item, difference, Math::min);
      }
    }
    return differences.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(wanted)
        .mapToInt(Map.Entry::getKey)
        .toArray();
  }

  private float[] row(float[] embeddings, int row) {
    int length = gallery.latentSize();
    return Arrays.copyOfRange(embeddings, row * length, (row + 1) * length);
  }
}
