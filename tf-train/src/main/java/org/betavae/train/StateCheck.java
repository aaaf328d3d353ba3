package org.betavae.train;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Optimizer.Slot;

/** Compares a checkpoint's arrays with those a graph wants. */
final class StateCheck {
  private static final int SHOWN = 6;

  private StateCheck() {}

  /**
   * Refuses a state that is not of these weights and slots.
   *
   * @throws TrainException if an array is missing, left over or of another size; says whether the
   *     network is another one, or only how its weights are updated
   */
  static void requireFits(
      Collection<Weight> weights,
      Collection<Slot> slots,
      Map<String, float[]> state,
      String source) {
    Map<String, Integer> network = new LinkedHashMap<>();
    weights.forEach(w -> network.put(w.name(), w.size()));
    Map<String, Integer> optimizer = new LinkedHashMap<>();
    slots.forEach(slot -> optimizer.put(slot.name(), slot.weight().size()));
    List<String> ofNetwork = differences(network, state);
    List<String> ofOptimizer = differences(optimizer, state);
    for (String name : state.keySet()) {
      if (!network.containsKey(name) && !optimizer.containsKey(name)) {
        boolean slot = network.keySet().stream().anyMatch(w -> isSlotOf(w, name));
        (slot ? ofOptimizer : ofNetwork).add(name + " is not in this run");
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

  private static List<String> differences(Map<String, Integer> wanted, Map<String, float[]> state) {
    List<String> differences = new ArrayList<>();
    wanted.forEach(
        (name, size) -> {
          float[] found = state.get(name);
          if (found == null) {
            differences.add(name + " is missing");
          } else if (found.length != size) {
            differences.add(name + " has " + found.length + " values instead of " + size);
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
    return new TrainException(
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
