package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
  private static final int BACKGROUND = 96;

  @TempDir Path folder;

  private static int[] samples(BufferedImage image) {
    return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
  }

  @Test
  void grid_placesImagesRowByRow() {
    // Three images of 1x2 in two columns, gaps of 1: 7 x 5 pixels.
    float[] values = {9, 0, 1, 0.2f, 0.4f, -1, Float.NaN};
    BufferedImage picture =
        ImageGrid.of(ItemShape.image(1, 2, 1), 2).withPadding(1).draw(values, 1, 3);
    int b = BACKGROUND;
    assertArrayEquals(
        new int[] {
          b, b, b, b, b, b, b, //
          b, 0, 255, b, 51, 102, b, //
          b, b, b, b, b, b, b, //
          b, 0, 0, b, b, b, b, //
          b, b, b, b, b, b, b
        },
        samples(picture));
  }

  @Test
  void grid_enlargesAndDrawsColour() {
    BufferedImage picture =
        ImageGrid.of(ItemShape.image(1, 1, 3), 1)
            .withPadding(0)
            .withScale(2)
            .draw(new float[] {1, 0.2f, 7}, 0, 1);
    assertEquals(2, picture.getWidth());
    assertEquals(2, picture.getHeight());
    for (int place = 0; place < 4; place++) {
      assertEquals(0xffff33ff, picture.getRGB(place % 2, place / 2));
    }
  }

  @Test
  void labels_takeRoomAndAreDrawn() {
    ItemShape shape = ItemShape.image(8, 12, 1);
    ImageGrid plain = ImageGrid.of(shape, 2);
    float[] values = new float[4 * 96];
    BufferedImage without = plain.draw(values, 0, 4);
    BufferedImage with =
        plain
            .withRowLabels(List.of("z1", "z2"))
            .withColumnLabels(List.of("-1", "+1"))
            .draw(values, 0, 4);
    assertEquals(without.getWidth() + 11 + 4, with.getWidth());
    assertEquals(without.getHeight() + 7 + 4, with.getHeight());
    int ink = 0;
    for (int sample : samples(with)) {
      ink += sample == 255 ? 1 : 0;
    }
    int expected = 0;
    for (String text : List.of("z1", "z2", "-1", "+1")) {
      for (int x = 0; x < TinyFont.width(text); x++) {
        for (int y = 0; y < TinyFont.HEIGHT; y++) {
          expected += TinyFont.isOn(text, x, y) ? 1 : 0;
        }
      }
    }
    assertEquals(expected, ink);
  }

  @Test
  void letters_lookLikeThemselves() {
    StringBuilder drawn = new StringBuilder();
    for (int y = 0; y < TinyFont.HEIGHT; y++) {
      for (int x = 0; x < TinyFont.width("Lh\u00e9"); x++) {
        drawn.append(TinyFont.isOn("Lh\u00e9", x, y) ? '#' : '.');
      }
      drawn.append('\n');
    }
    assertEquals(
        """
        #.....#......###.
        #.....#.....#...#
        #.....#.##......#
        #.....##..#....#.
        #.....#...#...#..
        #.....#...#......
        #####.#...#...#..
        """,
        drawn.toString());
  }

  @Test
  void badGrids_areRefused() {
    ItemShape shape = ItemShape.image(2, 2, 1);
    assertBadArgument(() -> ImageGrid.of(ItemShape.vector(4), 1), "items to draw are 4", "image");
    assertBadArgument(() -> ImageGrid.of(ItemShape.image(2, 2, 2), 1), "2x2x2", "1 or 3");
    assertBadArgument(() -> ImageGrid.of(shape, 0), "columns is 0", "Use 1");
    assertBadArgument(() -> ImageGrid.of(shape, 1).withPadding(-1), "padding is -1");
    assertBadArgument(() -> ImageGrid.of(shape, 1).withScale(0), "scale is 0");
    assertBadArgument(() -> ImageGrid.of(shape, 1).draw(new float[4], 0, 0), "images is 0");
    assertBadArgument(
        () -> ImageGrid.of(shape, 2).withColumnLabels(List.of("a")), "1 column labels", "2");
    assertBadArgument(
        () -> ImageGrid.of(shape, 1).withRowLabels(List.of("a", "b")).draw(new float[4], 0, 1),
        "2 row labels",
        "expected 1");
    assertBadArgument(
        () -> ImageGrid.of(shape, 1).withScale(1 << 20).draw(new float[4], 0, 1), "2^31");
    assertThrows(
        IndexOutOfBoundsException.class, () -> ImageGrid.of(shape, 1).draw(new float[4], 1, 1));
  }

  @Test
  void png_comesBackExactly() throws IOException {
    float[] values = new float[256 * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 256 / 255f;
    }
    for (ItemShape shape : List.of(ItemShape.image(16, 48, 1), ItemShape.image(16, 16, 3))) {
      BufferedImage picture = ImageGrid.of(shape, 1).draw(values, 0, 1);
      Path file = folder.resolve("p.png");
      Pictures.writePng(picture, file);
      assertArrayEquals(samples(picture), samples(ImageIO.read(file.toFile())));
    }
  }

  @Test
  void gif_comesBackFrameByFrame() throws IOException {
    List<BufferedImage> frames = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      float[] values = new float[256];
      for (int j = 0; j < values.length; j++) {
        values[j] = (j * 7 + i * 31) % 256 / 255f;
      }
      frames.add(ImageGrid.of(ItemShape.image(16, 16, 1), 1).withScale(2).draw(values, 0, 1));
    }
    Path file = folder.resolve("a.gif");
    Pictures.writeGif(frames, 120, true, file);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      assertEquals(5, reader.getNumImages(true));
      for (int i = 0; i < 5; i++) {
        BufferedImage frame = reader.read(i);
        for (int place = 0; place < 36 * 36; place++) {
          int level = frames.get(i).getRaster().getSample(place % 36, place / 36, 0);
          assertEquals(0xff000000 | level * 0x010101, frame.getRGB(place % 36, place / 36));
        }
        assertEquals("12", delay(reader, i));
      }
    } finally {
      reader.dispose();
    }
    assertTrue(text(file).contains("NETSCAPE2.0"));
    assertTrue(text(file).startsWith("GIF89a"));
  }

  private static String delay(ImageReader reader, int index) throws IOException {
    IIOMetadataNode root =
        (IIOMetadataNode) reader.getImageMetadata(index).getAsTree("javax_imageio_gif_image_1.0");
    return ((IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0))
        .getAttribute("delayTime");
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  @Test
  void colourGif_keepsFewColoursExactlyAndPlaysOnceIfAsked() throws IOException {
    BufferedImage frame =
        ImageGrid.of(ItemShape.image(1, 2, 3), 1).draw(new float[] {1, 0, 0, 0, 1, 0}, 0, 1);
    Path file = folder.resolve("a.gif");
    Pictures.writeGif(List.of(frame), 0, false, file);
    BufferedImage back = ImageIO.read(file.toFile());
    assertEquals(0xffff0000, back.getRGB(2, 2));
    assertEquals(0xff00ff00, back.getRGB(3, 2));
    assertTrue(!text(file).contains("NETSCAPE"));
  }

  @Test
  void gifFrames_areAskedForOnce_oneAfterTheOther() {
    List<Integer> drawn = new ArrayList<>();
    Iterable<BufferedImage> frames =
        () ->
            IntStream.range(0, 3)
                .peek(drawn::add)
                .mapToObj(i -> new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY))
                .iterator();
    Pictures.writeGif(frames, 10, true, folder.resolve("drawn.gif"));
    assertEquals(List.of(0, 1, 2), drawn);
  }

  @Test
  void badAnimations_areRefused() throws IOException {
    Path file = folder.resolve("a.gif");
    BufferedImage one = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage two = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    assertBadArgument(() -> Pictures.writeGif(List.of(), 1, true, file), "frames is 0");
    assertBadArgument(
        () -> Pictures.writeGif(List.of(one, two), 1, true, file), "frame 1 is 2x1", "1x1");
    assertBadArgument(() -> Pictures.writeGif(List.of(one), -1, true, file), "-1 ms", "Use 100");
    assertTrue(Files.notExists(file));
  }
}
