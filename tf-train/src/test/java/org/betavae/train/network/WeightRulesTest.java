package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightRulesTest {
  private static WeightRules freezing(String... patterns) {
    return new WeightRules(List.of(patterns), true, Map.of());
  }

  @Test
  void patternWithoutAStar_meansTheWeight_andAllBelowIt() {
    assertTrue(freezing("encoder").isFrozen("encoder/conv1/kernel"));
    assertTrue(freezing("encoder/conv1").isFrozen("encoder/conv1/kernel"));
    assertTrue(freezing("encoder/conv1").isFrozen("encoder/conv1.weight")); // PyTorch's names
    assertTrue(freezing("encoder/conv1.weight").isFrozen("encoder/conv1.weight"));
    assertFalse(freezing("encoder/conv1").isFrozen("encoder/conv10/kernel"));
    assertFalse(freezing("conv1").isFrozen("encoder/conv1/kernel"));
  }

  @Test
  void stars_standForAnyText_andPointsForThemselves() {
    assertTrue(freezing("*bias").isFrozen("decoder/dense/bias"));
    assertTrue(freezing("encoder/conv?.weight").isFrozen("encoder/conv1.weight"));
    assertFalse(freezing("encoder/conv?.weight").isFrozen("encoder/conv1/weight"));
    assertFalse(freezing("encoder*").isFrozen("decoder/encoder"));
  }

  @Test
  void lastRateThatFits_counts_andZeroFreezes() {
    Map<String, Double> rates = new LinkedHashMap<>();
    rates.put("encoder", 0.1);
    rates.put("encoder/mean", 1.0);
    rates.put("*bias", 0.0);
    WeightRules rules = new WeightRules(List.of(), true, rates);
    assertEquals(0.1, rules.rate("encoder/conv1/kernel"));
    assertEquals(1, rules.rate("encoder/mean/kernel"));
    assertEquals(1, rules.rate("decoder/dense/kernel"));
    assertTrue(rules.isFrozen("encoder/mean/bias"));
    assertFalse(rules.isFrozen("encoder/mean/kernel"));
  }

  @Test
  void patternsThatFitNothing_areTold() {
    WeightRules rules = new WeightRules(List.of("encoder", "x"), true, Map.of("y", 0.5));
    assertEquals(List.of("x", "y"), rules.unused(List.of("encoder/kernel")));
  }
}
