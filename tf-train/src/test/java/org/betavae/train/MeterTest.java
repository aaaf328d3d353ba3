package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeterTest {
  private static final List<String> THREE = List.of("loss", "reconstruction", "kl");
  private static final List<String> FOUR = List.of("loss", "reconstruction", "kl", "capacity");
  private static final List<String> OTHER = List.of("loss", "reconstruction", "kl", "penalty");

  @Test
  void sums_goOnWithTheSameTerms() {
    Meter meter = new Meter(THREE);
    meter.restore(saved(THREE));
    assertTrue(meter.hasPending());
    assertEquals(List.of(2.0, 3.0, 4.0), meter.means().terms());
  }

  @Test
  void sums_ofOtherTerms_areGivenUpWithTheirSteps() {
    for (List<String> now : List.of(FOUR, THREE)) {
      Meter meter = new Meter(now);
      meter.restore(saved(now.equals(FOUR) ? THREE : FOUR));
      assertFalse(meter.hasPending());
    }
    Meter renamed = new Meter(OTHER);
    renamed.restore(saved(FOUR));
    assertFalse(renamed.hasPending());
  }

  @Test
  void sums_ofACheckpointWithoutNames_goOnIfThereAreAsMany() {
    Map<String, Double> old =
        Map.of("meter/steps", 2.0, "meter/sum0", 4.0, "meter/sum1", 6.0, "meter/sum2", 8.0);
    Meter three = new Meter(THREE);
    three.restore(old);
    assertEquals(List.of(2.0, 3.0, 4.0), three.means().terms());
    Meter four = new Meter(FOUR);
    four.restore(old);
    assertFalse(four.hasPending());
  }

  private static Map<String, Double> saved(List<String> names) {
    Meter meter = new Meter(names);
    float[] terms = new float[names.size()];
    for (int step = 1; step <= 2; step++) {
      for (int i = 0; i < terms.length; i++) {
        terms[i] = step + i + 0.5f;
      }
      meter.startStep();
      meter.endStep(terms, 5);
    }
    Map<String, Double> progress = new LinkedHashMap<>();
    meter.save(progress);
    return progress;
  }
}
