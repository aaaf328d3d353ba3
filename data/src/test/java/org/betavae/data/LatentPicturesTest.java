package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatentPicturesTest {
  private static final ItemShape PIXEL = ItemShape.image(1, 1, 1);
  private static final float[] BASE = {0.1f, 0.2f, 0.3f};

  /** Images of one row whose pixels are the latents themselves. */
  private static final LatentPictures PICTURES = new LatentPictures((z, n) -> z);

  private static ImageGrid rows(int columns) {
    return ImageGrid.of(ItemShape.image(1, 3, 1), columns);
  }

  private static int[] samples(BufferedImage image) {
    return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
  }

  private static void assertSame(BufferedImage expected, BufferedImage actual) {
    assertEquals(expected.getWidth(), actual.getWidth());
    assertEquals(expected.getHeight(), actual.getHeight());
    assertArrayEquals(samples(expected), samples(actual));
  }

  @Test
  void order_putsTheLatentThatCarriesMostFirst() {
    assertEquals(List.of(2, 0, 3, 1), LatentPictures.order(4, List.of(0.5, 0.0, 3.0, 0.1)));
    assertEquals(List.of(1, 0, 2), LatentPictures.order(3, List.of(0.0, 1.0, 0.0)));
  }

  @Test
  void order_ofUnknownDivergences_isAsNumbered() {
    assertEquals(List.of(0, 1, 2), LatentPictures.order(3, List.of()));
    assertBadArgument(
        () -> LatentPictures.order(3, List.of(1.0)), "1 KL divergences for 3 latents", "leave");
  }

  @Test
  void spread_includesBothEnds() {
    assertArrayEquals(new float[] {-3, -1.5f, 0, 1.5f, 3}, LatentPictures.spread(3, 5));
    assertArrayEquals(new float[] {-2, 2}, LatentPictures.spread(2, 2));
    assertBadArgument(() -> LatentPictures.spread(2, 1), "is 1", "at least 2");
  }

  @Test
  void pairs_putEachRowOfOriginalsOverItsReconstructions() {
    // Three images in two columns: two rows of each kind, and nothing drawn as black.
    float[] originals = {0.1f, 0.2f, 0.3f};
    float[] made = {0.6f, 0.7f, 0.8f};
    ImageGrid grid = ImageGrid.of(PIXEL, 2);
    float[] expected = {0.1f, 0.2f, 0.6f, 0.7f, 0.3f, 0, 0.8f, 0};
    assertSame(
        grid.withRowLabels(List.of("a", "b", "a", "b")).draw(expected, 0, 8),
        LatentPictures.pairs(grid, originals, made, "a", "b"));
  }

  @Test
  void pairs_ofHalfImages_areRefused() {
    ImageGrid grid = rows(2);
    assertBadArgument(
        () -> LatentPictures.pairs(grid, new float[4], new float[4], "a", "b"), "4", "of 3");
    assertBadArgument(
        () -> LatentPictures.pairs(grid, new float[6], new float[3], "a", "b"), "6", "and 3");
    assertBadArgument(
        () -> LatentPictures.pairs(grid, new float[0], new float[0], "a", "b"), "0 values");
  }

  @Test
  void traversals_setOneLatentARow_andKeepTheOthers() {
    float[] values = {0.5f, 1};
    float[] expected = {0.1f, 0.2f, 0.5f, 0.1f, 0.2f, 1, 0.5f, 0.2f, 0.3f, 1, 0.2f, 0.3f};
    assertSame(
        rows(2).draw(expected, 0, 4), PICTURES.traversals(rows(2), BASE, List.of(2, 0), values));
  }

  @Test
  void frames_setEveryLatentInItsOwnImage() {
    List<BufferedImage> frames =
        PICTURES.frames(rows(2), BASE, List.of(2, 0, 1), new float[] {0.5f, 1});
    assertEquals(2, frames.size());
    float[] first = {0.1f, 0.2f, 0.5f, 0.5f, 0.2f, 0.3f, 0.1f, 0.5f, 0.3f};
    float[] second = {0.1f, 0.2f, 1, 1, 0.2f, 0.3f, 0.1f, 1, 0.3f};
    assertSame(rows(2).draw(first, 0, 3), frames.get(0));
    assertSame(rows(2).draw(second, 0, 3), frames.get(1));
  }

  @Test
  void decoder_isAskedForAllImagesOfAPictureAtOnce() {
    List<Integer> counts = new ArrayList<>();
    LatentPictures counted =
        new LatentPictures(
            (z, n) -> {
              counts.add(n);
              return z;
            });
    counted.traversals(rows(2), BASE, List.of(0, 1, 2), new float[] {0, 1});
    counted.frames(rows(3), BASE, List.of(0, 1, 2), new float[] {0, 1});
    assertEquals(List.of(6, 3, 3), counts);
  }

  @Test
  void thereAndBack_showsTheEndsOnce() {
    List<BufferedImage> frames =
        PICTURES.frames(rows(1), BASE, List.of(0), new float[] {0, 0.3f, 0.6f, 1});
    List<BufferedImage> swing = LatentPictures.thereAndBack(frames);
    assertEquals(
        List.of(
            frames.get(0),
            frames.get(1),
            frames.get(2),
            frames.get(3),
            frames.get(2),
            frames.get(1)),
        swing);
    assertEquals(frames.subList(0, 2), LatentPictures.thereAndBack(frames.subList(0, 2)));
    assertEquals(frames.subList(0, 1), LatentPictures.thereAndBack(frames.subList(0, 1)));
  }
}
