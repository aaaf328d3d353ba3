package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferenceBenchmarkTest {
  /** Rounding of a few double operations. */
  private static final double ROUNDING = 1e-9;

  @TempDir Path folder;

  @Test
  void summary_isOfMedianMeanAndPercentile() {
    // numpy: percentile([1, 2, 3, 10], 50) = 2.5, percentile(.., 99) = 9.79, mean 4 (milliseconds).
    InferenceBenchmark.Result result =
        InferenceBenchmark.summarise(new long[] {10_000_000, 2_000_000, 1_000_000, 3_000_000}, 5);
    assertEquals(2.5, result.p50Ms(), ROUNDING);
    assertEquals(9.79, result.p99Ms(), ROUNDING);
    assertEquals(2000, result.imagesPerS(), ROUNDING);
    assertEquals(1250, result.imagesPerSMean(), ROUNDING);
    assertEquals(4, result.runs());
  }

  @Test
  void bothHalves_areTimed() {
    try (BetaVaeModel model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3))) {
      for (int batch : new int[] {1, 64}) {
        assertSensible(InferenceBenchmark.encoder(model, batch, 0, 0.01, 0));
        assertSensible(InferenceBenchmark.decoder(model, batch, 0, 0, 0));
      }
    }
  }

  @Test
  void wrongArguments_areRefused() {
    try (BetaVaeModel model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3))) {
      refused("batch is 0", () -> InferenceBenchmark.encoder(model, 0, 0, 0, 0));
      refused("seconds is NaN", () -> InferenceBenchmark.encoder(model, 1, 0, Double.NaN, 0));
      refused("warmUpSeconds is -1.0", () -> InferenceBenchmark.decoder(model, 1, -1, 0, 0));
    }
  }

  private static void assertSensible(InferenceBenchmark.Result result) {
    assertTrue(result.runs() >= 20);
    assertTrue(result.p50Ms() > 0);
    assertTrue(result.p99Ms() >= result.p50Ms());
    assertTrue(result.imagesPerS() > 0);
    assertTrue(result.imagesPerSMean() > 0);
  }

  private static void refused(String value, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(value), e.getMessage());
    assertTrue(e.getMessage().contains("expected"), e.getMessage());
  }
}
