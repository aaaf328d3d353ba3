package org.betavae.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.HexFormat;
import java.util.zip.ZipException;

/** What the readers share. */
final class Sources {
  private static final int LONGEST_QUOTE = 80;
  private static final int BUFFER_BYTES = 1 << 16;

  private Sources() {}

  /** Bytes as they stand in an error: {@code bytes 1f 8b 08}, or {@code nothing}. */
  static String hex(byte[] bytes) {
    return bytes.length == 0 ? "nothing" : "bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  /** Text from a file, fit for one line of an error. */
  static String printable(String text) {
    String line = text.replaceAll("[^\\x20-\\x7e]+", " ").strip();
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "...";
  }

  /** The error for a file that cannot be read, from what the reader below says. */
  static DataException unreadable(String place, IOException e) {
    if (e instanceof NoSuchFileException || e instanceof java.io.FileNotFoundException) {
      return new DataException(
          "%s: there is no such file, expected an existing one. Check the path.".formatted(place),
          e);
    }
    String reason = e.getMessage() == null ? "unreadable" : printable(e.getMessage());
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

  /** Passes on exactly so many bytes and expects the end after them. */
  static void copyExactly(InputStream in, long expected, String place, NpzReader.ByteSink sink)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long done = 0;
    while (true) {
      int count = in.read(buffer);
      if (count < 0) {
        break;
      }
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
}
