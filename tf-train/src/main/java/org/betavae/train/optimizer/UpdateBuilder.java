package org.betavae.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.betavae.train.network.Scopes;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/** Adds to a graph what update rules share: fed scalars, slots, and the order of updates. */
final class UpdateBuilder {
  private final Ops caller;
  private final Ops tf;
  private final Scopes scopes;
  private final String prefix;
  private final List<Placeholder<TFloat32>> fed = new ArrayList<>();
  private final List<Optimizer.Slot> slots = new ArrayList<>();

  /** Updates one weight; its operations are to be made with the {@code tf} that it is given. */
  interface Rule {
    Op apply(Ops tf, Weight weight, Output<TFloat32> gradient);
  }

  UpdateBuilder(Ops root, String prefix) {
    caller = root.withSubScope(prefix);
    // Slots can be set without what the updates wait for.
    tf = caller.withControlDependencies(List.of());
    scopes = new Scopes(tf);
    this.prefix = prefix;
  }

  /** A scalar that is fed in every step. */
  Placeholder<TFloat32> fed(String name) {
    Placeholder<TFloat32> placeholder =
        tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    fed.add(placeholder);
    return placeholder;
  }

  Operand<TFloat32> constant(double value) {
    return tf.constant((float) value);
  }

  /** A rate as it is for one weight, see {@link Weight#rate}. */
  Operand<TFloat32> rate(Ops tf, Weight weight, Operand<TFloat32> rate) {
    return weight.rate() == 1 ? rate : tf.math.mul(rate, tf.constant((float) weight.rate()));
  }

  /** A variable beside a weight, of its shape, named PREFIX/WEIGHT/name. */
  Variable<TFloat32> slot(Weight weight, String name, double initialValue) {
    return slot(weight, name, prefix + "/" + weight.name() + "/" + name, (float) initialValue);
  }

  /** A variable beside a weight, of its shape, named PREFIX/WEIGHT; its first value is not 0. */
  Variable<TFloat32> copyOf(Weight weight) {
    return slot(weight, "copy", prefix + "/" + weight.name(), Float.NaN);
  }

  List<Optimizer.Slot> slots() {
    return slots;
  }

  /** Operations made with it run after those, and after what the caller's scope waits for. */
  Ops after(List<Operation> operations) {
    List<Operation> before = new ArrayList<>(operations);
    before.add(caller.withName("begin").noOp().op());
    return tf.withControlDependencies(tf.withName("ready").withControlDependencyOps(before).noOp());
  }

  /** An operation of that name which runs all of these. */
  Op all(String name, List<Op> operations) {
    return tf.withName(name).withControlDependencies(operations).noOp();
  }

  /** Applies the rule to every weight, once all gradients are there. */
  Optimizer.InGraph build(List<Weight> weights, List<Output<TFloat32>> gradients, Rule rule) {
    if (weights.size() != gradients.size()) {
      throw new IllegalArgumentException(
          "There are "
              + gradients.size()
              + " gradients for "
              + weights.size()
              + " weights, expected one each. Give them in the order of the weights.");
    }
    Ops ready = after(gradients.stream().<Operation>map(Output::op).toList());
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      updates.add(rule.apply(ready, weights.get(i), gradients.get(i)));
    }
    return new Optimizer.InGraph(fed, slots, all("update", updates));
  }

  private Variable<TFloat32> slot(Weight weight, String suffix, String name, float initialValue) {
    String path = weight.name() + "_" + suffix;
    Variable<TFloat32> variable = scopes.named(path).variable(weight.tensorShape(), TFloat32.class);
    Assign<TFloat32> assign = scopes.named(path + "_assign").assign(variable, weight.value());
    slots.add(new Optimizer.Slot(name, weight, variable, weight.value(), assign, initialValue));
    return variable;
  }
}
