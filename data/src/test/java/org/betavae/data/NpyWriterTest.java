package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.betavae.data.TestFiles.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyWriterTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void floats_comeBack() {
    Path file = folder.resolve("z.npy");
    float[] values = new float[30_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 7f;
    }
    try (NpyWriter writer = NpyWriter.create(file, 10_000, 3)) {
      writer.write(values, 0, 20_001);
      writer.write(values, 20_001, 9_999);
    }
    try (NpyReader reader = NpyReader.open(file)) {
      assertArrayEquals(new int[] {10_000, 3}, reader.shape());
      assertEquals("f4", reader.type());
      assertArrayEquals(values, reader.toFloats());
    }
  }

  @Test
  void ints_comeBack() {
    Path file = folder.resolve("i.npy");
    try (NpyWriter writer = NpyWriter.createInt32(file, 3)) {
      writer.write(new int[] {9, 1, -2, 1 << 30}, 1, 3);
    }
    try (NpyReader reader = NpyReader.open(file)) {
      assertEquals("i4", reader.type());
      assertArrayEquals(new long[] {1, -2, 1 << 30}, reader.toLongs());
    }
  }

  @Test
  void header_isThatOfNumPy() throws IOException {
    Path file = folder.resolve("h.npy");
    try (NpyWriter writer = NpyWriter.create(file, 2, 1)) {
      writer.write(new float[2], 0, 2);
    }
    byte[] bytes = Files.readAllBytes(file);
    assertEquals(128 + 8, bytes.length);
    String header = new String(bytes, 10, 118, StandardCharsets.ISO_8859_1);
    assertTrue(header.startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"));
    assertTrue(header.endsWith(" \n"));
    try (NpyWriter writer = NpyWriter.create(file, 1)) {
      writer.write(new float[1], 0, 1);
    }
    assertTrue(Files.readString(file, StandardCharsets.ISO_8859_1).contains("'shape': (1,), }"));
  }

  @Test
  void missingValues_leaveNoFile() throws IOException {
    Path file = folder.resolve("z.npy");
    NpyWriter writer = NpyWriter.create(file, 4);
    writer.write(new float[3], 0, 3);
    assertFalse(Files.exists(file));
    IllegalStateException e = assertThrows(IllegalStateException.class, writer::close);
    assertOneLine(e, "z.npy", "3 values", "expected 4", "Write all values");
    writer.close();
    assertEquals(List.of(), names());
  }

  @Test
  void tooManyValuesAndOtherTypes_areRefused() throws IOException {
    try (NpyWriter writer = NpyWriter.create(folder.resolve("z.npy"), 2)) {
      assertBadArgument(() -> writer.write(new float[3], 0, 3), "3 values", "expected 2", "[2]");
      assertBadArgument(() -> writer.write(new int[2], 0, 2), "FLOAT32", "INT32");
      assertThrows(IndexOutOfBoundsException.class, () -> writer.write(new float[1], 0, 2));
      writer.write(new float[2], 0, 2);
    }
    assertBadArgument(() -> NpyWriter.create(folder.resolve("y.npy"), 2, -1), "[2, -1]", "order");
    assertEquals(List.of("z.npy"), names());
  }

  @Test
  void archive_comesBackAndIsTheSameEveryTime() throws IOException {
    Path first = folder.resolve("a.npz");
    Path second = folder.resolve("b.npz");
    for (Path file : List.of(first, second)) {
      try (NpzWriter writer = NpzWriter.create(file)) {
        writer.add("mean", new float[] {1, 2, 3, 4}, 2, 2);
        writer.add("index", new int[] {7}, 1);
        writer.finish();
      }
    }
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    try (NpzReader reader = NpzReader.open(first)) {
      assertEquals(List.of("mean", "index"), reader.names());
      assertArrayEquals(new float[] {1, 2, 3, 4}, reader.get("mean").toFloats());
      assertArrayEquals(new int[] {2, 2}, reader.get("mean").shape());
      assertArrayEquals(new long[] {7}, reader.get("index").toLongs());
    }
  }

  @Test
  void archiveNotFinished_leavesNoFile() throws IOException {
    try (NpzWriter writer = NpzWriter.create(folder.resolve("a.npz"))) {
      writer.add("mean", new float[4], 4);
      assertBadArgument(() -> writer.add("mean", new float[4], 4), "'mean'", "once");
      assertBadArgument(
          () -> writer.add("x", new float[3], 4), "'x'", "3 values", "expected 4", "[4]");
    }
    assertEquals(List.of(), names());
  }
}
