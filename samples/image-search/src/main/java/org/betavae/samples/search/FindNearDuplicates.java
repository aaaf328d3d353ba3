package org.betavae.samples.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.data.Pictures;
import org.betavae.data.SourceOptions;
import org.betavae.infer.BetaVaeModel;

/**
 * Finds images by changed copies of them: puts the embeddings of a data set into a Lucene index,
 * asks it with shifted and noisy copies, and prints how often the original is found: by the index
 * alone, by the index with its candidates checked, and by a search over all pixels.
 */
public final class FindNearDuplicates {
  private static final int QUERIES = 200;
  private static final int FOUND = 5;
  private static final int ROWS = 10;

  /** The last one is drawn. */
  private static final List<Change> CHANGES =
      List.of(new Change(0, 0.05), new Change(1, 0), new Change(1, 0.05));

  private FindNearDuplicates() {}

  /**
   * Prints the share of originals found, and draws queries with what was found.
   *
   * @param args the model folder, the data, the picture to write, and how many images to index
   *     (default: all)
   * @throws IOException if the index cannot be written or read
   */
  public static void main(String[] args) throws IOException {
    int limit = args.length > 3 ? Integer.parseInt(args[3]) : Integer.MAX_VALUE;
    try (BetaVaeModel model = BetaVaeModel.open(Path.of(args[0]));
        Dataset data = DataSources.open(args[1], SourceOptions.wanting(shapeOf(model)));
        Directory directory = new ByteBuffersDirectory()) {
      Gallery gallery = Gallery.of(data, limit, model);
      long start = System.nanoTime();
      try (EmbeddingIndex index =
          EmbeddingIndex.build(directory, gallery.embeddings(), gallery.latentSize())) {
        System.out.printf(
            "%d images of %s in the index, %d numbers each, built in %.1f s%n",
            gallery.count(), gallery.shape(), gallery.latentSize(), secondsSince(start));
        System.out.println(
            "copies                 index @1     @5   ms   checked @1     @5   ms    pixels @1    "
                + " @5   ms");
        for (Change change : CHANGES) {
          System.out.println(measured(change, model, gallery, index));
        }
        draw(CHANGES.get(CHANGES.size() - 1), model, gallery, index, Path.of(args[2]));
      }
    }
  }

  private static String measured(
      Change change, BetaVaeModel model, Gallery gallery, EmbeddingIndex index) throws IOException {
    int queries = Math.min(QUERIES, gallery.count());
    float[][] copies = copies(change, gallery, queries);
    CheckedSearch checked = new CheckedSearch(model, gallery, index);
    return "%-22s %s %s %s"
        .formatted(
            change,
            measured(
                gallery,
                copies,
                copy -> index.nearest(Gallery.embed(model, copy, gallery.shape()), FOUND)),
            measured(gallery, copies, copy -> checked.nearest(copy, FOUND)),
            measured(gallery, copies, copy -> gallery.nearestByPixels(copy, FOUND)));
  }

  /** A way to find the items nearest to an image. */
  private interface Search {
    int[] nearest(float[] image) throws IOException;
  }

  /** Share of originals found nearest, share found at all, milliseconds a query. */
  private static String measured(Gallery gallery, float[][] copies, Search search)
      throws IOException {
    Recall recall = new Recall();
    long start = System.nanoTime();
    for (int i = 0; i < copies.length; i++) {
      recall.add(original(i, copies.length, gallery), search.nearest(copies[i]));
    }
    double millis = 1000 * secondsSince(start) / copies.length;
    return "%8.3f %6.3f %6.2f  ".formatted(recall.at1(), recall.atAll(), millis);
  }

  /** A row each: the changed copy, then what was found, the nearest first. */
  private static void draw(
      Change change, BetaVaeModel model, Gallery gallery, EmbeddingIndex index, Path target)
      throws IOException {
    CheckedSearch search = new CheckedSearch(model, gallery, index);
    int rows = Math.min(ROWS, gallery.count());
    int size = gallery.shape().size();
    float[][] copies = copies(change, gallery, rows);
    float[] cells = new float[rows * (1 + FOUND) * size];
    for (int row = 0; row < rows; row++) {
      int cell = row * (1 + FOUND) * size;
      System.arraycopy(copies[row], 0, cells, cell, size);
      for (int item : search.nearest(copies[row], FOUND)) {
        cell += size;
        System.arraycopy(gallery.pixels(), item * size, cells, cell, size);
      }
    }
    ImageGrid grid =
        ImageGrid.of(gallery.shape(), 1 + FOUND)
            .withScale(2)
            .withColumnLabels(List.of("query", "1", "2", "3", "4", "5"));
    Pictures.writePng(grid.draw(cells, 0, rows * (1 + FOUND)), target);
    System.out.println("queries and what was found: " + target);
  }

  private static float[][] copies(Change change, Gallery gallery, int queries) {
    Random random = new Random(0);
    int size = gallery.shape().size();
    float[][] copies = new float[queries][];
    for (int i = 0; i < queries; i++) {
      float[] image = new float[size];
      System.arraycopy(gallery.pixels(), original(i, queries, gallery) * size, image, 0, size);
      copies[i] = change.copyOf(image, gallery.shape(), random);
    }
    return copies;
  }

  /** The queries are spread evenly over the images. */
  private static int original(int query, int queries, Gallery gallery) {
    return (int) ((long) query * gallery.count() / queries);
  }

  private static ItemShape shapeOf(BetaVaeModel model) {
    List<Integer> shape = model.info().inputShape();
    return model.info().isVector()
        ? ItemShape.vector(shape.get(0))
        : ItemShape.image(shape.get(1), shape.get(2), shape.get(0));
  }

  private static double secondsSince(long start) {
    return 1e-9 * (System.nanoTime() - start);
  }
}
