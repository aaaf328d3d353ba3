package org.betavae.data;

import static org.betavae.data.TestFiles.item;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpritesTest {
  /** A value of dSprites is a quotient of small whole numbers and 2 pi: some roundings apart. */
  private static final double VALUE_TOLERANCE = 1e-14;

  private static final int PIXELS = SpriteOutline.SIDE * SpriteOutline.SIDE;

  private final Dataset sprites = DataSources.open("sprites", SourceOptions.defaults());
  private final Factors factors = sprites.factors().orElseThrow();

  @Test
  void grid_isThePublishedOne() {
    assertEquals(737_280, sprites.size());
    assertEquals(ItemShape.image(64, 64, 1), sprites.shape());
    assertTrue(sprites.binary());
    assertEquals(List.of("shape", "scale", "orientation", "posX", "posY"), factors.names());
    assertArrayEquals(new int[] {3, 6, 40, 32, 32}, factors.sizes());
  }

  @Test
  void index_countsTheLastFactorFastest() {
    // ((((2 * 6 + 3) * 40 + 39) * 32) + 7) * 32 + 30, worked by hand.
    int index = 654_590;
    int[] expected = {2, 3, 39, 7, 30};
    for (int factor = 0; factor < 5; factor++) {
      assertEquals(expected[factor], factors.classOf(index, factor));
    }
    assertEquals(3.0, factors.valueOf(index, 0));
    assertEquals(0.8, factors.valueOf(index, 1), VALUE_TOLERANCE);
    assertEquals(2 * Math.PI, factors.valueOf(index, 2));
    assertEquals(7 / 31.0, factors.valueOf(index, 3), VALUE_TOLERANCE);
    assertEquals(30 / 31.0, factors.valueOf(index, 4), VALUE_TOLERANCE);
  }

  @Test
  void firstImage_isASquareOfTenPixels() {
    // Half side 9.6 * 0.5 = 4.8 around 15.5: pixels 11 to 20.
    float[] image = item(sprites, 0);
    for (int place = 0; place < PIXELS; place++) {
      int row = place / 64;
      int column = place % 64;
      boolean inside = row >= 11 && row <= 20 && column >= 11 && column <= 20;
      assertEquals(inside ? 1f : 0f, image[place]);
    }
  }

  @Test
  void fullTurn_changesNothing() {
    int perTurn = 32 * 32;
    for (int shape = 0; shape < 3; shape++) {
      int first = (shape * 6 + 5) * 40 * perTurn + 500;
      assertArrayEquals(item(sprites, first), item(sprites, first + 39 * perTurn));
    }
  }

  @Test
  void everyImage_liesWithinThePictureAndIsBinary() {
    for (int index = 0; index < sprites.size(); index += 101) {
      float[] image = item(sprites, index);
      int on = 0;
      for (int place = 0; place < PIXELS; place++) {
        assertTrue(image[place] == 0f || image[place] == 1f);
        boolean border = place / 64 % 63 == 0 || place % 64 % 63 == 0;
        assertTrue(!border || image[place] == 0f);
        on += (int) image[place];
      }
      assertTrue(on >= 50 && on <= 400, "pixels on: " + on);
    }
  }

  @Test
  void read_fillsOnlyItsPlace() {
    float[] target = new float[PIXELS + 2];
    Arrays.fill(target, 7f);
    sprites.read(12345, target, 1);
    assertEquals(7f, target[0]);
    assertEquals(7f, target[PIXELS + 1]);
    assertArrayEquals(item(sprites, 12345), Arrays.copyOfRange(target, 1, PIXELS + 1));
  }

  @Test
  void indexOutside_isRefused() {
    assertThrows(IndexOutOfBoundsException.class, () -> item(sprites, 737_280));
    assertThrows(IndexOutOfBoundsException.class, () -> item(sprites, -1));
  }

  @Test
  void small_isASubgridOfTheFull() {
    Dataset small = DataSources.open("sprites:small", SourceOptions.defaults());
    Factors some = small.factors().orElseThrow();
    assertEquals(46_080, small.size());
    assertArrayEquals(new int[] {3, 6, 10, 16, 16}, some.sizes());
    for (int index = 0; index < small.size(); index += 97) {
      int full = 0;
      int[] strides = {1, 1, 4, 2, 2};
      for (int factor = 0; factor < 5; factor++) {
        full = full * factors.sizes()[factor] + strides[factor] * some.classOf(index, factor);
      }
      assertArrayEquals(item(sprites, full), item(small, index));
      assertEquals(factors.valueOf(full, 2), some.valueOf(index, 2));
    }
  }

  @Test
  void drawing_isThatOfTheRealImages() throws IOException {
    Path folder = TestFiles.shared("data/dsprites");
    assumeTrue(Files.isDirectory(folder), "no real images at " + folder);
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(file -> file.toString().endsWith(".npz")).sorted().toList();
    }
    assumeTrue(!files.isEmpty(), "no real images in " + folder);
    for (Path file : files) {
      try (Dataset real = TestFiles.open(file)) {
        double[] overlaps = overlaps(real);
        String summary =
            "%s: %d images, intersection over union: mean %.6f, smallest %.4f, equal %d"
                .formatted(
                    real.name(),
                    overlaps.length,
                    Arrays.stream(overlaps).average().orElseThrow(),
                    Arrays.stream(overlaps).min().orElseThrow(),
                    Arrays.stream(overlaps).filter(overlap -> overlap == 1).count());
        System.out.println(summary);
        assertTrue(Arrays.stream(overlaps).average().orElseThrow() >= 0.999, summary);
        assertTrue(Arrays.stream(overlaps).min().orElseThrow() >= 0.95, summary);
      }
    }
  }

  private double[] overlaps(Dataset real) {
    Factors known = real.factors().orElseThrow();
    double[] overlaps = new double[real.size()];
    float[] expected = new float[PIXELS];
    float[] drawn = new float[PIXELS];
    for (int i = 0; i < overlaps.length; i++) {
      int index = 0;
      for (int factor = 0; factor < 5; factor++) {
        index = index * factors.sizes()[factor] + nearestClass(factor, known.valueOf(i, factor));
      }
      real.read(i, expected, 0);
      sprites.read(index, drawn, 0);
      int both = 0;
      int either = 0;
      for (int place = 0; place < PIXELS; place++) {
        both += (int) (expected[place] * drawn[place]);
        either += (int) Math.max(expected[place], drawn[place]);
      }
      overlaps[i] = (double) both / either;
    }
    return overlaps;
  }

  /** The class whose value is nearest, which must be within rounding. */
  private int nearestClass(int factor, double value) {
    int size = factors.sizes()[factor];
    int stride = 1;
    for (int i = factor + 1; i < 5; i++) {
      stride *= factors.sizes()[i];
    }
    double first = factors.valueOf(0, factor);
    double last = factors.valueOf((size - 1) * stride, factor);
    int nearest = (int) Math.round((value - first) / (last - first) * (size - 1));
    assertEquals(factors.valueOf(nearest * stride, factor), value, VALUE_TOLERANCE);
    return nearest;
  }
}
