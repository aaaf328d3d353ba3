package org.betavae.train.checkpoint;

import java.util.List;
import java.util.Map;

/**
 * The state of a run after a step. Order of the data and noise follow from seed and step, so the
 * random state is these two numbers.
 *
 * @param step optimiser steps done
 * @param seed the run's seed
 * @param progress numbers that a run carries from step to step outside the graph, by name, such as
 *     what early stopping has counted; kept to the bit
 * @param arrays weights and what the optimiser keeps, by name, row-major
 * @param shapes dimensions of the arrays by the same names
 */
public record Checkpoint(
    long step,
    long seed,
    Map<String, Double> progress,
    Map<String, float[]> arrays,
    Map<String, List<Long>> shapes) {
  public Checkpoint {
    if (step < 0) {
      throw new IllegalArgumentException("step is " + step + ", expected at least 0.");
    }
    progress = Map.copyOf(progress);
    arrays = Map.copyOf(arrays);
    shapes = Map.copyOf(shapes);
    if (!shapes.keySet().equals(arrays.keySet())) {
      throw new IllegalArgumentException(
          "shapes are of " + shapes.keySet() + ", expected one for each of " + arrays.keySet());
    }
  }
}
