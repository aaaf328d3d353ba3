package org.betavae.train.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * The variables of one graph, in the order in which the layers asked for them.
 *
 * <p>Asking twice for a name gives the same variable, which is how several towers, or a training
 * and an evaluation pass, share their weights. Variables are reference variables ({@code
 * VariableV2}), the kind that TensorFlow Java writes into a SavedModel.
 */
public final class Weights {
  private final Scopes scopes;
  private final WeightRules rules;
  private final UnaryOperator<String> operationNames;
  private final Map<String, Weight> weights = new LinkedHashMap<>();

  /**
   * One variable with what sets it from outside.
   *
   * @param name such as {@code encoder/conv1/kernel}
   * @param shape dimensions
   * @param initializer how its first values are drawn
   * @param trainable whether gradients change it; moving statistics have none, and frozen weights
   *     use none
   * @param rate what its learning rate is multiplied by
   * @param variable the variable
   * @param value placeholder of the same shape
   * @param assign sets the variable to the placeholder
   */
  public record Weight(
      String name,
      List<Long> shape,
      Initializer initializer,
      boolean trainable,
      double rate,
      Variable<TFloat32> variable,
      Placeholder<TFloat32> value,
      Assign<TFloat32> assign) {

    /** Number of values. */
    public int size() {
      return Math.toIntExact(count(toArray()));
    }

    /** Dimensions as TensorFlow's shape. */
    public Shape tensorShape() {
      return Shape.of(toArray());
    }

    /**
     * First values, drawn from the initializer.
     *
     * @param seed the run's seed; each variable derives its own from it and its name
     * @return row-major values
     */
    public float[] initialValues(long seed) {
      return initializer.values(toArray(), seed * 0x9E3779B97F4A7C15L + name.hashCode());
    }

    private long[] toArray() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /** No variables yet; {@code tf} is the graph that they are added to. */
  public Weights(Ops tf) {
    this(tf, WeightRules.NONE);
  }

  /** The same with rules of how they change. */
  public Weights(Ops tf, WeightRules rules) {
    this(tf, rules, UnaryOperator.identity());
  }

  /** The same, whose operations have other names than the weights. */
  public Weights(Ops tf, WeightRules rules, UnaryOperator<String> operationNames) {
    scopes = new Scopes(tf);
    this.rules = rules;
    this.operationNames = operationNames;
  }

  /** Whether a pass that trains uses and moves a statistic, see {@link WeightRules#moves}. */
  public boolean moves(String statistic) {
    return rules.moves(statistic);
  }

  /**
   * The variable of that name, made at the first call.
   *
   * @throws IllegalArgumentException if it exists with another shape
   */
  public Variable<TFloat32> get(String name, long[] shape, Initializer initializer) {
    return get(name, shape, initializer, true);
  }

  /**
   * A variable that follows the data instead of a gradient, made at the first call.
   *
   * @throws IllegalArgumentException if it exists with another shape
   */
  public Variable<TFloat32> statistic(String name, long[] shape, Initializer initializer) {
    return get(name, shape, initializer, false);
  }

  /**
   * The weight of that name.
   *
   * @throws IllegalArgumentException if nothing has asked for it
   */
  public Weight find(String name) {
    Weight known = weights.get(name);
    if (known == null) {
      throw new IllegalArgumentException("There is no weight " + name + ".");
    }
    return known;
  }

  private Variable<TFloat32> get(
      String name, long[] shape, Initializer initializer, boolean trainable) {
    List<Long> wanted = boxed(shape);
    Weight known = weights.get(name);
    if (known == null) {
      known = add(name, wanted, shape, initializer, trainable);
    }
    if (!known.shape().equals(wanted)) {
      throw new IllegalArgumentException(
          "Weight " + name + " has the shape " + known.shape() + ", asked for as " + wanted + ".");
    }
    return known.variable();
  }

  /** All variables so far, in order of their first use. */
  public Collection<Weight> all() {
    return Collections.unmodifiableCollection(weights.values());
  }

  /** Those that gradients change, whose name begins so or, if not {@code with}, does not. */
  public List<Weight> trained(String prefix, boolean with) {
    return weights.values().stream()
        .filter(w -> w.trainable() && w.name().startsWith(prefix) == with)
        .toList();
  }

  private Weight add(
      String name, List<Long> shape, long[] dims, Initializer initializer, boolean trainable) {
    Shape tensorShape = Shape.of(dims);
    String path = operationNames.apply(name);
    Variable<TFloat32> variable = scopes.named(path).variable(tensorShape, TFloat32.class);
    Placeholder<TFloat32> value =
        scopes.named(path + "_value").placeholder(TFloat32.class, Placeholder.shape(tensorShape));
    Assign<TFloat32> assign = scopes.named(path + "_assign").assign(variable, value);
    boolean changes = trainable && !rules.isFrozen(name);
    Weight weight =
        new Weight(name, shape, initializer, changes, rules.rate(name), variable, value, assign);
    weights.put(name, weight);
    return weight;
  }

  private static List<Long> boxed(long[] shape) {
    List<Long> list = new ArrayList<>(shape.length);
    for (long dim : shape) {
      list.add(dim);
    }
    return List.copyOf(list);
  }

  static long count(long[] shape) {
    long count = 1;
    for (long dim : shape) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }
}
