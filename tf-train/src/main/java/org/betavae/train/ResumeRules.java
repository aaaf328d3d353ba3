package org.betavae.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.LikelihoodSettings;

/** Which settings may change when a run goes on. */
final class ResumeRules {
  /**
   * Beside the network's and the likelihood's: what weights, order of the data and held-out items
   * follow from.
   */
  private static final Set<String> FIXED =
      Set.of(
          "objective",
          "optimizer",
          "seed",
          "batch",
          "validation-data",
          "validation-fraction",
          "validation-images",
          "freeze",
          "batch-norm",
          "input",
          "mean",
          "log-var",
          "latent-input",
          "output",
          "decoder-output",
          "layout");

  /** Those that change rounding, and no more. */
  private static final Set<String> ROUNDING = Set.of("threads", "precision", "device");

  private ResumeRules() {}

  /**
   * Refuses what would make it another run, and tells of everything else that differs.
   *
   * @throws IllegalArgumentException naming every setting that must stay
   */
  static void check(TrainConfig before, TrainConfig now, TrainListener listener) {
    Set<String> fixed = new TreeSet<>(FIXED);
    fixed.addAll(ConfigTree.namesOf(NetworkSettings.class));
    fixed.addAll(ConfigTree.namesOf(LikelihoodSettings.class));
    ObjectNode old = ConfigTree.of(before);
    ObjectNode wanted = ConfigTree.of(now);
    List<String> refused = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    boolean rounding = false;
    for (String name : ConfigTree.names()) {
      JsonNode from = old.path(name);
      JsonNode to = wanted.path(name);
      if (!from.equals(to)) {
        (fixed.contains(name) ? refused : changed)
            .add(name + " from " + text(from) + " to " + text(to));
        rounding |= ROUNDING.contains(name);
      }
    }
    if (!refused.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot resume with a change of "
              + String.join(", ", refused)
              + ": these stay for a whole run. Leave them out, or start a new run in another folder.");
    }
    if (!changed.isEmpty()) {
      listener.onMessage(
          "Going on with a change of "
              + String.join(", ", changed)
              + (rounding ? "; results are no longer the same to the last bit" : "")
              + (old.path("data").equals(wanted.path("data"))
                  ? ""
                  : "; the data are taken for the same items in another place"));
    }
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() ? "none" : value.isTextual() ? value.asText() : value.toString();
  }
}
