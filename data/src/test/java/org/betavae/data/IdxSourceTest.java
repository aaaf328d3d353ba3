package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.gzip;
import static org.betavae.data.TestFiles.idx;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.open;
import static org.betavae.data.TestFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxSourceTest {
  private static final byte[] IMAGES =
      idx(8, new int[] {3, 1, 2}, bytes(0, 255, 51, 102, 153, 204));

  @TempDir Path folder;

  private Dataset openBytes(byte[] file) throws IOException {
    return open(write(folder, "x-idx3-ubyte", file));
  }

  private static byte[] packed(boolean gzipped, byte[] data) throws IOException {
    return gzipped ? gzip(data) : data;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void images_areReadAsPartsOf255(boolean gzipped) throws IOException {
    try (Dataset data = openBytes(packed(gzipped, IMAGES))) {
      assertEquals(ItemShape.image(1, 2, 1), data.shape());
      assertEquals(3, data.size());
      assertEquals("x-idx3-ubyte", data.name());
      assertArrayEquals(new float[] {0, 1}, item(data, 0));
      assertArrayEquals(new float[] {153 / 255f, 204 / 255f}, item(data, 2));
      assertFalse(data.binary());
      assertTrue(data.factors().isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource({"false,1", "true,1", "false,255", "true,255"})
  void twoLevels_areBinary(boolean gzipped, int on) throws IOException {
    byte[] file = packed(gzipped, idx(8, new int[] {2, 1, 2}, bytes(0, on, on, 0)));
    try (Dataset data = openBytes(file)) {
      assertTrue(data.binary());
      assertArrayEquals(new float[] {0, 1}, item(data, 0));
      assertArrayEquals(new float[] {1, 0}, item(data, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void labels_becomeAFactor(boolean gzipped) throws IOException {
    Path images = write(folder, "images", packed(gzipped, IMAGES));
    Path labels = write(folder, "labels", packed(gzipped, idx(8, new int[] {3}, bytes(7, 2, 7))));
    try (Dataset data = DataSources.open(images + "," + labels, SourceOptions.defaults())) {
      Factors factors = data.factors().orElseThrow();
      assertEquals("[label] [2]", factors.toString());
      assertEquals(1, factors.classOf(0, 0));
      assertEquals(2.0, factors.valueOf(1, 0));
    }
  }

  @Test
  void otherTypes_areBigEndian() throws IOException {
    try (Dataset data =
        openBytes(idx(0x0D, new int[] {1, 2}, bytes(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0)))) {
      assertEquals(ItemShape.vector(2), data.shape());
      assertArrayEquals(new float[] {1, -2}, item(data, 0));
    }
    try (Dataset data = openBytes(gzip(idx(0x0B, new int[] {1, 1, 2}, bytes(0, 51, 0, 255))))) {
      assertArrayEquals(new float[] {0.2f, 1}, item(data, 0));
    }
  }

  @Test
  void colourImages_areReadChannelsFirstOrLast() throws IOException {
    byte[] values = bytes(0, 51, 102, 153, 204, 255);
    try (Dataset last = openBytes(gzip(idx(8, new int[] {1, 1, 2, 3}, values)));
        Dataset first = openBytes(gzip(idx(8, new int[] {1, 3, 1, 2}, values)))) {
      assertArrayEquals(new float[] {0, 0.2f, 0.4f, 0.6f, 0.8f, 1}, item(last, 0));
      assertEquals(ItemShape.image(1, 2, 3), first.shape());
      assertArrayEquals(new float[] {0, 0.4f, 0.8f, 0.2f, 0.6f, 1}, item(first, 0));
    }
  }

  @Test
  void realImages_areRead() {
    Path images = TestFiles.shared("data/mnist/t10k-images-idx3-ubyte.gz");
    assumeTrue(Files.exists(images), "no file " + images);
    String labels = images.resolveSibling("t10k-labels-idx1-ubyte.gz").toString();
    try (Dataset data = DataSources.open(images + "," + labels, SourceOptions.defaults())) {
      assertEquals(10_000, data.size());
      assertEquals(ItemShape.image(28, 28, 1), data.shape());
      // MNIST's first test image is a seven.
      assertEquals(7, data.factors().orElseThrow().classOf(0, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void headersThatLieAboutTheSize_areRefused(boolean gzipped) throws IOException {
    byte[] few = packed(gzipped, idx(8, new int[] {9, 28, 28}, new byte[7000]));
    assertBadData(() -> openBytes(few), "x-idx3-ubyte", "has 7000 bytes", "expected 7056", "copy");
    byte[] many = packed(gzipped, idx(8, new int[] {2, 2, 2}, new byte[9]));
    assertBadData(() -> openBytes(many), "expected 8", "damaged");
    byte[] huge = packed(gzipped, idx(8, new int[] {2_000_000_000, 28, 28}, new byte[100]));
    assertBadData(() -> openBytes(huge), "has 100 bytes", "expected 1568000000000");
    byte[] endless =
        packed(gzipped, idx(8, new int[] {1 << 30, 1 << 30, 1 << 30, 1 << 30}, new byte[1]));
    assertBadData(() -> openBytes(endless), "[1073741824, 1073741824", "expected fewer than 2^60");
    byte[] negative = packed(gzipped, idx(8, new int[] {-1, 28, 28}, new byte[1]));
    assertBadData(() -> openBytes(negative), "a size of 4294967295", "2^31");
    byte[] wide = packed(gzipped, idx(8, new int[] {1, 1 << 20, 1 << 20}, new byte[1]));
    assertBadData(() -> openBytes(wide), "1048576", "Cut or shrink");
  }

  @Test
  void damagedFiles_areRefused() throws IOException {
    byte[] zipped = gzip(IMAGES);
    assertBadData(
        () -> openBytes(Arrays.copyOf(zipped, zipped.length - 12)),
        "compressed data fail",
        "cut off or damaged");
    assertBadData(() -> openBytes(Arrays.copyOf(zipped, 5)), "cut off or damaged", "copy it again");
    byte[] wrongSum = zipped.clone();
    wrongSum[zipped.length - 6] ^= 1;
    assertBadData(() -> openBytes(wrongSum), "compressed data fail");
    assertBadData(() -> openBytes(Arrays.copyOf(IMAGES, 9)), "has 1 of 3 sizes", "cut off");
    assertBadData(() -> openBytes(bytes(0, 0)), "starts with bytes 00 00,");
    assertBadData(() -> openBytes(new byte[0]), "is empty", "0 bytes");
    assertBadData(() -> openBytes(bytes(0, 0, 7, 3, 0, 0, 0, 1)), "bytes 00 00 07 03", "08, 09");
    assertBadData(
        () -> openBytes(gzip(bytes(1, 2, 3, 4))), "unzips to data that start", "01 02 03");
  }

  @Test
  void emptyDataAndLabels_areRefused() throws IOException {
    assertBadData(
        () -> openBytes(idx(8, new int[] {0, 28, 28}, new byte[0])), "is empty", "[0, 28");
    assertBadData(() -> openBytes(idx(8, new int[] {5}, new byte[5])), "[5]", "[N,H,W]", "Reshape");
  }

  @Test
  void labelsOfOtherImages_areRefused() throws IOException {
    Path images = write(folder, "images", IMAGES);
    Path labels = write(folder, "labels", idx(8, new int[] {4}, new byte[4]));
    assertBadData(
        () -> DataSources.open(images + "," + labels, SourceOptions.defaults()),
        "shape is [4]",
        "expected [3]",
        "Give the labels of these images");
    assertBadData(
        () -> DataSources.open(images + "," + images, SourceOptions.defaults()), "[3, 1, 2]");
    assertBadData(
        () -> DataSources.open(images + "," + folder.resolve("none"), SourceOptions.defaults()),
        "none",
        "no such file");
  }
}
