package org.betavae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Opens data sources by name or path.
 *
 * <ul>
 *   <li>{@code sprites}: the dSprites grid, 3 x 6 x 40 x 32 x 32 = 737,280 images of 64x64x1, drawn
 *       when read; {@code sprites:small}: every fourth orientation and every second x and y of it,
 *       3 x 6 x 10 x 16 x 16 = 46,080 images.
 *   <li>{@code file.npz}: images {@code imgs} with {@code latents_classes} and {@code
 *       latents_values} as in dSprites, or the only array of images or vectors; {@code
 *       file.npz#array} names one. Pickled entries are skipped, never executed.
 *   <li>{@code file.npy}: {@code [N,D]}, {@code [N,H,W]}, {@code [N,H,W,C]} or {@code [N,C,H,W]}, C
 *       = 1 or 3; where both readings of four axes are possible, as for {@code [N,3,H,3]}, channels
 *       are last unless only the other reading gives the wanted shape.
 *   <li>{@code images[,labels]}: IDX files, gzipped or not; the labels become the factor {@code
 *       label}.
 *   <li>{@code file.csv}: a header and lines of numbers; a column {@code label} becomes a factor.
 *   <li>A folder: all pictures in it and below it; names of sub-folders become the factor {@code
 *       label}. Transparent parts are drawn over black; of an animation the first image counts.
 * </ul>
 *
 * <p>Bytes with a maximum of 1 are taken as they are and divided by 255 otherwise. All values are
 * checked when a source is opened. Binary values are kept at one bit each. Plain {@code .npy} and
 * IDX files stay mapped; compressed data and pictures are kept in memory, and in a temporary file
 * where they exceed a third of the memory that this JVM may use.
 */
public final class DataSources {
  private static final String KINDS =
      "'sprites', 'sprites:small', a .npz, .npy or .csv file, IDX files 'images.gz[,labels.gz]' or"
          + " a folder of pictures";

  private DataSources() {}

  /**
   * Opens a source.
   *
   * @throws DataException if the source is unknown, missing, damaged, empty or of another shape
   *     than wanted
   */
  public static Dataset open(String source, SourceOptions options) {
    Dataset data = openAsFound(source, options);
    return options.wanted().map(wanted -> Reshaped.to(wanted, data)).orElse(data);
  }

  /** Whether a source is a folder, of pictures then, that exists. */
  public static boolean isFolder(String source) {
    // A name that is built in need not be a path: on Windows no path may hold a colon there.
    return !source.isBlank() && !isBuiltIn(source) && Files.isDirectory(path(source));
  }

  private static boolean isBuiltIn(String source) {
    return source.equals("sprites") || source.equals("sprites:small");
  }

  private static Dataset openAsFound(String source, SourceOptions options) {
    return switch (source) {
      case "sprites" -> SpritesDataset.full();
      case "sprites:small" -> SpritesDataset.small();
      default -> openPath(source, options);
    };
  }

  private static Dataset openPath(String source, SourceOptions options) {
    Path path = path(source);
    if (Files.isDirectory(path) && !source.isBlank()) {
      return PictureFolderSource.open(path, options);
    }
    if (Files.exists(path) && !source.isBlank()) {
      return openFile(path, options);
    }
    int comma = source.lastIndexOf(',');
    if (comma > 0 && Files.exists(path(source.substring(0, comma)))) {
      Path labels = path(source.substring(comma + 1));
      return IdxSource.open(path(source.substring(0, comma)), Optional.of(labels), options);
    }
    int hash = source.lastIndexOf('#');
    if (hash > 0 && Files.exists(path(source.substring(0, hash)))) {
      Optional<String> array = Optional.of(source.substring(hash + 1));
      return NpzSource.open(path(source.substring(0, hash)), array, options);
    }
    throw new DataException(
        "data source '%s': there is no such file or folder, expected %s. %s"
            .formatted(Sources.printable(source), KINDS, SourceAdvice.of(source)));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new DataException(
          ("data source '%s': is no valid path (%s), expected %s. Check its spelling, and where it"
                  + " is not ASCII that LC_ALL or LANG says UTF-8.")
              .formatted(Sources.printable(text), e.getReason(), KINDS),
          e);
    }
  }

  private static Dataset openFile(Path file, SourceOptions options) {
    String name = Sources.name(file).toLowerCase(Locale.ROOT);
    byte[] start = start(file);
    if (start.length == 0) {
      throw new DataException(
          "%s: is empty, it has 0 bytes, expected data. Copy it again.".formatted(file));
    }
    if (name.endsWith(".csv")) {
      return CsvSource.open(file);
    }
    if (name.endsWith(".npy") || startsWith(start, 0x93, 'N', 'U', 'M')) {
      return NpySource.open(file, options);
    }
    if (name.endsWith(".npz") || startsWith(start, 'P', 'K')) {
      return NpzSource.open(file, Optional.empty(), options);
    }
    boolean idx = startsWith(start, 0, 0) || (name.contains("idx") && name.contains("ubyte"));
    if (idx || name.endsWith(".gz") || startsWith(start, 0x1f, 0x8b)) {
      return IdxSource.open(file, Optional.empty(), options);
    }
    throw new DataException(
        "%s: starts with %s, which no kind of data does, expected %s. Convert it, or give the folder of a picture."
            .formatted(file, Sources.hex(start), KINDS));
  }

  private static byte[] start(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(4);
    } catch (IOException e) {
      throw Sources.unreadable(file.toString(), e);
    }
  }

  private static boolean startsWith(byte[] start, int... expected) {
    for (int i = 0; i < expected.length; i++) {
      if (i >= start.length || (start[i] & 0xff) != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
