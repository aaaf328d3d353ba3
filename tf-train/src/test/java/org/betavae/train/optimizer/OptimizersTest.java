package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class OptimizersTest {
  /** A step is a handful of float32 operations; what is left of 1 after eight of them. */
  private static final double ROUNDING = 2e-6;

  private static final List<Optimizer> ALL =
      List.of(
          Adam.DEFAULT,
          new AdamW(Adam.DEFAULT, 0.1),
          Adagrad.DEFAULT,
          new RmsProp(0.9, 0.5, 1e-7),
          new Sgd(0, false),
          new Sgd(0.9, true));

  private final JsonNode golden = Golden.read();

  @TestFactory
  Stream<DynamicTest> everyStep_isThatOfTheOtherLibrary() {
    return StreamSupport.stream(golden.get("optimizers").spliterator(), false)
        .map(
            c ->
                dynamicTest(
                    c.get("name").asText() + " as in " + c.get("source").asText(),
                    () -> compare(c)));
  }

  @Test
  void firstStep_isTheOneWorkedOutByHand() {
    // w = 1, g = 0.5, rate 0.1 in kernel[0]; the bias (two elements fewer) is not decayed.
    assertFirstStep(Adam.DEFAULT, 1 - 0.1, 1 - 0.1);
    assertFirstStep(new AdamW(Adam.DEFAULT, 0.5), 1 - 0.1 * 0.5 - 0.1, 1 - 0.1);
    assertFirstStep(new Adagrad(0.75, 1e-10), 1 - 0.1 * 0.5 / 1, 1 - 0.1 * 0.5 / 1);
    double rms = 1 - 0.1 * 0.5 / Math.sqrt(0.25 * 0.25 + 0.1875);
    assertFirstStep(new RmsProp(0.75, 0, 0.1875), rms, rms);
    assertFirstStep(new Sgd(0, false), 1 - 0.05, 1 - 0.05);
    assertFirstStep(new Sgd(0.5, false), 1 - 0.05, 1 - 0.05);
    assertFirstStep(new Sgd(0.5, true), 1 - 0.1 * (0.5 + 0.25), 1 - 0.1 * (0.5 + 0.25));
  }

  @Test
  void zeroGradient_changesNothing_butByDecay() {
    for (Optimizer optimizer : ALL) {
      try (Rig rig = new Rig(optimizer)) {
        rig.set(Rig.filled(1));
        rig.step(0.1, 1, Rig.filled(0));
        double kernel = optimizer instanceof AdamW ? 1 - 0.1 * 0.1 : 1;
        assertEquals(kernel, rig.weights().get("layer/kernel")[0], ROUNDING, optimizer.name());
        assertEquals(1, rig.weights().get("layer/bias")[0], optimizer.name());
      }
    }
  }

  @Test
  void adamWithoutDecay_isAdamToTheBit() {
    assertSameBits(runAll(Adam.DEFAULT), runAll(new AdamW(Adam.DEFAULT, 0)));
  }

  @Test
  void slotsPutBackHalfWay_giveTheSameBits() {
    for (Optimizer optimizer : ALL) {
      Map<String, float[]> unbroken = runAll(optimizer);
      Map<String, float[]> weights;
      Map<String, float[]> slots;
      try (Rig first = averaged(optimizer)) {
        first.set(weightValues());
        run(first, 0, 3);
        weights = first.weights();
        slots = first.slots();
      }
      try (Rig second = averaged(optimizer)) {
        second.set(weights);
        second.restoreSlots(slots);
        run(second, 3, 8);
        assertSameBits(unbroken, state(second));
      }
    }
  }

  @Test
  void slots_areNamedAfterOptimiserAndWeight() {
    try (Rig rig = averaged(Adam.DEFAULT)) {
      rig.set(weightValues());
      assertEquals(
          List.of(
              "adam/layer/kernel/m",
              "adam/layer/kernel/v",
              "adam/layer/bias/m",
              "adam/layer/bias/v",
              "average/layer/kernel",
              "average/layer/bias"),
          List.copyOf(rig.slots().keySet()));
    }
  }

  @Test
  void everyUpdate_waitsForAllGradients_andForWhatTheCallerWaitsFor() {
    for (Optimizer optimizer : ALL) {
      try (Rig rig = new Rig(optimizer)) {
        GraphDef graph = rig.graph().toGraphDef();
        Map<String, NodeDef> nodes = new HashMap<>();
        graph.getNodeList().forEach(n -> nodes.put(n.getName(), n));
        String ready = optimizer.name() + "/ready";
        assertEquals(3, nodes.get(ready).getInputCount(), "two gradients and the scope");
        List<NodeDef> updates =
            graph.getNodeList().stream().filter(n -> n.getOp().startsWith("Apply")).toList();
        assertTrue(updates.size() >= 2, optimizer.name());
        for (NodeDef update : updates) {
          assertTrue(waitsFor(update, ready, nodes), update.getName());
          assertTrue(waitsFor(update, "caller", nodes), update.getName());
        }
      }
    }
  }

  @Test
  void gradientsThatAreNotAsManyAsWeights_areRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      for (Optimizer optimizer : ALL) {
        var e =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    optimizer.build(
                        tf, "x", List.of(), List.of(tf.constant(new float[2]).asOutput())));
        assertTrue(e.getMessage().contains("1 gradients for 0 weights"), e.getMessage());
      }
    }
  }

  @Test
  void uselessSettings_areRefusedWithValueAndAdvice() {
    refused(() -> new AdamW(Adam.DEFAULT, -1), "weight-decay is -1.0", "0.01");
    refused(() -> new Adagrad(Double.NaN, 1), "accumulator is NaN", "Use 0");
    refused(() -> new Adagrad(0, 0), "epsilon is 0.0", "1e-10");
    refused(() -> new RmsProp(1, 0, 1), "rmsprop-decay is 1.0", "0.9");
    refused(() -> new RmsProp(0.9, -0.5, 1), "momentum is -0.5", "[0, 1)");
    refused(() -> new RmsProp(0.9, 0, Double.NaN), "epsilon is NaN", "1e-7");
    refused(() -> new Sgd(Double.NaN, false), "momentum is NaN", "0.9");
    refused(() -> new Sgd(0, true), "nesterov is true and momentum is 0.0", "0.9");
  }

  private void compare(JsonNode c) {
    try (Rig rig = new Rig(optimizer(c.get("optimizer").asText(), c.get("settings")))) {
      rig.set(weightValues());
      for (int t = 0; t < steps(); t++) {
        run(rig, t, t + 1);
        for (String part : List.of("kernel", "bias")) {
          double[] expected = Golden.doubles(c.get(part).get(t));
          float[] found = rig.weights().get("layer/" + part);
          for (int i = 0; i < expected.length; i++) {
            double tolerance = ROUNDING * Math.max(1, Math.abs(expected[i]));
            assertEquals(
                expected[i], found[i], tolerance, part + "[" + i + "] after step " + (t + 1));
          }
        }
      }
    }
  }

  private static Optimizer optimizer(String name, JsonNode s) {
    double epsilon = s.path("epsilon").asDouble(Double.NaN);
    return switch (name) {
      case "adam" -> adam(s);
      case "adamw" -> new AdamW(adam(s), s.get("weight-decay").asDouble());
      case "adagrad" -> new Adagrad(s.path("initial-accumulator").asDouble(0), epsilon);
      case "rmsprop" ->
          new RmsProp(s.get("rmsprop-decay").asDouble(), s.get("momentum").asDouble(), epsilon);
      case "sgd" -> new Sgd(s.get("momentum").asDouble(), s.path("nesterov").asBoolean());
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Adam adam(JsonNode s) {
    return new Adam(
        s.path("adam-beta1").asDouble(0.9),
        s.path("adam-beta2").asDouble(0.999),
        s.get("epsilon").asDouble());
  }

  private static void assertFirstStep(Optimizer optimizer, double kernel, double bias) {
    try (Rig rig = new Rig(optimizer)) {
      rig.set(Rig.filled(1));
      rig.step(0.1, 1, Rig.filled(0.5f));
      assertEquals(kernel, rig.weights().get("layer/kernel")[0], ROUNDING, optimizer.toString());
      assertEquals(bias, rig.weights().get("layer/bias")[0], ROUNDING, optimizer.toString());
    }
  }

  private Map<String, float[]> runAll(Optimizer optimizer) {
    try (Rig rig = averaged(optimizer)) {
      rig.set(weightValues());
      run(rig, 0, steps());
      return state(rig);
    }
  }

  private void run(Rig rig, int from, int to) {
    for (int t = from; t < to; t++) {
      Map<String, float[]> gradients = new LinkedHashMap<>();
      for (String part : List.of("kernel", "bias")) {
        gradients.put("layer/" + part, Golden.floats(golden.get("gradients").get(part).get(t)));
      }
      rig.step(golden.get("rates").get(t).asDouble(), t + 1, gradients);
    }
  }

  private int steps() {
    return golden.get("rates").size();
  }

  private Map<String, float[]> weightValues() {
    return Map.of(
        "layer/kernel", Golden.floats(golden.get("weights").get("kernel")),
        "layer/bias", Golden.floats(golden.get("weights").get("bias")));
  }

  private static Rig averaged(Optimizer optimizer) {
    return new Rig(optimizer, Optional.of(new WeightAverage(0.5)));
  }

  /** Weights and, by what ends their names, slots. */
  private static Map<String, float[]> state(Rig rig) {
    Map<String, float[]> state = new LinkedHashMap<>(rig.weights());
    rig.slots().forEach((name, v) -> state.put(name.substring(name.indexOf('/')), v));
    return state;
  }

  private static void assertSameBits(Map<String, float[]> expected, Map<String, float[]> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), 0f, name));
  }

  private static boolean waitsFor(NodeDef node, String name, Map<String, NodeDef> nodes) {
    return node.getInputList().stream()
        .filter(input -> input.startsWith("^"))
        .map(input -> input.substring(1))
        .anyMatch(
            input -> {
              NodeDef before = nodes.get(input);
              assertNotNull(before, input);
              return input.equals(name) || waitsFor(before, name, nodes);
            });
  }

  private static void refused(
      org.junit.jupiter.api.function.Executable made, String value, String advice) {
    var e = assertThrows(IllegalArgumentException.class, made);
    assertTrue(e.getMessage().contains(value), e.getMessage());
    assertTrue(e.getMessage().contains(advice), e.getMessage());
  }
}
