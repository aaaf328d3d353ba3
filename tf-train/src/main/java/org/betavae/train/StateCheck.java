package org.betavae.train;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Optimizer.Slot;

/** Compares a checkpoint's arrays with those a graph wants. */
final class StateCheck {
  private static final int SHOWN = 6;

  private StateCheck() {}

  /**
   * Refuses a state that is not of these weights and slots.
   *
   * @throws TrainException if an array is missing, left over or of another shape; says whether the
   *     network is another one, or only how its weights are updated
   */
  static void requireFits(
      Collection<Weight> weights, Collection<Slot> slots, Checkpoint checkpoint, String source) {
    Map<String, List<Long>> found = checkpoint.shapes();
    Map<String, List<Long>> network = new LinkedHashMap<>();
    weights.forEach(w -> network.put(w.name(), w.shape()));
    Map<String, List<Long>> optimizer = new LinkedHashMap<>();
    slots.forEach(slot -> optimizer.put(slot.name(), slot.weight().shape()));
    List<String> ofNetwork = differences(network, found);
    List<String> ofOptimizer = differences(optimizer, found);
    for (String name : found.keySet().stream().sorted().toList()) {
      if (!network.containsKey(name) && !optimizer.containsKey(name)) {
        boolean slot = network.keySet().stream().anyMatch(w -> isSlotOf(w, name));
        (slot ? ofOptimizer : ofNetwork).add(name + " " + found.get(name) + " is not in this run");
      }
    }
    if (!ofNetwork.isEmpty()) {
      ofNetwork.addAll(ofOptimizer);
      throw of("network", ofNetwork, source, "settings");
    }
    if (!ofOptimizer.isEmpty()) {
      throw of("optimizer", ofOptimizer, source, "optimizer, momentum and average-decay");
    }
  }

  private static List<String> differences(
      Map<String, List<Long>> wanted, Map<String, List<Long>> stored) {
    List<String> differences = new ArrayList<>();
    wanted.forEach(
        (name, shape) -> {
          List<Long> found = stored.get(name);
          if (found == null) {
            differences.add(name + " " + shape + " is missing");
          } else if (!found.equals(shape)) {
            differences.add(name + " is " + found + " instead of " + shape);
          }
        });
    return differences;
  }

  /** Whether a name is PREFIX/WEIGHT or PREFIX/WEIGHT/SLOT. */
  private static boolean isSlotOf(String weight, String name) {
    String rest = name.substring(name.indexOf('/') + 1);
    return rest.equals(weight) || rest.startsWith(weight + "/");
  }

  private static TrainException of(
      String what, List<String> differences, String source, String settings) {
    int shown = Math.min(SHOWN, differences.size());
    String more =
        differences.size() > shown ? " and " + (differences.size() - shown) + " more" : "";
    return TrainException.unusable(
        "Checkpoint "
            + source
            + " is of another "
            + what
            + ": "
            + String.join(", ", differences.subList(0, shown))
            + more
            + ". Resume with the "
            + settings
            + " in the run's config.yaml.");
  }

  /** Name of the first array with a NaN or an infinity, or null. */
  static String firstNotFinite(Map<String, float[]> state) {
    for (Map.Entry<String, float[]> entry : state.entrySet()) {
      for (float value : entry.getValue()) {
        if (!Float.isFinite(value)) {
          return entry.getKey();
        }
      }
    }
    return null;
  }
}
