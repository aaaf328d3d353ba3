package org.betavae.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * IDX files, gzipped or not.
 *
 * <p>Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", section "File
 * formats".
 */
final class IdxSource {
  private static final int MAGIC_BYTES = 4;
  private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final String place;
  private final boolean gzipped;
  private final ElementType type;
  private final int[] shape;
  private final long bytes;

  private IdxSource(Path file) {
    this.file = file;
    place = file.toString();
    try {
      gzipped = isGzipped(file);
      try (InputStream in = stream()) {
        byte[] magic = in.readNBytes(MAGIC_BYTES);
        type = type(magic);
        shape = shape(in, magic[3] & 0xff);
      }
    } catch (IOException e) {
      throw Sources.unreadable(place, e);
    }
    bytes = bytes();
  }

  /** Opens images with or without labels. */
  static Dataset open(Path images, Optional<Path> labels, SourceOptions options) {
    IdxSource source = new IdxSource(images);
    ItemLayout layout = ItemLayout.of(source.shape, options.wanted(), source.place);
    Optional<Factors> factors =
        labels.map(path -> FactorColumns.label(new IdxSource(path).labels(layout.items(), images)));
    boolean plain = !layout.channelsFirst() || layout.shape().channels() == 1;
    if (source.gzipped && source.type == ElementType.U1 && plain) {
      return Sources.pixels(Sources.name(images), layout, true, factors, source::copyTo);
    }
    return ArrayItems.open(
        Sources.name(images), source.place, source.numbers(), options.wanted(), factors);
  }

  private double[] labels(int items, Path images) {
    if (shape.length != 1 || shape[0] != items) {
      throw new DataException(
          "%s: shape is %s, expected [%d], one label for each image of %s. Give the labels of these images."
              .formatted(place, Arrays.toString(shape), items, images));
    }
    try (NumberArray numbers = numbers()) {
      double[] labels = new double[items];
      for (int i = 0; i < items; i++) {
        labels[i] = numbers.at(i);
      }
      return labels;
    }
  }

  private NumberArray numbers() {
    return new NumberArray(type, shape, false, store().order(ByteOrder.BIG_ENDIAN));
  }

  /** A plain file stays mapped. */
  private ByteStore store() {
    if (!gzipped) {
      return Sources.map(file, headerBytes(), bytes, Arrays.toString(shape));
    }
    try (ByteStoreWriter writer = ByteStoreWriter.create()) {
      copyTo(writer::write);
      return writer.finish();
    }
  }

  private int headerBytes() {
    return MAGIC_BYTES + Integer.BYTES * shape.length;
  }

  private void copyTo(NpzReader.ByteSink sink) {
    try (InputStream in = stream()) {
      in.skipNBytes(headerBytes());
      Sources.copyExactly(in, bytes, place, sink);
    } catch (IOException e) {
      throw Sources.unreadable(place, e);
    }
  }

  private static boolean isGzipped(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(GZIP_MAGIC.length), GZIP_MAGIC);
    }
  }

  private InputStream stream() throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    if (!gzipped) {
      return raw;
    }
    try {
      return new GZIPInputStream(raw, BUFFER_BYTES);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  private ElementType type(byte[] magic) {
    ElementType found =
        magic.length < MAGIC_BYTES || magic[0] != 0 || magic[1] != 0
            ? null
            : switch (magic[2]) {
              case 0x08 -> ElementType.U1;
              case 0x09 -> ElementType.I1;
              case 0x0B -> ElementType.I2;
              case 0x0C -> ElementType.I4;
              case 0x0D -> ElementType.F4;
              case 0x0E -> ElementType.F8;
              default -> null;
            };
    if (found == null) {
      throw new DataException(
          "%s: %s with %s, expected 00 00, a type (08, 09, 0b to 0e) and the number of axes of an IDX file. Check that it is the right file."
              .formatted(
                  place, gzipped ? "unzips to data that start" : "starts", Sources.hex(magic)));
    }
    return found;
  }

  private int[] shape(InputStream in, int axes) throws IOException {
    byte[] sizes = in.readNBytes(Integer.BYTES * axes);
    if (sizes.length < Integer.BYTES * axes) {
      throw new DataException(
          "%s: has %d of %d sizes in its header, expected all. The file is cut off; copy it again."
              .formatted(place, sizes.length / Integer.BYTES, axes));
    }
    int[] result = new int[axes];
    ByteBuffer.wrap(sizes).asIntBuffer().get(result);
    for (int size : result) {
      if (size < 0) {
        throw new DataException(
            "%s: header gives a size of %d, expected less than 2^31. The file is damaged; copy it again."
                .formatted(place, Integer.toUnsignedLong(size)));
      }
    }
    return result;
  }

  private long bytes() {
    double count = Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
    if (count > (double) Long.MAX_VALUE / Long.BYTES) {
      throw new DataException(
          "%s: header gives the shape %s, expected fewer than 2^60 values. The file is damaged; copy it again."
              .formatted(place, Arrays.toString(shape)));
    }
    return Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b) * type.bytes();
  }
}
