package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryChartTest {
  /** Height of one panel. */
  private static final int PANEL = 320;

  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();

  @Test
  void learningRate_hasAPanelOnlyWhereItChanges() throws IOException {
    assertEquals(2 * PANEL, height("constant.png", 0));
    assertEquals(3 * PANEL, height("falling.png", 1e-3));
  }

  @Test
  void historyWithoutTraining_isNotDrawn() {
    HistoryChart.write(folder.resolve("none.png"), List.of(), TrainListener.NONE);
    assertFalse(Files.exists(folder.resolve("none.png")));
  }

  @Test
  void validationBelowZero_isDrawnOverATrainingOfSeveralMagnitudes() throws IOException {
    List<History.Line> lines = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      lines.add(line(i, Math.exp(i), Math.exp(i), Map.of(), 1e-3, false));
    }
    lines.add(line(10, -3, -1, Map.of(), 1e-3, true));
    assertEquals(2 * PANEL, height(folder.resolve("below.png"), lines));
  }

  @Test
  void numbersBesideTheAxis_areShort_andTheSameInEveryLanguage() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals("0.389047", HistoryChart.label(0.389047305138471));
      assertEquals("-1200", HistoryChart.label(-1200));
      assertEquals("1200000", HistoryChart.label(1.2e6));
      assertEquals("0", HistoryChart.label(0));
      assertEquals("0.0001", HistoryChart.label(1e-4));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void historyOfOneLine_isSeenAsAPoint() throws IOException {
    Path file = folder.resolve("one.png");
    height(file, List.of(line(60, 290, 0.4, Map.of(), 1e-3, false)));
    BufferedImage picture = ImageIO.read(file.toFile());
    int blue = 0;
    for (int y = 0; y < PANEL; y++) {
      for (int x = 50; x < 680; x++) { // left of the legend
        blue += (picture.getRGB(x, y) & 0xffffff) == 0x1f77b4 ? 1 : 0;
      }
    }
    assertTrue(blue > 10, blue + " pixels of the training's colour");
  }

  private int height(String name, double fall) throws IOException {
    Path file = folder.resolve(name);
    List<History.Line> lines = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      double kl = 8 * (1 - Math.exp(-i / 10.0));
      double reconstruction = 30 + 500 * Math.exp(-i / 6.0);
      Map<String, Double> further = Map.of("total_correlation", Math.sin(i / 9.0));
      double rate = 1e-2 * Math.exp(-i * fall * 100);
      lines.add(line(100L * i, reconstruction, kl, further, rate, false));
      if (i % 10 == 0) {
        lines.add(line(100L * i, reconstruction + 3, kl + 0.2, Map.of(), rate, true));
      }
    }
    // A term that is lost for one line leaves a gap and no more.
    lines.add(line(4100, Double.NaN, 8, Map.of(), 1e-2 * Math.exp(-40 * fall * 100), false));
    return height(file, lines);
  }

  private int height(Path file, List<History.Line> lines) throws IOException {
    TrainListener listener =
        new TrainListener() {
          @Override
          public void onMessage(String message) {
            messages.add(message);
          }
        };
    HistoryChart.write(file, lines, listener);
    assumeTrue(messages.isEmpty(), "this JDK cannot draw text");
    return ImageIO.read(file.toFile()).getHeight();
  }

  private static History.Line line(
      long step,
      double reconstruction,
      double kl,
      Map<String, Double> further,
      double rate,
      boolean validation) {
    double elbo = reconstruction + kl;
    return new History.Line(
        step, step * 64, elbo, elbo, reconstruction, kl, further, rate, 1000, validation);
  }
}
