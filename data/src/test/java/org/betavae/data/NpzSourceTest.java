package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.floats;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.longs;
import static org.betavae.data.TestFiles.npy;
import static org.betavae.data.TestFiles.open;
import static org.betavae.data.TestFiles.write;
import static org.betavae.data.TestFiles.zip;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzSourceTest {
  @TempDir Path folder;

  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  private void add(String name, String descr, String shape, byte[] data) {
    entries.put(name + ".npy", npy(descr, false, shape, data));
  }

  private Path file() throws IOException {
    return write(folder, "x.npz", zip(entries));
  }

  private static byte[] doubles(double... values) {
    return longs(Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray());
  }

  @Test
  void sixColumns_areDSpritesWithoutTheConstantColour() throws IOException {
    add("imgs", "|u1", "(2, 1, 2)", bytes(0, 1, 1, 0));
    add("latents_classes", "<i8", "(2, 6)", longs(0, 0, 1, 8, 3, 4, 0, 2, 1, 4, 3, 0));
    add(
        "latents_values",
        "<f8",
        "(2, 6)",
        doubles(1, 1, 0.6, 1.5, 0.1, 0.2, 1, 3, 0.6, 0.75, 0.1, 0));
    try (Dataset data = open(file())) {
      Factors factors = data.factors().orElseThrow();
      assertEquals(List.of("shape", "scale", "orientation", "posX", "posY"), factors.names());
      assertArrayEquals(new int[] {2, 1, 2, 1, 2}, factors.sizes());
      assertEquals(1, factors.classOf(0, 2));
      assertEquals(1.5, factors.valueOf(0, 2));
      assertEquals(3.0, factors.valueOf(1, 0));
      assertTrue(data.binary());
      assertArrayEquals(new float[] {1, 0}, item(data, 1));
    }
  }

  @Test
  void sixColumnsWithColours_keepThem() throws IOException {
    add("imgs", "|u1", "(2, 1, 1)", bytes(0, 1));
    add("latents_classes", "<i8", "(2, 6)", longs(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0));
    try (Dataset data = open(file())) {
      assertEquals(
          "[color, shape, scale, orientation, posX, posY] [2, 1, 1, 1, 1, 1]",
          data.factors().orElseThrow().toString());
    }
  }

  @Test
  void otherColumnCounts_areNumbered() throws IOException {
    add("imgs", "|u1", "(2, 1, 1)", bytes(0, 1));
    add("latents_values", "<f8", "(2, 2)", doubles(0.5, 7, 0.25, 7));
    try (Dataset data = open(file())) {
      Factors factors = data.factors().orElseThrow();
      assertEquals("[factor0, factor1] [2, 1]", factors.toString());
      assertEquals(1, factors.classOf(0, 0));
      assertEquals(0.5, factors.valueOf(0, 0));
    }
  }

  @Test
  void levelsAndChannels_areRead() throws IOException {
    add("imgs", "|u1", "(1, 3, 1, 2)", bytes(0, 51, 102, 153, 204, 255));
    try (Dataset data = open(file())) {
      assertEquals(ItemShape.image(1, 2, 3), data.shape());
      assertArrayEquals(new float[] {0, 0.4f, 0.8f, 0.2f, 0.6f, 1}, item(data, 0));
      assertFalse(data.binary());
      assertTrue(data.factors().isEmpty());
    }
  }

  @Test
  void fortranOrderAndFloats_areRead() throws IOException {
    entries.put("imgs.npy", npy("<f4", true, "(2, 1, 2)", floats(0, 0.5f, 0.25f, 1)));
    try (Dataset data = open(file())) {
      assertArrayEquals(new float[] {0, 0.25f}, item(data, 0));
      assertArrayEquals(new float[] {0.5f, 1}, item(data, 1));
    }
  }

  @Test
  void onlyArrayOfImages_isFoundWithItsLabels() throws IOException {
    add("data", "|u1", "(2, 1, 1)", bytes(0, 9));
    add("weights", "<f4", "(2, 2)", floats(1, 2, 3, 4));
    add("labels", "<i8", "(2,)", longs(5, 3));
    try (Dataset data = open(file())) {
      assertEquals(ItemShape.image(1, 1, 1), data.shape());
      assertEquals("[label] [2]", data.factors().orElseThrow().toString());
      assertEquals(5.0, data.factors().orElseThrow().valueOf(0, 0));
      assertEquals(List.of("3", "5"), data.factors().orElseThrow().classNames(0));
    }
  }

  @Test
  void labelsInAColumn_areLabelsToo() throws IOException {
    add("x", "<f4", "(2, 2)", floats(1, 2, 3, 4));
    add("y", "<i8", "(2, 1)", longs(5, 3));
    try (Dataset data = open(file())) {
      assertEquals(ItemShape.vector(2), data.shape());
      assertEquals("[label] [2]", data.factors().orElseThrow().toString());
      assertEquals(1, data.factors().orElseThrow().classOf(0, 0));
    }
  }

  @Test
  void severalArrays_needAName() throws IOException {
    add("x_train", "|u1", "(2, 1, 1)", bytes(0, 9));
    add("x_test", "|u1", "(1, 1, 1)", bytes(9));
    Path file = file();
    assertBadData(
        () -> open(file), "x_train [2, 1, 1], x_test [1, 1, 1]", "as in", "x.npz#x_train");
    try (Dataset data = DataSources.open(file + "#x_test", SourceOptions.defaults())) {
      assertEquals(1, data.size());
      assertEquals("x.npz#x_test", data.name());
    }
    assertBadData(
        () -> DataSources.open(file + "#y", SourceOptions.defaults()), "no array 'y'", "x_train");
  }

  @Test
  void noImages_areAnError() throws IOException {
    add("a", "<f4", "(2,)", floats(1, 2));
    entries.put("b.npy", npy("|O", false, "(2, 2)", bytes(1)));
    assertBadData(() -> open(file()), "[a [2]]", "expected images", "'imgs'");
  }

  @Test
  void labelsOfOtherImages_areRefused() throws IOException {
    add("imgs", "|u1", "(2, 1, 1)", bytes(0, 1));
    add("latents_classes", "<i8", "(3, 1)", longs(0, 1, 2));
    assertBadData(
        () -> open(file()), "array 'latents_classes'", "shape is [3, 1]", "expected 2 rows");
    add("latents_classes", "<i8", "(2, 1)", longs(0, 1));
    add("latents_values", "<f8", "(2, 2)", doubles(0, 1, 2, 3));
    assertBadData(() -> open(file()), "has 1 columns", "'latents_values' 2", "same factors");
  }

  @Test
  void lyingAndEmptyArrays_areRefused() throws IOException {
    add("imgs", "|u1", "(3, 2, 2)", new byte[10]);
    assertBadData(() -> open(file()), "array 'imgs'", "has 10 bytes", "expected 12");
    add("imgs", "|u1", "(3, 2, 2)", new byte[13]);
    assertBadData(() -> open(file()), "more than 12 bytes");
    add("imgs", "|u1", "(737280, 64, 64)", new byte[10]);
    assertBadData(() -> open(file()), "has 10 bytes", "expected 3019898880");
    add("imgs", "|u1", "(0, 2, 2)", new byte[0]);
    assertBadData(() -> open(file()), "array 'imgs'", "is empty", "[0, 2, 2]");
    add("imgs", "<f4", "(1, 1, 1)", floats(Float.NaN));
    assertBadData(() -> open(file()), "array 'imgs'", "item 0", "NaN");
  }

  @Test
  void cutFile_isRefused() throws IOException {
    add("imgs", "|u1", "(2, 1, 1)", bytes(0, 1));
    byte[] whole = zip(entries);
    Path cut = write(folder, "cut.npz", Arrays.copyOf(whole, whole.length - 30));
    assertBadData(() -> open(cut), "cut.npz", "cut off or damaged");
    Path text = write(folder, "text.npz", bytes(1, 2, 3, 4, 5));
    assertBadData(() -> open(text), "text.npz", "cut off or damaged");
  }
}
