package org.betavae.train.checkpoint;

import java.util.Map;

/**
 * The state of a run after a step. Order of the data and noise follow from seed and step, so the
 * random state is these two numbers.
 *
 * @param step optimiser steps done
 * @param seed the run's seed
 * @param validationLoss mean validation loss at or before that step, nats per image; NaN if there
 *     was no validation yet
 * @param arrays weights and optimiser moments by name
 */
public record Checkpoint(long step, long seed, double validationLoss, Map<String, float[]> arrays) {
  public Checkpoint {
    if (step < 0) {
      throw new IllegalArgumentException("step is " + step + ", expected at least 0.");
    }
    arrays = Map.copyOf(arrays);
  }
}
