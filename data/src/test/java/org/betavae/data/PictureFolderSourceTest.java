package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.open;
import static org.betavae.data.TestFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureFolderSourceTest {
  @TempDir Path folder;

  private static BufferedImage gray(int width, int height, int... levels) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSamples(0, 0, width, height, 0, levels);
    return image;
  }

  private static BufferedImage colour(int type, int width, int height, int... argb) {
    BufferedImage image = new BufferedImage(width, height, type);
    image.setRGB(0, 0, width, height, argb, 0, width);
    return image;
  }

  private Path save(BufferedImage image, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String format = name.substring(name.lastIndexOf('.') + 1);
    assertTrue(ImageIO.write(image, format, file.toFile()), format);
    return file;
  }

  private Dataset openWanting(int height, int width, int channels) {
    return DataSources.open(
        folder.toString(), SourceOptions.wanting(ItemShape.image(height, width, channels)));
  }

  @Test
  void grayLevels_arePartsOf255Unbent() throws IOException {
    save(gray(2, 2, 0, 51, 102, 255), "a.png");
    try (Dataset data = open(folder)) {
      assertEquals(ItemShape.image(2, 2, 1), data.shape());
      assertArrayEquals(new float[] {0, 0.2f, 0.4f, 1}, item(data, 0));
      assertFalse(data.binary());
      assertEquals(folder.getFileName().toString(), data.name());
    }
  }

  @Test
  void darkPictures_stayDark() throws IOException {
    save(gray(2, 1, 0, 1), "a.png");
    try (Dataset data = open(folder)) {
      assertArrayEquals(new float[] {0, 1 / 255f}, item(data, 0));
    }
  }

  @Test
  void blackAndWhite_isBinary() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    image.setRGB(1, 0, 0xffffff);
    save(image, "a.png");
    try (Dataset data = open(folder)) {
      assertTrue(data.binary());
      assertArrayEquals(new float[] {0, 1}, item(data, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tif"})
  void colours_areRedGreenBlue(String format) throws IOException {
    save(colour(BufferedImage.TYPE_INT_RGB, 2, 1, 0xff3300, 0x0066cc), "a." + format);
    try (Dataset data = open(folder)) {
      assertEquals(ItemShape.image(1, 2, 3), data.shape());
      assertArrayEquals(new float[] {1, 0.2f, 0, 0, 0.4f, 0.8f}, item(data, 0));
    }
  }

  @Test
  void colours_becomeGrayByTheirLuma() throws IOException {
    save(colour(BufferedImage.TYPE_INT_RGB, 3, 1, 0xff0000, 0x00ff00, 0x0000ff), "a.png");
    try (Dataset data = openWanting(1, 3, 1)) {
      // 0.299, 0.587 and 0.114 of 255, rounded.
      assertArrayEquals(new float[] {76 / 255f, 150 / 255f, 29 / 255f}, item(data, 0));
    }
  }

  @Test
  void gray_becomesColourWhereWanted() throws IOException {
    save(gray(1, 1, 51), "a.png");
    try (Dataset data = openWanting(1, 1, 3)) {
      assertArrayEquals(new float[] {0.2f, 0.2f, 0.2f}, item(data, 0));
    }
  }

  @Test
  void transparentParts_lieOverBlack() throws IOException {
    save(colour(BufferedImage.TYPE_INT_ARGB, 3, 1, 0x00ffffff, 0xffffffff, 0x80ffffff), "a.png");
    try (Dataset data = openWanting(1, 3, 1)) {
      assertArrayEquals(new float[] {0, 1, 128 / 255f}, item(data, 0));
    }
  }

  @Test
  void transparentColours_areTheNearestLevels() throws IOException {
    save(colour(BufferedImage.TYPE_INT_ARGB, 1, 1, 0x80c9c8c7), "a.png");
    try (Dataset data = openWanting(1, 1, 3)) {
      // 201, 200 and 199 times 128 / 255 are 100.9, 100.4 and 99.9.
      assertArrayEquals(new float[] {101 / 255f, 100 / 255f, 100 / 255f}, item(data, 0));
    }
  }

  @Test
  void palettes_areRead() throws IOException {
    byte[] levels = {0, 51, (byte) 255};
    BufferedImage gray =
        new BufferedImage(
            3,
            1,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 3, levels, levels, levels));
    gray.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {0, 1, 2});
    save(gray, "a.gif");
    try (Dataset data = open(folder)) {
      assertEquals(ItemShape.image(1, 3, 1), data.shape());
      assertArrayEquals(new float[] {0, 0.2f, 1}, item(data, 0));
    }
  }

  @Test
  void sixteenBitGray_keepsItsUpperHalf() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSamples(0, 0, 2, 1, 0, new int[] {65535, 51 * 257});
    save(image, "a.png");
    try (Dataset data = open(folder)) {
      assertArrayEquals(new float[] {1, 0.2f}, item(data, 0));
    }
  }

  @Test
  void jpeg_isReadNearly() throws IOException {
    int[] levels = new int[64];
    Arrays.fill(levels, 102);
    save(gray(8, 8, levels), "a.jpg");
    try (Dataset data = open(folder)) {
      assertEquals(ItemShape.image(8, 8, 1), data.shape());
      // JPEG rounds in its frequency domain: one level.
      assertEquals(0.4f, item(data, 0)[9], 1 / 255f);
    }
  }

  @Test
  void order_isThatOfThePathsAndHiddenFilesAreLeftOut() throws IOException {
    save(gray(1, 1, 30), "b/z.PNG".replace("PNG", "png"));
    save(gray(1, 1, 20), "b/a.png");
    save(gray(1, 1, 10), "a/deep/x.png");
    save(gray(1, 1, 99), ".hidden.png");
    save(gray(1, 1, 99), ".git/x.png");
    write(folder, "b/notes.txt", new byte[3]);
    try (Dataset data = open(folder)) {
      assertEquals(3, data.size());
      for (int i = 0; i < 3; i++) {
        assertEquals(10 * (i + 1) / 255f, item(data, i)[0]);
      }
      Factors factors = data.factors().orElseThrow();
      assertEquals("[label] [2]", factors.toString());
      assertEquals(0, factors.classOf(0, 0));
      assertEquals(1, factors.classOf(1, 0));
    }
  }

  @Test
  void picturesBesideSubFolders_haveNoLabels() throws IOException {
    save(gray(1, 1, 30), "x.png");
    save(gray(1, 1, 20), "b/a.png");
    try (Dataset data = open(folder)) {
      assertTrue(data.factors().isEmpty());
    }
  }

  @Test
  void manyPictures_keepTheirOrder() throws IOException {
    for (int i = 0; i < 600; i++) {
      save(gray(2, 1, i % 256, i >> 8), "%03d.bmp".formatted(i));
    }
    try (Dataset data = open(folder)) {
      for (int i = 0; i < 600; i++) {
        assertArrayEquals(new float[] {i % 256 / 255f, (i >> 8) / 255f}, item(data, i));
      }
    }
  }

  @Test
  void otherSizes_areResizedToTheWanted() throws IOException {
    save(gray(2, 2, 0, 0, 0, 0), "a.png");
    save(gray(4, 4, new int[16]), "b.png");
    try (Dataset data = openWanting(3, 5, 1)) {
      assertEquals(ItemShape.image(3, 5, 1), data.shape());
      assertEquals(2, data.size());
      assertEquals(0f, item(data, 1)[14]);
    }
  }

  @Test
  void otherSizesWithoutAWantedOne_areNamed() throws IOException {
    save(gray(2, 1, 0, 0), "a.png");
    save(gray(2, 1, 0, 0), "b.png");
    save(gray(1, 3, 0, 0, 0), "c.png");
    assertBadData(
        () -> open(folder), "a.png is 2x1", "c.png is 1x3", "expected one size", "Resize");
  }

  @Test
  void filesThatAreNoPictures_areAllNamed() throws IOException {
    save(gray(1, 1, 0), "a.png");
    write(folder, "fake.jpg", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    write(folder, "empty.png", new byte[0]);
    write(folder, "new.webp", new byte[9]);
    write(folder, "other.gif", new byte[9]);
    assertBadData(
        () -> open(folder), "fake.jpg", "empty.png", "new.webp", "and 1 more", "Convert it to PNG");
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp", "tif"})
  void cutPictures_areNamed(String format) throws IOException {
    int[] noise = new java.util.Random(1).ints(64 * 64, 0, 256).toArray();
    Path file = save(gray(64, 64, noise), "cut." + format);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertBadData(() -> open(folder), "cut." + format, "remove it");
  }

  @Test
  void hugePictures_areRefusedBeforeReading() throws IOException {
    Path file = save(gray(1, 1, 0), "bomb.png");
    byte[] bytes = Files.readAllBytes(file);
    // Width and height in the header, and the checksum over it.
    java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(bytes);
    header.putInt(16, 100_000).putInt(20, 100_000);
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(bytes, 12, 17);
    header.putInt(29, (int) crc.getValue());
    Files.write(file, bytes);
    assertBadData(() -> open(folder), "bomb.png", "100000x100000", "Shrink or replace it");
  }

  @Test
  void symbolicLinks_areFollowed_toTheFolderAndInIt(@TempDir Path elsewhere) throws IOException {
    save(gray(1, 1, 0), "a/x.png");
    Path link = elsewhere.resolve("pictures");
    try {
      Files.createSymbolicLink(link, folder);
      Files.createSymbolicLink(folder.resolve("b"), folder.resolve("a"));
    } catch (IOException | UnsupportedOperationException e) {
      assumeTrue(false, "no symbolic links here: " + e);
    }
    try (Dataset data = open(link)) {
      assertEquals(2, data.size());
    }
    Files.createDirectories(folder.resolve(".hidden/below"));
    Files.createSymbolicLink(folder.resolve(".hidden/below/loop"), folder);
    Files.createSymbolicLink(folder.resolve(".loop"), folder);
    try (Dataset data = open(link)) {
      assertEquals(2, data.size());
    }
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    assertBadData(() -> open(link), "links go round in a circle at", "loop");
  }

  @Test
  void foldersWithoutPictures_areRefused() throws IOException {
    assertBadData(() -> open(folder), "is empty", "png", "Check the folder");
    write(folder, "a.txt", new byte[3]);
    assertBadData(
        () -> open(folder),
        "holds no pictures but a.txt",
        "png",
        "give a data file itself",
        "a.txt'.");
    for (String name : List.of("b.npz", "c.gz", "d.csv")) {
      write(folder, name, new byte[3]);
    }
    assertBadData(() -> open(folder), ", ...", "png");
  }
}
