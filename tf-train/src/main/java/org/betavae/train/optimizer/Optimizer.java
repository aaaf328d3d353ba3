package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * A rule that turns gradients into new weights. Immutable; what changes from step to step lives in
 * the graph's {@linkplain Slot slots} and in what {@link #feeds} works out from the step's number.
 */
public sealed interface Optimizer permits Adam, AdamW, Adagrad, RmsProp, Sgd {
  /** Names of all rules. */
  List<String> NAMES = List.of("adam", "adamw", "adagrad", "rmsprop", "sgd");

  /** One of {@link #NAMES}. */
  String name();

  /**
   * Adds slots and updates to a graph.
   *
   * <p>Updates wait for all of these gradients, and for the control dependencies that {@code tf}
   * carries: reference variables are read in place, so an update that came before the last gradient
   * would change what that gradient is computed from. Where two optimisers run in one step, give
   * each the other's gradients as control dependencies.
   *
   * @param prefix first part of the slots' names, such as {@code adam}; another one for each
   *     optimiser in a graph
   * @param weights what is updated
   * @param gradients one a weight, of its shape, in the same order
   * @throws IllegalArgumentException if there are not as many gradients as weights
   */
  InGraph build(Ops tf, String prefix, List<Weight> weights, List<Output<TFloat32>> gradients);

  /**
   * Works out what to feed in one step; allocates nothing.
   *
   * @param rate learning rate of this step
   * @param step number of this step, counted from 1
   * @param target receives one value for each of {@link InGraph#fed()}, in that order
   */
  void feeds(double rate, long step, float[] target);

  /**
   * A variable that an optimiser, or an average, keeps for a weight; a checkpoint holds it by its
   * name.
   *
   * @param name such as {@code adam/encoder/conv1/kernel/m}
   * @param weight the weight that it belongs to, whose shape it has
   * @param variable the variable
   * @param value placeholder of the same shape
   * @param assign sets the variable to the placeholder
   * @param initialValue every element's first value
   */
  record Slot(
      String name,
      Weight weight,
      Variable<TFloat32> variable,
      Placeholder<TFloat32> value,
      Assign<TFloat32> assign,
      float initialValue) {}

  /**
   * An optimiser in a graph.
   *
   * @param fed scalars to be fed in every step, see {@link Optimizer#feeds}
   * @param slots what a checkpoint holds beside the weights
   * @param update runs one step
   */
  record InGraph(List<Placeholder<TFloat32>> fed, List<Slot> slots, Op update) {
    public InGraph {
      fed = List.copyOf(fed);
      slots = List.copyOf(slots);
    }
  }
}
