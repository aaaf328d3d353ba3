package org.betavae.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.ObjectiveSettings;
import org.betavae.train.objective.PriorSettings;
import org.betavae.train.objective.SupervisedLoss;
import org.betavae.train.objective.SupervisedSettings;

/**
 * Notices settings that differ from their defaults and have no effect, since they belong to another
 * objective, likelihood or prior. They are told and not refused: runs that began with them must be
 * able to go on.
 */
final class IgnoredSettings {
  private final ObjectNode settings;
  private final ObjectNode defaults;
  private final List<String> found = new ArrayList<>();

  private IgnoredSettings(TrainConfig config) {
    settings = ConfigTree.of(config);
    defaults = ConfigTree.of(TrainConfig.defaults());
    // What switching to another likelihood leaves of one that has a width.
    LikelihoodSettings width = new LikelihoodSettings("gaussian", null, null, null);
    defaults.put("variance", width.variance());
    defaults.put("sigma", width.sigma());
    defaults.put("decoder-mean", width.decoderMean());
  }

  /** One line that names all of them with their values; absent if there are none. */
  static Optional<String> notice(TrainConfig config) {
    IgnoredSettings ignored = new IgnoredSettings(config);
    ignored.look(
        ObjectiveSettings.class, config.objective().used(), "objective", config.objective().name());
    ignored.look(
        LikelihoodSettings.class,
        config.likelihood().used(),
        "likelihood",
        config.likelihood().name());
    if (!config.prior().mixture()) {
      ignored.look(PriorSettings.class, Set.of("prior"), "prior", config.prior().prior());
    }
    if (config.supervised().loss().equals(SupervisedLoss.NONE)) {
      ignored.look(
          SupervisedSettings.class, Set.of("supervised"), "supervised", SupervisedLoss.NONE);
    }
    return ignored.found.isEmpty()
        ? Optional.empty()
        : Optional.of("Without effect: " + String.join(", ", ignored.found) + ". Leave them out");
  }

  private void look(Class<? extends Record> section, Set<String> used, String kind, String name) {
    for (String setting : ConfigTree.namesOf(section)) {
      JsonNode value = settings.path(setting);
      if (!used.contains(setting)
          && !value.isMissingNode()
          && !value.equals(defaults.path(setting))) {
        found.add(setting + " " + value.asText() + " (" + kind + " " + name + " has none)");
      }
    }
  }
}
