package org.betavae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The arrays of a {@code .npz} file by name. Entries that are no arrays of numbers (pickled
 * objects, strings, records) are listed as skipped and never executed.
 *
 * <p>For one thread; the arrays taken from it stay readable after {@link #close}, which may be
 * called twice.
 */
public final class NpzReader implements AutoCloseable {
  private static final String SUFFIX = ".npy";

  private final String path;
  private final ZipFile zip;
  private final Map<String, NpyHeader> headers = new LinkedHashMap<>();
  private final List<String> skipped = new ArrayList<>();

  private NpzReader(String path, ZipFile zip) {
    this.path = path;
    this.zip = zip;
  }

  /**
   * Opens a file and reads the headers of its arrays.
   *
   * @throws DataException if the file is missing, cut off or no {@code .npz}
   */
  public static NpzReader open(Path file) {
    try {
      NpzReader reader = new NpzReader(file.toString(), new ZipFile(file.toFile()));
      try {
        reader.readHeaders();
      } catch (IOException | RuntimeException e) {
        reader.close();
        throw e;
      }
      return reader;
    } catch (IOException e) {
      throw Sources.unreadable(file.toString(), e);
    }
  }

  private void readHeaders() throws IOException {
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (!entry.getName().endsWith(SUFFIX)) {
        skipped.add(entry.getName());
        continue;
      }
      String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
      try (InputStream in = zip.getInputStream(entry)) {
        NpyHeader header = NpyHeader.read(in, place(name));
        if (header.type().isPresent()) {
          headers.put(name, header);
        } else {
          skipped.add(name);
        }
      }
    }
  }

  String place(String name) {
    return path + ", array '" + Sources.printable(name) + "'";
  }

  /** Names of the arrays of numbers, in the order of the file. */
  public List<String> names() {
    return List.copyOf(headers.keySet());
  }

  /** Names of the entries that are no arrays of numbers. */
  public List<String> skipped() {
    return List.copyOf(skipped);
  }

  NpyHeader header(String name) {
    NpyHeader header = headers.get(name);
    if (header == null) {
      throw new DataException(
          "%s: has no array '%s', expected one of %s. Check the name."
              .formatted(path, name, headers.keySet()));
    }
    return header;
  }

  /**
   * Reads one array, decoded into memory, or into a temporary file where it is larger than a third
   * of the memory that this JVM may use.
   *
   * @throws DataException if there is no such array or its bytes are damaged, too few or too many
   */
  public NpyReader get(String name) {
    NpyHeader header = header(name);
    ElementType type = header.type().orElseThrow();
    int[] shape = NpyReader.intShape(header, place(name));
    try (ByteStoreWriter writer = ByteStoreWriter.create()) {
      stream(name, writer::write);
      ByteStore store = writer.finish().order(header.order());
      return new NpyReader(place(name), new NumberArray(type, shape, header.fortran(), store));
    }
  }

  /** Takes bytes as they come. */
  interface ByteSink {
    void write(byte[] bytes, int offset, int count);
  }

  /** Passes on the numbers' bytes of an array, and checks their count and checksum. */
  void stream(String name, ByteSink sink) {
    NpyHeader header = header(name);
    String place = place(name);
    long bytes =
        Math.multiplyExact(header.count(place), (long) header.type().orElseThrow().bytes());
    ZipEntry entry = zip.getEntry(name + SUFFIX);
    try (InputStream raw = zip.getInputStream(entry);
        CheckedInputStream in = new CheckedInputStream(raw, new CRC32())) {
      NpyHeader.read(in, place);
      Sources.copyExactly(in, bytes, place, sink);
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new DataException(
            "%s: checksum is %08x, expected %08x. The file is damaged; copy it again."
                .formatted(place, in.getChecksum().getValue(), entry.getCrc()));
      }
    } catch (IOException e) {
      throw Sources.unreadable(place, e);
    }
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw Sources.unreadable(path, e);
    }
  }
}
