package org.betavae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Header of a NumPy array, format versions 1.0 to 3.0.
 *
 * <p>Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 *
 * @param descr type as written, for example {@code <f4}
 * @param fortran whether the first axis runs fastest
 * @param shape sizes
 * @param dataOffset bytes before the first number
 */
record NpyHeader(String descr, boolean fortran, List<Long> shape, int dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Real headers have about 120 bytes; a record type with many fields may have thousands. */
  private static final int LONGEST_HEADER = 1 << 20;

  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*(?:'([^']*)'|(\\[.*?\\]))");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9L,\\s]*)\\)");

  /** Reads a header; {@code place} names the file in errors. */
  static NpyHeader read(InputStream in, String place) throws IOException {
    byte[] start = in.readNBytes(MAGIC.length + 2);
    if (start.length < MAGIC.length + 2
        || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new DataException(
          "%s: starts with %s, expected the 6 bytes '\\x93NUMPY' of a NumPy array. Save it with numpy.save."
              .formatted(place, Sources.hex(start)));
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > 3) {
      throw new DataException(
          "%s: format version is %d, expected 1, 2 or 3. Save it again with numpy.save."
              .formatted(place, version));
    }
    byte[] lengthBytes = in.readNBytes(version == 1 ? 2 : 4);
    long length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = length << 8 | (lengthBytes[i] & 0xff);
    }
    if (length > LONGEST_HEADER) {
      throw new DataException(
          "%s: header length is %d bytes, expected at most %d. The file is damaged; save it again."
              .formatted(place, length, LONGEST_HEADER));
    }
    byte[] header = in.readNBytes((int) length);
    if (lengthBytes.length < (version == 1 ? 2 : 4) || header.length < length) {
      throw new DataException(
          "%s: has %d of %d bytes of its header, expected all. The file is cut off; copy it again."
              .formatted(place, header.length, length));
    }
    String text = new String(header, StandardCharsets.UTF_8);
    return parse(text, place, MAGIC.length + 2 + lengthBytes.length + header.length);
  }

  private static NpyHeader parse(String text, String place, int dataOffset) {
    Matcher descr = DESCR.matcher(text);
    Matcher fortran = FORTRAN.matcher(text);
    Matcher shape = SHAPE.matcher(text);
    if (!descr.find() || !fortran.find() || !shape.find()) {
      throw new DataException(
          "%s: header is \"%s\", expected 'descr', 'fortran_order' and 'shape'. Save it with numpy.save."
              .formatted(place, Sources.printable(text)));
    }
    String type = descr.group(1) != null ? descr.group(1) : descr.group(2);
    return new NpyHeader(
        type, fortran.group(1).equals("True"), sizes(shape.group(1), place), dataOffset);
  }

  private static List<Long> sizes(String list, String place) {
    try {
      return Pattern.compile(",")
          .splitAsStream(list.replace("L", ""))
          .map(String::strip)
          .filter(size -> !size.isEmpty())
          .map(Long::valueOf)
          .toList();
    } catch (NumberFormatException e) {
      throw new DataException(
          "%s: shape is (%s), expected whole numbers below 2^63. The file is damaged; save it again."
              .formatted(place, Sources.printable(list)),
          e);
    }
  }

  /** The type of its numbers; empty for objects (pickles), strings, records and complex numbers. */
  Optional<ElementType> type() {
    if (descr.length() != 3 || "<>|=".indexOf(descr.charAt(0)) < 0) {
      return Optional.empty();
    }
    String name = descr.substring(1).toUpperCase(Locale.ROOT);
    return Arrays.stream(ElementType.values())
        .filter(type -> type.name().equals(name) && Character.isLowerCase(descr.charAt(1)))
        .findFirst();
  }

  ByteOrder order() {
    return descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /** Number of elements. */
  long count(String place) {
    long count = 1;
    for (long size : shape) {
      if (size == 0) {
        return 0;
      }
    }
    for (long size : shape) {
      if (count > Long.MAX_VALUE / 8 / size) {
        throw new DataException(
            "%s: shape is %s, expected fewer than 2^60 values. The file is damaged; save it again."
                .formatted(place, shape));
      }
      count *= size;
    }
    return count;
  }
}
