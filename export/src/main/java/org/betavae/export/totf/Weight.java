package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.tf.TfNode;

/**
 * A weight of the model. Its variable holds the value in the form that is asked for first, so a
 * kernel in TensorFlow's order needs no transposition; where another form is asked for, too, it is
 * computed from the variable, so both stay one weight in training.
 */
final class Weight {
  private final String name;
  private final Tensor original;
  private final Map<TfNode.Variable, View> stored = new HashMap<>();
  private final Map<TfNode.Variable, TfValue> variables = new HashMap<>();

  Weight(String name, Tensor original) {
    this.name = name;
    this.original = original;
  }

  /** Name in the ONNX file. */
  String name() {
    return name;
  }

  /** The weight as the file has it. */
  View view() {
    return new View(this, List.of());
  }

  /** A reordering, {@code perm}, or another shape, of which one is null. */
  record Step(List<Integer> perm, List<Long> from, List<Long> shape) {}

  /**
   * A form of the weight.
   *
   * @param weight of which
   * @param steps what to do with the value in the file
   */
  record View(Weight weight, List<Step> steps) {
    /** Element type. */
    ElementType type() {
      return weight.original.type();
    }

    /** Dimensions. */
    long[] shape() {
      long[] shape = weight.original.shape();
      for (Step s : steps) {
        shape = after(s, shape);
      }
      return shape;
    }

    private static long[] after(Step s, long[] shape) {
      return s.perm != null
          ? s.perm.stream().mapToLong(i -> shape[i]).toArray()
          : s.shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** The value in this form. */
    Tensor value() {
      Tensor t = weight.original;
      for (Step s : steps) {
        t =
            s.perm != null
                ? t.transpose(s.perm.stream().mapToInt(Integer::intValue).toArray())
                : t.reshape(s.shape.stream().mapToLong(Long::longValue).toArray());
      }
      return t;
    }

    /** With dimensions in another order. */
    View transposed(int... perm) {
      if (!steps.isEmpty() && last().perm != null) {
        int[] before = last().perm.stream().mapToInt(Integer::intValue).toArray();
        int[] both = Shapes.compose(before, perm);
        View without = new View(weight, steps.subList(0, steps.size() - 1));
        return Shapes.isIdentity(both) ? without : without.transposed(both);
      }
      List<Integer> order = new ArrayList<>();
      for (int p : perm) {
        order.add(p);
      }
      return with(new Step(order, null, null));
    }

    /** Under another shape. */
    View reshaped(long... to) {
      List<Long> from = new ArrayList<>();
      for (long d : shape()) {
        from.add(d);
      }
      List<Long> shape = new ArrayList<>();
      for (long d : to) {
        shape.add(d);
      }
      if (from.equals(shape)) {
        return this;
      }
      if (!steps.isEmpty() && last().perm == null) {
        return new View(weight, steps.subList(0, steps.size() - 1)).reshaped(to);
      }
      return with(new Step(null, from, shape));
    }

    private Step last() {
      return steps.get(steps.size() - 1);
    }

    private View with(Step step) {
      List<Step> all = new ArrayList<>(steps);
      all.add(step);
      return new View(weight, all);
    }
  }

  /** The form that a variable of a kind holds; null if there is no such variable yet. */
  View stored(TfNode.Variable kind) {
    return stored.get(kind);
  }

  /** The variable; null if there is none of the kind yet. */
  TfValue variable(TfNode.Variable kind) {
    return variables.get(kind);
  }

  /** Notes the variable of a kind and the form that it holds. */
  void store(TfNode.Variable kind, View view, TfValue variable) {
    stored.put(kind, view);
    variables.put(kind, variable);
  }
}
