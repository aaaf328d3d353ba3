package org.betavae.data;

import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.floats;
import static org.betavae.data.TestFiles.gzip;
import static org.betavae.data.TestFiles.idx;
import static org.betavae.data.TestFiles.item;
import static org.betavae.data.TestFiles.npy;
import static org.betavae.data.TestFiles.write;
import static org.betavae.data.TestFiles.zip;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with some bytes changed or cut off: each is read, or refused in one line. */
class DamagedFilesTest {
  private static final int TRIES = 100;

  @TempDir Path folder;

  private static byte[] whole(String name) throws IOException {
    byte[] levels = new byte[3 * 16 * 16];
    new Random(9).nextBytes(levels);
    byte[] array = npy("|u1", false, "(3, 16, 16)", levels);
    byte[] classes = npy("<i8", false, "(3, 1)", TestFiles.longs(0, 1, 2));
    return switch (name) {
      case "x.npy" -> array;
      case "f.npy" -> npy("<f4", true, "(2, 3)", floats(1, 2, 3, 4, 5, 6));
      case "x.npz" -> zip(Map.of("imgs.npy", array, "latents_classes.npy", classes));
      case "x.gz" -> gzip(idx(8, new int[] {3, 16, 16}, levels));
      case "x.idx" -> idx(8, new int[] {3, 16, 16}, levels);
      case "x.csv" -> "a,label,b\n1,x,2\n3,y,4\n".getBytes(StandardCharsets.UTF_8);
      default -> picture(name.substring(name.lastIndexOf('.') + 1), levels);
    };
  }

  private static byte[] picture(String format, byte[] levels) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, levels[i] & 0xe0);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, out), format);
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x.npy", "f.npy", "x.npz", "x.gz", "x.idx", "x.csv", "p/x.png", "p/x.jpg", "p/x.gif",
        "p/x.bmp", "p/x.tif"
      })
  void damagedFile_isReadOrRefusedInOneLine(String name) throws IOException {
    byte[] whole = whole(name);
    Random random = new Random(1);
    String source = folder.resolve(name.startsWith("p/") ? "p" : name).toString();
    int refused = 0;
    for (int i = 0; i < TRIES; i++) {
      write(folder, name, damaged(whole, random));
      try (Dataset data = DataSources.open(source, SourceOptions.defaults())) {
        for (int index = 0; index < data.size(); index++) {
          for (float value : item(data, index)) {
            assertTrue(value >= data.range().min() && value <= data.range().max());
          }
        }
      } catch (DataException e) {
        refused++;
        TestFiles.assertOneLine(e);
      }
    }
    assertTrue(refused > 0);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] file =
        random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && file.length > 0; i++) {
      // Mostly the header, where the lies are.
      int bound = random.nextBoolean() ? Math.min(file.length, 80) : file.length;
      file[random.nextInt(bound)] = bytes(random.nextInt(256))[0];
    }
    return file;
  }
}
