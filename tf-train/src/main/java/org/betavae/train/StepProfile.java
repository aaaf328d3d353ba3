package org.betavae.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.Batch;
import org.betavae.data.BatchLoader;
import org.betavae.data.Dataset;
import org.betavae.train.optimizer.LearningRate;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;

/** Where a training step's time goes, operator by operator, as TensorFlow itself traces it. */
public final class StepProfile {
  private static final int WARM_UP = 5;

  private StepProfile() {}

  /**
   * One kind of operator, or one operator.
   *
   * @param name its type, such as {@code Conv2D}, or its name in the graph
   * @param calls how often a step runs it
   * @param millis time in a step, summed over calls and threads; the median over steps
   * @param share of all operators' time, in [0, 1]
   */
  public record Operator(String name, int calls, double millis, double share) {}

  /**
   * Trains a few steps from new weights and keeps nothing.
   *
   * @param steps traced steps, at least 1
   * @param byName whether each operator stands alone, instead of all of its type
   * @return the slowest first
   */
  public static List<Operator> run(TrainConfig config, Dataset data, int steps, boolean byName) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps is " + steps + ", expected at least 1.");
    }
    Map<String, List<Double>> millis = new HashMap<>();
    Map<String, Integer> calls = new HashMap<>();
    try (VaeSession session = VaeSession.onAll(config, data);
        BatchLoader batches = new BatchLoader(data, config.batch(), config.seed(), 0, 2)) {
      session.initialize();
      LearningRate rate = config.optimizer().newLearningRate(config.steps());
      for (int step = 1; step <= WARM_UP + steps; step++) {
        Batch batch = batches.next();
        if (step <= WARM_UP) {
          session.step(batch, step, rate.rate(step));
        } else {
          calls.clear();
          add(session.profiledStep(batch, step, rate.rate(step)), byName, millis, calls);
        }
      }
    }
    return sorted(millis, calls);
  }

  private static void add(
      StepStats stats,
      boolean byName,
      Map<String, List<Double>> millis,
      Map<String, Integer> calls) {
    Map<String, Double> step = new HashMap<>();
    for (DeviceStepStats device : stats.getDevStatsList()) {
      for (NodeExecStats node : device.getNodeStatsList()) {
        String name = byName ? node.getNodeName() : type(node);
        step.merge(name, (node.getOpEndRelNanos() - node.getOpStartRelNanos()) / 1e6, Double::sum);
        calls.merge(name, 1, Integer::sum);
      }
    }
    step.forEach((name, ms) -> millis.computeIfAbsent(name, n -> new ArrayList<>()).add(ms));
  }

  /** From a label such as {@code tower0/Conv2D_1 = _FusedConv2D(tower0/items, ...)}. */
  private static String type(NodeExecStats node) {
    String label = node.getTimelineLabel();
    int equals = label.indexOf(" = ");
    int bracket = label.indexOf('(', equals + 1);
    return equals >= 0 && bracket > equals ? label.substring(equals + 3, bracket) : "other";
  }

  private static List<Operator> sorted(
      Map<String, List<Double>> millis, Map<String, Integer> calls) {
    Map<String, Double> medians = new HashMap<>();
    millis.forEach((name, all) -> medians.put(name, median(all)));
    double sum = medians.values().stream().mapToDouble(d -> d).sum();
    return medians.entrySet().stream()
        .map(
            e ->
                new Operator(
                    e.getKey(),
                    calls.getOrDefault(e.getKey(), 0),
                    e.getValue(),
                    sum == 0 ? 0 : e.getValue() / sum))
        .sorted(Comparator.comparingDouble(Operator::millis).reversed())
        .toList();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
