package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.floats;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.npy;
import static org.betavae.data.TestFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSourcesTest {
  @TempDir Path folder;

  private static Dataset open(String source) {
    return DataSources.open(source, SourceOptions.defaults());
  }

  @Test
  void unknownSources_listTheKindsAndTheNearest() {
    assertBadData(
        () -> open("sprits"), "'sprits'", "'sprites', 'sprites:small', a .npz", "mean 'sprites'?");
    assertBadData(() -> open("sprites:smal"), "Did you mean 'sprites:small'?");
    assertBadData(() -> open("qqqqqqqqq"), "'qqqqqqqqq'", "Check its spelling.");
    assertBadData(() -> open(""), "expected");
    assertBadData(() -> open("a\0b"), "no valid path", "Check its spelling");
    assertBadData(() -> open("two\nlines"), "'two lines'");
    assertBadData(() -> open("r\u00f6d/\u753b\u50cf"), "'r\u00f6d/\u753b\u50cf'");
  }

  @Test
  void missingFile_suggestsItsNeighbour() throws IOException {
    write(folder, "faces.npy", npy("<f4", false, "(1, 1)", floats(1)));
    assertBadData(
        () -> open(folder.resolve("face.npy").toString()),
        "no such file",
        "Did you mean '" + folder.resolve("faces.npy") + "'?");
  }

  @Test
  void filesOfNoKind_areRefused() throws IOException {
    Path file = write(folder, "a.txt", bytes('h', 'e', 'l', 'l', 'o'));
    assertBadData(() -> open(file.toString()), "a.txt: starts with bytes 68 65 6c 6c", "a .npz");
    Path empty = write(folder, "empty.npz", bytes());
    assertBadData(() -> open(empty.toString()), "is empty", "0 bytes");
    Path wrong = write(folder, "wrong.npy", bytes('h', 'e', 'l', 'l', 'o'));
    assertBadData(() -> open(wrong.toString()), "wrong.npy", "NUMPY", "numpy.save");
    Path gz = write(folder, "wrong.gz", bytes('h', 'e', 'l', 'l', 'o'));
    assertBadData(() -> open(gz.toString()), "wrong.gz", "68 65 6c 6c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with,comma.npy", "with#hash.npy", "with blank.npy"})
  void contentAndWholePath_decideTheKind(String name) throws IOException {
    Path file = write(folder, name, npy("<f4", false, "(1, 2)", floats(1, 2)));
    try (Dataset data = open(file.toString())) {
      assertEquals(name, data.name());
      assertArrayEquals(new float[] {1, 2}, item(data, 0));
    }
  }

  @Test
  void anotherShapeThanWanted_namesBoth() throws IOException {
    SourceOptions wanted = SourceOptions.wanting(ItemShape.image(28, 28, 1));
    assertBadData(
        () -> DataSources.open("sprites", wanted),
        "'sprites'",
        "items are 64x64x1",
        "expected 28x28x1",
        "folder of pictures");
    Path file = write(folder, "v.npy", npy("<f4", false, "(1, 783)", new byte[4 * 783]));
    assertBadData(() -> DataSources.open(file.toString(), wanted), "items are 783", "28x28x1");
  }

  @Test
  void vectorsAndImagesOfOneSize_areInterchangeable() throws IOException {
    Path file = write(folder, "v.npy", npy("<f4", false, "(1, 4)", floats(0, 0.25f, 0.5f, 1)));
    SourceOptions image = SourceOptions.wanting(ItemShape.image(2, 2, 1));
    try (Dataset data = DataSources.open(file.toString(), image)) {
      assertEquals(ItemShape.image(2, 2, 1), data.shape());
      assertArrayEquals(new float[] {0, 0.25f, 0.5f, 1}, item(data, 0));
    }
    SourceOptions vector = SourceOptions.wanting(ItemShape.vector(4096));
    try (Dataset data = DataSources.open("sprites", vector)) {
      assertEquals(ItemShape.vector(4096), data.shape());
      assertTrue(data.binary());
      assertEquals(737_280, data.size());
      assertEquals("sprites", data.name());
      assertTrue(data.factors().isPresent());
    }
  }

  @Test
  void vectorsOutsideZeroAndOne_areNoImages() throws IOException {
    Path file = write(folder, "v.npy", npy("<f4", false, "(1, 4)", floats(0, 4, 16, 255)));
    assertBadData(
        () -> DataSources.open(file.toString(), SourceOptions.wanting(ItemShape.image(2, 2, 1))),
        "'v.npy'",
        "[0.0, 255.0]",
        "expected [0, 1]",
        "Divide");
  }
}
