package org.betavae.data;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.ZipException;

/** What the readers share. */
final class Sources {
  private static final int LONGEST_QUOTE = 80;
  private static final int BUFFER_BYTES = 1 << 16;

  private Sources() {}

  /** The last part of a path. */
  static String name(Path file) {
    Path last = file.toAbsolutePath().normalize().getFileName();
    return last == null ? file.toString() : last.toString();
  }

  /** Bytes as they stand in an error: {@code bytes 1f 8b 08}, or {@code nothing}. */
  static String hex(byte[] bytes) {
    return bytes.length == 0 ? "nothing" : "bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  /** Text from a file, fit for one line of an error. */
  static String printable(String text) {
    // Letters of every language stay; what moves the cursor or has no shape goes.
    String line = text.replaceAll("\\p{C}+", " ").strip();
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "...";
  }

  /** What an error from below says, fit for one line and without names of classes. */
  static String reason(Exception e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied"; // its message is the path alone
    }
    if (e instanceof FileSystemLoopException loop) {
      return "symbolic links go round in a circle at " + printable(loop.getFile());
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return printable(file.getReason());
    }
    if (e.getMessage() != null) {
      return printable(e.getMessage());
    }
    return e instanceof EOFException ? "it ends too early" : "it is damaged";
  }

  /** The error for a file that cannot be read, from what the reader below says. */
  static DataException unreadable(String place, IOException e) {
    if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
      return new DataException(
          "%s: there is no such file, expected an existing one. Check the path.".formatted(place),
          e);
    }
    String reason = reason(e);
    if (e instanceof EOFException || e instanceof ZipException) {
      return new DataException(
          "%s: compressed data fail with '%s', expected a whole file. It is cut off or damaged; copy it again."
              .formatted(place, reason),
          e);
    }
    return new DataException(
        "%s: cannot be read (%s), expected a readable file. Check the file and its rights."
            .formatted(place, reason),
        e);
  }

  /** Maps the rest of a file, which must have exactly so many bytes. */
  static ByteStore map(Path file, long offset, long expected, String shape) {
    try {
      long found = Files.size(file) - offset;
      if (found != expected) {
        throw new DataException(
            "%s: has %d bytes of numbers, expected %d for the shape %s in its header. The file is cut off or damaged; copy it again."
                .formatted(file, found, expected, shape));
      }
      return ByteStore.map(file, offset, expected);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /** Passes on exactly so many bytes and expects the end after them. */
  static void copyExactly(InputStream in, long expected, String place, NpzReader.ByteSink sink)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long done = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      if (done + count > expected) {
        throw new DataException(
            "%s: has more than %d bytes of numbers, expected %d by its header. The file is damaged; copy it again."
                .formatted(place, expected, expected));
      }
      sink.write(buffer, 0, count);
      done += count;
    }
    if (done < expected) {
      throw new DataException(
          "%s: has %d bytes of numbers, expected %d by its header. The file is cut off or damaged; copy it again."
              .formatted(place, done, expected));
    }
  }

  /**
   * A data set of 8-bit values that a stream brings in the order of rows, columns, channels.
   *
   * @param unitIsOne whether values of at most 1 stand for 0 and 1; otherwise 1 stands for 1/255
   * @param stream writes all values
   */
  static Dataset pixels(
      String name,
      ItemLayout layout,
      boolean unitIsOne,
      Optional<Factors> factors,
      Consumer<PixelWriter> stream) {
    try (PixelWriter writer =
        new PixelWriter(layout.shape().size(), unitIsOne, ByteStoreWriter::create)) {
      stream.accept(writer);
      PixelWriter.Pixels pixels = writer.finish();
      return new StoredDataset(
          name, layout, pixels.items(), pixels.binary(), ValueRange.UNIT, factors);
    }
  }
}
