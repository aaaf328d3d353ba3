package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures to values: colour, gray, transparency, size. */
class PictureInputTest {
  @TempDir Path folder;

  @Test
  void colour_becomesPlanes() {
    BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0xff8000);
    picture.setRGB(1, 0, 0x0000ff);
    float[] expected = {1, 0, 128 / 255f, 0, 0, 1};
    assertArrayEquals(expected, floats(picture, 3, 1, 2));
  }

  @Test
  void grayModel_takesLuma_andTransparentIsBlack() {
    BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    picture.setRGB(0, 0, 0xffff0000);
    picture.setRGB(1, 0, 0x00ffffff);
    picture.setRGB(2, 0, 0xffffffff);
    assertArrayEquals(new float[] {76 / 255f, 0, 1}, floats(picture, 1, 1, 3));
  }

  @Test
  void grayPicture_keepsItsLevels() {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
      BufferedImage picture = new BufferedImage(2, 2, type);
      int scale = type == BufferedImage.TYPE_BYTE_GRAY ? 1 : 257;
      picture.getRaster().setSample(0, 0, 0, 100 * scale);
      picture.getRaster().setSample(1, 1, 0, 255 * scale);
      assertArrayEquals(new float[] {100 / 255f, 0, 0, 1}, floats(picture, 1, 2, 2));
      assertEquals(12, floats(picture, 3, 2, 2).length);
      assertEquals(100 / 255f, floats(picture, 3, 2, 2)[8]);
    }
  }

  @Test
  void otherSizes_areResized() {
    BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 0; x < 4; x++) {
      for (int y = 0; y < 4; y++) {
        picture.getRaster().setSample(x, y, 0, 200);
      }
    }
    for (int size : new int[] {1, 2, 3, 9}) {
      for (float value : floats(picture, 1, size, 2 * size)) {
        assertEquals(200 / 255f, value, "a plain picture stays plain");
      }
    }
    picture.getRaster().setSample(0, 0, 0, 0);
    float[] half = floats(picture, 1, 2, 2);
    assertTrue(half[0] < half[1] && half[3] == 200 / 255f, "only its corner is darker");
  }

  @Test
  void vectors_andNothing_areRefused() {
    BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    try (BetaVaeModel vectors = BetaVaeModel.open(TestModels.folder(folder, 6))) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> PictureInput.floats(picture, vectors.info()));
      assertTrue(e.getMessage().contains("takes [6], expected images"), e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> PictureInput.floats(null, vectors.info()));
    }
  }

  private float[] floats(BufferedImage picture, int channels, int height, int width) {
    Path model = folder.resolve(channels + "x" + height + "x" + width);
    try (BetaVaeModel open = BetaVaeModel.open(TestModels.folder(model, channels, height, width))) {
      float[] values = PictureInput.floats(picture, open.info());
      if (values.length >= TestModels.LATENTS) {
        assertEquals(2 * values[0], open.embed(values).mean()[0]);
      }
      return values;
    }
  }
}
