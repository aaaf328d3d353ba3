package org.betavae.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.betavae.train.Settings;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * Exponential moving average of the weights: a ← a − (1 − dₜ) (a − w), with dₜ = min(d, (1 + t) /
 * (10 + t)) in step t.
 *
 * <p>Source: Polyak and Juditsky 1992 (averaging); TensorFlow's {@code ExponentialMovingAverage}
 * with {@code num_updates} (the exponential form and dₜ). Averages start as copies of the weights.
 * The smaller dₜ of early steps makes them forget the random first weights, of which no more than a
 * 10⁻⁶th is left after 20 steps, so nothing has to be divided out; from about step 9 / (1 − d) on,
 * dₜ is d.
 *
 * @param decay d, in (0, 1)
 */
public record WeightAverage(double decay) {
  /** First part of the slots' names. */
  public static final String PREFIX = "average";

  public WeightAverage {
    Settings.require(
        decay > 0 && decay < 1,
        "average-decay",
        decay,
        "a number in (0, 1)",
        "The usual value is 0.999.");
  }

  /**
   * The averages in a graph.
   *
   * @param fed scalar to be fed {@link WeightAverage#share} in every step
   * @param slots {@code average/WEIGHT}, one a weight; {@code initialize} gives them their first
   *     values, not {@link Optimizer.Slot#initialValue}
   * @param initialize sets every average to its weight
   * @param update runs the optimiser's update, then moves the averages
   */
  public record InGraph(
      Placeholder<TFloat32> fed, List<Optimizer.Slot> slots, Op initialize, Op update) {
    public InGraph {
      slots = List.copyOf(slots);
    }
  }

  /**
   * Adds averages to a graph.
   *
   * @param weights what is averaged
   * @param update the optimiser's update, which comes first in every step
   */
  public InGraph build(Ops tf, List<Weight> weights, Op update) {
    UpdateBuilder builder = new UpdateBuilder(tf, PREFIX);
    Placeholder<TFloat32> share = builder.fed("share");
    Ops updated = builder.after(List.of(update.op()));
    List<Op> copies = new ArrayList<>();
    List<Op> moves = new ArrayList<>();
    for (Weight weight : weights) {
      Variable<TFloat32> average = builder.copyOf(weight);
      copies.add(tf.assign(average, weight.variable()));
      Operand<TFloat32> behind = updated.math.sub(average, weight.variable());
      moves.add(updated.train.applyGradientDescent(average, share, behind));
    }
    return new InGraph(
        share, builder.slots(), builder.all("initialize", copies), builder.all("update", moves));
  }

  /**
   * 1 − dₜ, the weights' share in the new average.
   *
   * @param step t, counted from 1
   */
  public float share(long step) {
    double t = (double) step;
    return (float) (1 - Math.min(decay, (1 + t) / (10 + t)));
  }
}
