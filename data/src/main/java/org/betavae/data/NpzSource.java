package org.betavae.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A {@code .npz} file as a data set: images in {@code imgs} with dSprites' factors, or the one
 * array that can be images or vectors.
 */
final class NpzSource {
  private static final String IMAGES = "imgs";
  private static final String CLASSES = "latents_classes";
  private static final String VALUES = "latents_values";
  private static final List<String> LABELS = List.of("label", "labels", "y");
  private static final int DSPRITES_COLUMNS = 6;

  private final Path file;
  private final NpzReader npz;
  private final SourceOptions options;

  private NpzSource(Path file, NpzReader npz, SourceOptions options) {
    this.file = file;
    this.npz = npz;
    this.options = options;
  }

  /**
   * @param array name of the array to take; empty to find it
   */
  static Dataset open(Path file, Optional<String> array, SourceOptions options) {
    try (NpzReader npz = NpzReader.open(file)) {
      NpzSource source = new NpzSource(file, npz, options);
      String name = array.orElseGet(source::findImages);
      return source.read(name, Sources.name(file) + array.map(text -> "#" + text).orElse(""));
    }
  }

  private String findImages() {
    if (npz.names().contains(IMAGES)) {
      return IMAGES;
    }
    List<String> images = new ArrayList<>();
    List<String> vectors = new ArrayList<>();
    for (String name : npz.names()) {
      int axes = npz.header(name).shape().size();
      if (!name.equals(CLASSES) && !name.equals(VALUES) && !isLabels(name) && axes >= 2) {
        (axes == 2 ? vectors : images).add(name);
      }
    }
    List<String> candidates = images.isEmpty() ? vectors : images;
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    throw new DataException(
        candidates.isEmpty()
            ? "%s: holds the arrays %s, expected images [N,H,W], [N,H,W,C] or [N,C,H,W], or vectors [N,D]. Save one under the name 'imgs'."
                .formatted(file, shapes(npz.names()))
            : "%s: holds the arrays %s, expected one array of images or vectors. Name one, as in '%s#%s'."
                .formatted(file, shapes(candidates), file, candidates.get(0)));
  }

  private List<String> shapes(List<String> names) {
    return names.stream().map(name -> name + " " + npz.header(name).shape()).toList();
  }

  private Dataset read(String array, String name) {
    String place = npz.place(array);
    NpyHeader header = npz.header(array);
    ItemLayout layout = ItemLayout.of(NpyReader.intShape(header, place), options.wanted(), place);
    Optional<Factors> factors = factors(layout.items());
    boolean plain = !layout.channelsFirst() || layout.shape().channels() == 1;
    if (header.type().orElseThrow() == ElementType.U1 && !header.fortran() && plain) {
      return Sources.pixels(name, layout, true, factors, writer -> npz.stream(array, writer));
    }
    NumberArray numbers = npz.get(array).numbers();
    return ArrayItems.open(name, place, numbers, options.wanted(), factors);
  }

  private Optional<Factors> factors(int items) {
    boolean classes = npz.names().contains(CLASSES);
    boolean values = npz.names().contains(VALUES);
    if (classes || values) {
      double[][] codes = columns(classes ? CLASSES : VALUES, items);
      return Optional.of(dSprites(codes, classes && values ? columns(VALUES, items) : codes));
    }
    return LABELS.stream()
        .filter(label -> npz.names().contains(label) && isLabels(label))
        .findFirst()
        .map(label -> FactorColumns.label(columns(label, items)[0]));
  }

  /** One label for each item, {@code [N]} or {@code [N,1]}, by its name. */
  private boolean isLabels(String name) {
    List<Long> shape = npz.header(name).shape();
    return LABELS.contains(name) && (shape.size() == 1 || (shape.size() == 2 && shape.get(1) == 1));
  }

  /** Six columns are dSprites' own, whose first, the colour, never changes and is left out. */
  private Factors dSprites(double[][] codes, double[][] values) {
    if (codes.length != values.length) {
      throw new DataException(
          "%s: '%s' has %d columns and '%s' %d, expected as many. Save both for the same factors."
              .formatted(file, CLASSES, codes.length, VALUES, values.length));
    }
    boolean colour = codes.length == DSPRITES_COLUMNS;
    List<String> names = new ArrayList<>(FactorColumns.names(codes.length - (colour ? 1 : 0)));
    if (!colour) {
      return FactorColumns.of(names, codes, values);
    }
    names.add(0, "color");
    Factors all = FactorColumns.of(names, codes, values);
    return all.sizes()[0] == 1
        ? FactorColumns.of(names.subList(1, names.size()), rest(codes), rest(values))
        : all;
  }

  private static double[][] rest(double[][] columns) {
    return Arrays.copyOfRange(columns, 1, columns.length);
  }

  private double[][] columns(String name, int items) {
    try (NpyReader reader = npz.get(name)) {
      int[] shape = reader.shape();
      if (shape.length < 1 || shape.length > 2 || shape[0] != items) {
        throw new DataException(
            "%s: shape is %s, expected %d rows, one for each image. Save labels and images of the same items."
                .formatted(npz.place(name), npz.header(name).shape(), items));
      }
      double[] all = reader.toDoubles();
      double[][] columns = new double[shape.length == 1 ? 1 : shape[1]][items];
      for (int i = 0; i < all.length; i++) {
        columns[i % columns.length][i / columns.length] = all[i];
      }
      return columns;
    }
  }
}
