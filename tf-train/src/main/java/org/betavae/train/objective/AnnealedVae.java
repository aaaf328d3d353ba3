package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Annealed capacity: reconstruction + γ |KL − C|, where C grows in a straight line from 0 to c_max.
 *
 * <p>Source: Burgess et al. 2018, arXiv:1804.03599, equation 8; C = min(c_max, c_max t /
 * iteration_threshold) as in disentanglement_lib, where t counts the steps that are done.
 *
 * @param gamma γ, at least 0
 * @param capacity c_max, nats, at least 0
 * @param iterationThreshold steps until c_max is reached, at least 1
 */
public record AnnealedVae(double gamma, double capacity, long iterationThreshold)
    implements Objective {
  static final String NAME = "annealed-vae";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> settings() {
    return new TreeMap<>(
        Map.of("gamma", gamma, "c-max", capacity, "iteration-threshold", iterationThreshold));
  }

  @Override
  public List<String> controls() {
    return List.of("capacity");
  }

  @Override
  public void controlsAt(long step, float[] target) {
    double done = (double) (step - 1) / (double) iterationThreshold;
    target[0] = (float) (capacity * Math.min(1, done));
  }

  @Override
  public boolean dependsOnBatch() {
    return true;
  }

  @Override
  public Loss loss(Pass pass, Terms terms) {
    Ops tf = pass.tf();
    Operand<TFloat32> c = terms.controls().get(0);
    Operand<TFloat32> penalty =
        tf.math.mul(tf.constant((float) gamma), tf.math.abs(tf.math.sub(terms.kl(), c)));
    Map<String, Operand<TFloat32>> parts = new LinkedHashMap<>();
    parts.put("capacity", c);
    parts.put("penalty", penalty);
    return new Loss(tf.math.add(terms.reconstruction(), penalty), parts, Optional.empty());
  }
}
