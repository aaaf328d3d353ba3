package org.betavae.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.betavae.data.ItemShape;
import org.betavae.export.Tensor;
import org.betavae.train.imported.ImportedNetwork;
import org.betavae.train.network.Network;
import org.betavae.train.network.WeightRules;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.ndarray.Shape;

/**
 * What a run builds its graphs of.
 *
 * @param network encoder and decoder
 * @param rules which weights change how fast
 * @param first what weights begin with, by name; others, and those of another shape, are drawn
 */
record Model(Network network, WeightRules rules, Map<String, Tensor> first) {
  /**
   * The network of the settings with new weights.
   *
   * @throws IllegalArgumentException if the network cannot take items of that shape
   */
  static Model of(TrainConfig config, ItemShape shape) {
    return new Model(
        config.network().newNetwork(shape, config.newLikelihood().outputsPerValue()),
        config.fineTune().rules(),
        Map.of());
  }

  /** The same, where some more weights stay as they are. */
  Model withFrozen(Set<String> names) {
    List<String> frozen = new ArrayList<>(rules.frozen());
    frozen.addAll(names);
    return new Model(
        network, new WeightRules(frozen, rules.statisticsMove(), rules.rates()), first);
  }

  /** Whether training uses the statistics of a batch. */
  boolean usesBatchStatistics() {
    return network.hasBatchNorm() && rules.statisticsMove();
  }

  /** First values of a weight. */
  float[] firstValues(Weight weight, long seed) {
    Tensor known = first.get(weight.name());
    return known == null || !fits(known, weight) ? weight.initialValues(seed) : floats(known);
  }

  /** Whether an array has a weight's shape. */
  static boolean fits(Tensor array, Weight weight) {
    return weight.tensorShape().equals(Shape.of(array.shape()));
  }

  private static float[] floats(Tensor array) {
    float[] values = new float[array.size()];
    array.data().asFloatBuffer().get(values);
    return values;
  }

  /** Names of variables in an exported graph by the names of weights. */
  UnaryOperator<String> exportedNames() {
    return network instanceof ImportedNetwork imported
        ? imported::exportedName
        : UnaryOperator.identity();
  }
}
