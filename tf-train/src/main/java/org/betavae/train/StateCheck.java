package org.betavae.train;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Adam;

/** Compares a checkpoint's arrays with those a graph wants. */
final class StateCheck {
  private static final int SHOWN = 6;

  private StateCheck() {}

  /**
   * Refuses a state that is not of these weights.
   *
   * @throws TrainException if an array is missing, left over or of another size
   */
  static void requireFits(
      Collection<Weight> weights,
      Collection<Adam.Moments> moments,
      Map<String, float[]> state,
      String source) {
    Map<String, Integer> wanted = new LinkedHashMap<>();
    for (Weight w : weights) {
      wanted.put(w.name(), w.size());
    }
    for (Adam.Moments m : moments) {
      wanted.put("adam/" + m.weight().name() + "/m", m.weight().size());
      wanted.put("adam/" + m.weight().name() + "/v", m.weight().size());
    }
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
    for (String name : state.keySet()) {
      if (!wanted.containsKey(name)) {
        differences.add(name + " is not in this network");
      }
    }
    if (!differences.isEmpty()) {
      int shown = Math.min(SHOWN, differences.size());
      String more =
          differences.size() > shown ? " and " + (differences.size() - shown) + " more" : "";
      throw new TrainException(
          "Checkpoint "
              + source
              + " is of another network: "
              + String.join(", ", differences.subList(0, shown))
              + more
              + ". Resume with the settings in the run's config.yaml.");
    }
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
