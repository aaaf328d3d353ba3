package org.betavae.data;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * A folder of pictures, with all folders below it, in the order of their paths. Where every picture
 * lies in a sub-folder of the folder, the first sub-folder's name becomes the factor {@code label}.
 * Hidden files and folders, and files that do not end like a picture, are left alone; symbolic
 * links are followed.
 *
 * <p>All pictures are read when the folder is opened, on all processors, and kept at one byte a
 * value (one bit, where all are black and white).
 */
final class PictureFolderSource {
  private static final Set<String> READABLE =
      Arrays.stream(ImageIO.getReaderFileSuffixes())
          .map(suffix -> suffix.toLowerCase(Locale.ROOT))
          .filter(suffix -> !suffix.isEmpty())
          .collect(Collectors.toCollection(TreeSet::new));

  /** Pictures that ImageIO does not read: to leave them out silently would lose data. */
  private static final Set<String> UNREADABLE = Set.of("webp", "avif", "heic", "jp2", "psd");

  private static final int WINDOW = 256;
  private static final int NAMED_ERRORS = 3;
  private static final int NAMED_FILES = 3;

  private final Path folder;

  private PictureFolderSource(Path folder) {
    this.folder = folder;
  }

  static String readable() {
    return String.join(", ", READABLE);
  }

  static Dataset open(Path folder, SourceOptions options) {
    return new PictureFolderSource(folder)
        .read(options.wanted().filter(ItemShape::image), options.side());
  }

  private Dataset read(Optional<ItemShape> wanted, OptionalInt side) {
    List<Path> files = list();
    List<PictureFile> pictures = new ArrayList<>();
    for (int from = 0; from < files.size(); from += WINDOW) {
      pictures.addAll(inParallel(window(files, from), PictureFile::of));
    }
    ItemShape shape = wanted.orElseGet(() -> shape(pictures, side));
    return Sources.pixels(
        Sources.name(folder),
        new ItemLayout(pictures.size(), shape, false),
        false,
        labels(files),
        writer -> {
          for (int from = 0; from < pictures.size(); from += WINDOW) {
            inParallel(window(pictures, from), picture -> levels(picture, shape))
                .forEach(levels -> writer.write(levels, 0, levels.length));
          }
        });
  }

  private List<Path> list() {
    try {
      List<Path> files = files(PictureFolderSource::isPicture);
      if (files.isEmpty()) {
        throw noPictures();
      }
      return files;
    } catch (IOException e) {
      throw Sources.unreadable(folder.toString(), e);
    }
  }

  /** All files but hidden ones and those in hidden folders, in the order of their paths. */
  private List<Path> files(Predicate<Path> wanted) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        Set.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes about) {
            return isHidden(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes about) {
            if (about.isRegularFile() && !isHidden(file) && wanted.test(file)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (isHidden(file)) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    found.sort(Comparator.comparing(this::relative));
    return found;
  }

  /** Says what is there instead: a folder is often given in place of the data file in it. */
  private DataException noPictures() throws IOException {
    List<String> others =
        files(file -> true).stream().limit(NAMED_FILES + 1).map(this::relative).toList();
    String advice = "Check the folder.";
    String found = "is empty";
    if (!others.isEmpty()) {
      boolean more = others.size() > NAMED_FILES;
      found =
          "holds no pictures but "
              + String.join(", ", more ? others.subList(0, NAMED_FILES) : others)
              + (more ? ", ..." : "");
      advice =
          "Check the folder, or give a data file itself, as in '%s'."
              .formatted(folder.resolve(others.get(0)));
    }
    return new DataException(
        "%s: %s, expected pictures, files that end in %s. %s"
            .formatted(folder, found, readable(), advice));
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return name.indexOf('.') >= 0 && (READABLE.contains(ending) || UNREADABLE.contains(ending));
  }

  /** By its own name; the folder that was given may have any. */
  private boolean isHidden(Path file) {
    return !file.equals(folder) && file.getFileName().toString().startsWith(".");
  }

  /** Path below the folder, the same on every system. */
  private String relative(Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private Optional<Factors> labels(List<Path> files) {
    List<String> labels = new ArrayList<>();
    for (Path file : files) {
      Path below = folder.relativize(file);
      if (below.getNameCount() == 1) {
        return Optional.empty();
      }
      labels.add(below.getName(0).toString());
    }
    return Optional.of(FactorColumns.label(labels));
  }

  private ItemShape shape(List<PictureFile> pictures, OptionalInt side) {
    int channels = pictures.stream().allMatch(PictureFile::gray) ? 1 : 3;
    return side.isPresent()
        ? ItemShape.image(side.getAsInt(), side.getAsInt(), channels)
        : commonSize(pictures).shape(channels);
  }

  /** The first picture, if all have its size. */
  private PictureFile commonSize(List<PictureFile> pictures) {
    PictureFile first = pictures.get(0);
    for (PictureFile picture : pictures) {
      if (picture.width() != first.width() || picture.height() != first.height()) {
        throw new DataException(
            "%s: pictures differ in size, %s is %dx%d and %s is %dx%d, expected one size. Resize them, or name the size that they shall have."
                .formatted(
                    folder,
                    relative(first.file()),
                    first.width(),
                    first.height(),
                    relative(picture.file()),
                    picture.width(),
                    picture.height()));
      }
    }
    return first;
  }

  private static byte[] levels(PictureFile picture, ItemShape shape) {
    byte[] levels = picture.read(shape.channels());
    ItemShape found = picture.shape(shape.channels());
    return found.equals(shape) ? levels : Resampler.resize(levels, found, shape);
  }

  private static <T> List<T> window(List<T> all, int from) {
    return all.subList(from, Math.min(from + WINDOW, all.size()));
  }

  /** Results in order; all that failed are named together, the first ones in full. */
  private <S, T> List<T> inParallel(List<S> items, Function<S, T> work) {
    record Outcome<T>(T result, DataException failure) {}
    List<Outcome<T>> outcomes =
        items.parallelStream()
            .map(
                item -> {
                  try {
                    return new Outcome<>(work.apply(item), null);
                  } catch (DataException e) {
                    return new Outcome<T>(null, e);
                  }
                })
            .toList();
    List<DataException> failures =
        outcomes.stream().map(Outcome::failure).filter(failure -> failure != null).toList();
    if (failures.isEmpty()) {
      return outcomes.stream().map(Outcome::result).toList();
    }
    String named =
        failures.stream()
            .limit(NAMED_ERRORS)
            .map(Throwable::getMessage)
            .collect(Collectors.joining(" "));
    int more = failures.size() - NAMED_ERRORS;
    throw new DataException(
        more > 0 ? "%s (and %d more pictures)".formatted(named, more) : named, failures.get(0));
  }
}
