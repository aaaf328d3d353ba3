package org.betavae.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.floats;
import static org.betavae.data.TestFiles.npy;
import static org.betavae.data.TestFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyReaderTest {
  @TempDir Path folder;

  private NpyReader open(byte[] file) throws IOException {
    return NpyReader.open(write(folder, "x.npy", file));
  }

  private static byte[] hex(String text) {
    return java.util.HexFormat.of().parseHex(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyFormatVersion_isRead(int version) throws IOException {
    try (NpyReader reader = open(npy(version, "<f4", false, "(2, 3)", floats(1, 2, 3, 4, 5, 6)))) {
      assertArrayEquals(new int[] {2, 3}, reader.shape());
      assertEquals("f4", reader.type());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, reader.toFloats());
    }
  }

  /** Each row: type, two numbers as bytes, the numbers. */
  @ParameterizedTest
  @CsvSource({
    "|b1, 0001, 0, 1",
    "|u1, 00ff, 0, 255",
    "|i1, 7fff, 127, -1",
    "<u2, 0100ffff, 1, 65535",
    ">u2, 0001ffff, 1, 65535",
    "<i2, 0100ffff, 1, -1",
    ">i2, 00018000, 1, -32768",
    "<u4, 01000000ffffffff, 1, 4294967295",
    "<i4, 01000000ffffffff, 1, -1",
    ">i4, 00000001ffffffff, 1, -1",
    "<u8, 0100000000000000ffffffffffffffff, 1, 18446744073709551615",
    "<i8, 0100000000000000ffffffffffffffff, 1, -1",
    ">i8, 0000000000000001ffffffffffffffff, 1, -1",
    "<f2, 003c01c0, 1, -2.001953125",
    ">f2, 3c000001, 1, 5.9604644775390625e-8",
    "<f4, 0000803f000000c0, 1, -2",
    ">f4, 3f800000c0000000, 1, -2",
    "=f4, 0000803f000000c0, 1, -2",
    "<f8, 000000000000f03f00000000000000c0, 1, -2",
    ">f8, 3ff0000000000000c000000000000000, 1, -2"
  })
  void everyTypeAndByteOrder_isRead(String descr, String data, double first, double second)
      throws IOException {
    try (NpyReader reader = open(npy(descr, false, "(2,)", hex(data)))) {
      assertArrayEquals(new double[] {first, second}, reader.toDoubles());
      assertEquals(second, reader.value(1));
      assertEquals(descr.substring(1), reader.type());
    }
  }

  @Test
  void halfFloats_keepTheirSpecialValues() {
    assertEquals(Float.POSITIVE_INFINITY, ElementType.halfToFloat((short) 0x7c00));
    assertEquals(Float.NEGATIVE_INFINITY, ElementType.halfToFloat((short) 0xfc00));
    assertEquals(Float.NaN, ElementType.halfToFloat((short) 0x7e00));
    assertEquals(65504f, ElementType.halfToFloat((short) 0x7bff));
    assertEquals(-0f, ElementType.halfToFloat((short) 0x8000));
  }

  @Test
  void fortranOrder_isReadByIndexInCOrder() throws IOException {
    // [[1, 2, 3], [4, 5, 6]] column by column.
    try (NpyReader reader = open(npy("<f4", true, "(2, 3)", floats(1, 4, 2, 5, 3, 6)))) {
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, reader.toFloats());
      assertEquals(3.0, reader.value(2));
      float[] part = new float[4];
      reader.read(1, part, 1, 3);
      assertArrayEquals(new float[] {0, 2, 3, 4}, part);
    }
  }

  @Test
  void longs_keepAllBits() throws IOException {
    long big = (1L << 62) + 1;
    try (NpyReader reader = open(npy("<i8", false, "(1, 1)", TestFiles.longs(big)))) {
      assertArrayEquals(new long[] {big}, reader.toLongs());
    }
  }

  @Test
  void scalarsAndEmptyArrays_areRead() throws IOException {
    try (NpyReader scalar = open(npy("<f4", false, "()", floats(5)))) {
      assertEquals(0, scalar.shape().length);
      assertArrayEquals(new float[] {5}, scalar.toFloats());
    }
    try (NpyReader empty = open(npy("<f4", false, "(0, 3)", new byte[0]))) {
      assertEquals(0, empty.count());
      assertEquals(0, empty.toFloats().length);
    }
  }

  @Test
  void fileOverTwoGigabytes_isReadWithoutLoadingIt() throws IOException {
    long count = (5L << 29) + 7;
    Path file = write(folder, "big.npy", npy("|u1", false, "(" + count / 7 + ", 7)", new byte[0]));
    count = count / 7 * 7;
    // A sparse file: only the last bytes take room.
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      long header = sparse.length();
      sparse.setLength(header + count);
      sparse.seek(header + (1L << 30) - 1);
      sparse.write(bytes(8, 9));
      sparse.seek(header + count - 2);
      sparse.write(bytes(41, 42));
    }
    try (NpyReader reader = NpyReader.open(file)) {
      assertEquals(count, reader.count());
      assertEquals(42.0, reader.value(count - 1));
      float[] values = new float[4];
      // Over the border of two mapped segments.
      reader.read((1L << 30) - 2, values, 0, 4);
      assertArrayEquals(new float[] {0, 8, 9, 0}, values);
      assertThrows(IllegalStateException.class, reader::toFloats);
    }
  }

  @Test
  void placesOutside_areRefused() throws IOException {
    try (NpyReader reader = open(npy("<f4", false, "(2,)", floats(1, 2)))) {
      assertThrows(IndexOutOfBoundsException.class, () -> reader.value(2));
      assertThrows(IndexOutOfBoundsException.class, () -> reader.read(1, new float[9], 0, 2));
      assertThrows(IndexOutOfBoundsException.class, () -> reader.read(0, new float[1], 0, 2));
    }
  }

  @Test
  void damagedFiles_areRefused() throws IOException {
    byte[] good = npy("<f4", false, "(2,)", floats(1, 2));
    assertBadData(
        () -> open(Arrays.copyOf(good, good.length - 3)), "5 bytes", "expected 8", "copy");
    assertBadData(() -> open(Arrays.copyOf(good, good.length + 1)), "9 bytes", "expected 8");
    assertBadData(() -> open(Arrays.copyOf(good, 20)), "10 of 58 bytes", "cut off");
    assertBadData(() -> open(Arrays.copyOf(good, 9)), "bytes of its header");
    assertBadData(() -> open(Arrays.copyOf(good, 5)), "93 4e 55 4d 50", "numpy.save");
    byte[] version = good.clone();
    version[6] = 4;
    assertBadData(() -> open(version), "format version is 4", "1, 2 or 3");
    assertBadData(() -> open("hello world".getBytes(UTF_8)), "68 65 6c 6c 6f", "NUMPY");
    assertBadData(
        () -> NpyReader.open(folder.resolve("none.npy")), "none.npy", "no such file", "Check");
  }

  @Test
  void hostileHeaders_areRefusedWithoutAllocating() throws IOException {
    assertBadData(
        () -> open(npy("<f4", false, "(1000000, 1000000, 10)", new byte[8])),
        "8 bytes",
        "40000000000000");
    assertBadData(
        () -> open(npy("<f4", false, "(4611686018427387904, 4)", new byte[8])),
        "4611686018427387904",
        "2^60");
    assertBadData(
        () -> open(npy("<f4", false, "(99999999999999999999,)", new byte[8])),
        "99999999999999999999");
    assertBadData(() -> open(npy("<f4", false, "(-1,)", new byte[8])), "'shape': (-1,)", "shape");
    byte[] huge = npy(2, "<f4", false, "(1,)", floats(1));
    Arrays.fill(huge, 8, 12, (byte) 0x7f);
    assertBadData(() -> open(huge), "2139062143 bytes", "at most 1048576");
    assertBadData(() -> open(npy("<f4", false, "(0, 5000000000)", new byte[0])), "2^31");
  }

  @ParameterizedTest
  @ValueSource(strings = {"|O", "<U5", "|S3", "<c8", "<M8[ns]", "[('a', '<f4')]", "<F4"})
  void otherTypesThanNumbers_areRefused(String descr) {
    assertBadData(
        () -> open(npy(descr, false, "(1,)", new byte[8])),
        descr.substring(0, 2),
        "expected numbers",
        "astype");
  }
}
