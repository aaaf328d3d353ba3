package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.floats;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.npy;
import static org.betavae.data.TestFiles.open;
import static org.betavae.data.TestFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpySourceTest {
  @TempDir Path folder;

  private Path file(String descr, boolean fortran, String shape, byte[] data) throws IOException {
    return write(folder, "x.npy", npy(descr, fortran, shape, data));
  }

  private Dataset openArray(String descr, String shape, byte[] data) throws IOException {
    return open(file(descr, false, shape, data));
  }

  private static byte[] ramp(int count) {
    byte[] data = new byte[count];
    for (int i = 0; i < count; i++) {
      data[i] = (byte) i;
    }
    return data;
  }

  @Test
  void axes_decideTheShape() throws IOException {
    assertEquals(ItemShape.vector(6), openArray("|u1", "(2, 6)", ramp(12)).shape());
    assertEquals(ItemShape.image(2, 3, 1), openArray("|u1", "(2, 2, 3)", ramp(12)).shape());
    assertEquals(ItemShape.image(1, 2, 3), openArray("|u1", "(2, 1, 2, 3)", ramp(12)).shape());
    assertEquals(ItemShape.image(1, 2, 3), openArray("|u1", "(2, 3, 1, 2)", ramp(12)).shape());
    assertEquals(ItemShape.image(5, 2, 1), openArray("|u1", "(2, 5, 2, 1)", ramp(20)).shape());
    assertEquals(ItemShape.image(5, 2, 1), openArray("|u1", "(2, 1, 5, 2)", ramp(20)).shape());
  }

  @Test
  void channelsFirst_becomeChannelsLast() throws IOException {
    // Red 0 1, green 2 3, blue 4 5: the pixels are 0 2 4 and 1 3 5.
    float[] expected = {0, 2 / 255f, 4 / 255f, 1 / 255f, 3 / 255f, 5 / 255f};
    assertArrayEquals(expected, item(openArray("|u1", "(1, 3, 1, 2)", ramp(6)), 0));
  }

  @Test
  void fourAxesInDoubt_areChannelsLastUnlessAnotherShapeIsWanted() throws IOException {
    Path file = file("|u1", false, "(1, 3, 2, 3)", ramp(18));
    assertEquals(ItemShape.image(3, 2, 3), open(file).shape());
    SourceOptions other = SourceOptions.wanting(ItemShape.image(2, 3, 3));
    try (Dataset data = DataSources.open(file.toString(), other)) {
      assertEquals(ItemShape.image(2, 3, 3), data.shape());
      assertArrayEquals(
          new float[] {0, 6 / 255f, 12 / 255f}, java.util.Arrays.copyOf(item(data, 0), 3));
    }
  }

  @Test
  void fortranOrder_givesTheSameItems() throws IOException {
    // [[0, 1, 2], [3, 4, 5]] column by column.
    Dataset data = open(file("<f4", true, "(2, 3)", floats(0, 3, 1, 4, 2, 5)));
    assertArrayEquals(new float[] {0, 1, 2}, item(data, 0));
    assertArrayEquals(new float[] {3, 4, 5}, item(data, 1));
  }

  @Test
  void bytesUpToOne_areTakenAsTheyAre() throws IOException {
    Dataset data = openArray("|u1", "(2, 2)", bytes(0, 1, 1, 1));
    assertTrue(data.binary());
    assertArrayEquals(new float[] {0, 1}, item(data, 0));
    assertEquals(new ValueRange(0, 1), data.range());
  }

  @Test
  void bytesAboveOne_areDividedBy255() throws IOException {
    Dataset data = openArray("|u1", "(2, 2)", bytes(0, 51, 2, 102));
    assertFalse(data.binary());
    assertArrayEquals(new float[] {0, 0.2f}, item(data, 0));
    assertEquals(new ValueRange(0, 0.4f), data.range());
  }

  @Test
  void blackAndWhiteBytes_areBinary() throws IOException {
    Dataset data = openArray("|u1", "(2, 1, 2)", bytes(0, 255, 255, 255));
    assertTrue(data.binary());
    assertArrayEquals(new float[] {0, 1}, item(data, 0));
    assertEquals(new ValueRange(0, 1), data.range());
  }

  @Test
  void wideIntegersOfImages_areLevelsToo() throws IOException {
    Dataset data = openArray("<i8", "(1, 1, 2)", TestFiles.longs(51, 255));
    assertArrayEquals(new float[] {0.2f, 1}, item(data, 0));
    assertBadData(
        () -> openArray("<i8", "(1, 1, 2)", TestFiles.longs(51, 256)),
        "image 0 has the value 256.0",
        "expected values in [0, 1] or whole numbers to 255",
        "Divide the images");
  }

  @Test
  void vectors_mayHoldAnyFiniteValue() throws IOException {
    Dataset data = openArray("<f4", "(2, 2)", floats(-5, 0.5f, 1e6f, 3));
    assertArrayEquals(new float[] {1e6f, 3}, item(data, 1));
    assertEquals(new ValueRange(-5, 1e6f), data.range());
  }

  @Test
  void binaryFloats_arePacked() throws IOException {
    Dataset data = openArray("<f4", "(2, 1, 2)", floats(1, 0, 0, 0));
    assertTrue(data.binary());
    assertArrayEquals(new float[] {1, 0}, item(data, 0));
  }

  @Test
  void valuesThatAreNoNumbers_areNamed() throws IOException {
    assertBadData(
        () -> openArray("<f4", "(2, 2)", floats(1, 2, 3, Float.NaN)),
        "x.npy: item 1, value 1 is NaN",
        "Repair or remove");
    assertBadData(
        () -> openArray("<f4", "(2, 2, 2)", floats(0, 0, 0, 0, 0, 0, Float.POSITIVE_INFINITY, 0)),
        "item 1, row 1, column 0 is Infinity");
    assertBadData(
        () -> openArray("<f8", "(1, 1)", bytes(0, 0, 0, 0, 0, 0, 0xf0, 0x7f)), "Infinity");
  }

  @Test
  void imagesOutsideZeroAndOne_areNamed() throws IOException {
    assertBadData(
        () -> openArray("<f4", "(2, 1, 2)", floats(0, 1, 0.5f, 200)),
        "image 1 has the value 200.0",
        "expected values in [0, 1]",
        "Divide the images by 255");
    assertBadData(
        () -> openArray("<f4", "(2, 1, 2)", floats(-0.25f, 1, 0.5f, 2)),
        "image 0 has the value -0.25",
        "Shift and scale");
    assertBadData(
        () -> openArray("<f4", "(1, 1, 2)", floats(0, 70000)), "70000.0", "largest possible value");
  }

  @Test
  void emptyAndOddShapes_areRefused() throws IOException {
    assertBadData(() -> openArray("<f4", "(0, 4)", floats()), "is empty", "[0, 4]");
    assertBadData(() -> openArray("<f4", "(4, 0, 3)", floats()), "is empty", "[4, 0, 3]");
    assertBadData(() -> openArray("<f4", "(4,)", floats(1, 2, 3, 4)), "[4]", "[N,D]", "Reshape");
    assertBadData(() -> openArray("<f4", "(1, 1, 1, 1, 1)", floats(1)), "[1, 1, 1, 1, 1]");
    assertBadData(
        () -> openArray("|u1", "(1, 2, 2, 2)", ramp(8)), "[1, 2, 2, 2]", "1 or 3 channels");
  }

  @Test
  void closedData_refuseToBeRead() throws IOException {
    Dataset data = openArray("<f4", "(1, 2)", floats(5, 6));
    data.close();
    data.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> item(data, 0));
    TestFiles.assertOneLine(e, "x.npy", "closed");
  }
}
