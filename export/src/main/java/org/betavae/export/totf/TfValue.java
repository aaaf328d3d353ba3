package org.betavae.export.totf;

import java.util.List;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.Facts;
import org.betavae.export.tf.TfOutput;

/**
 * A tensor of the graph under construction. It is a constant, a weight of the model, an output of a
 * node, or one of those with its dimensions in another order that nobody has asked for yet.
 */
final class TfValue {
  /** What failed nodes give: whatever reads it is skipped. */
  static final TfValue FAILED = new TfValue(ElementType.FLOAT32, null);

  private final ElementType type;
  private List<Dim> shape;
  private TfOutput output;
  private Tensor constant;
  private Weight.View weight;
  private Reordered reordered;
  private TfValue pending;
  private List<Dim> elements;
  private List<TfValue> items;

  /**
   * Dimensions in another order: dimension i of the value is dimension {@code perm[i]} of the base.
   * Where {@code split} is given, the last dimension of value and base alone is reordered: it
   * stands for the dimensions of split in the base's order.
   */
  static final class Reordered {
    private final TfValue base;
    private final int[] perm;
    private final List<Dim> split;

    /**
     * Puts dimensions in another order.
     *
     * @param base what is there
     * @param perm order of dimensions, of split ones if there are
     * @param split null, or what the last dimension of the base is made of
     */
    Reordered(TfValue base, int[] perm, List<Dim> split) {
      this.base = base;
      this.perm = perm;
      this.split = split;
    }

    TfValue base() {
      return base;
    }

    /** Not to be changed by its reader. */
    int[] perm() {
      return perm;
    }

    List<Dim> split() {
      return split;
    }
  }

  private TfValue(ElementType type, List<Dim> shape) {
    this.type = type;
    this.shape = shape == null ? null : List.copyOf(shape);
  }

  /** An output of a node. */
  static TfValue of(TfOutput output, ElementType type, List<Dim> shape) {
    TfValue v = new TfValue(type, shape);
    v.output = output;
    return v;
  }

  /** A constant. */
  static TfValue of(Tensor constant) {
    TfValue v = new TfValue(constant.type(), Shapes.dims(constant.shape()));
    v.constant = constant;
    return v;
  }

  /** A weight of the model, perhaps reshaped and transposed. */
  static TfValue of(Weight.View weight) {
    TfValue v = new TfValue(weight.type(), Shapes.dims(weight.shape()));
    v.weight = weight;
    return v;
  }

  /** A sequence of tensors, which is no tensor itself. */
  static TfValue ofSequence(List<TfValue> items) {
    TfValue v = new TfValue(ElementType.FLOAT32, null);
    v.items = List.copyOf(items);
    return v;
  }

  /** The tensors of a sequence; null for a tensor. */
  List<TfValue> items() {
    return items;
  }

  /** A value whose dimensions have another order. */
  static TfValue of(Reordered reordered, List<Dim> shape) {
    TfValue v = new TfValue(reordered.base().type, shape);
    v.reordered = reordered;
    return v;
  }

  /** A value under another shape that nobody has asked for yet. */
  static TfValue pending(TfValue of, List<Dim> shape) {
    TfValue v = new TfValue(of.type, shape);
    v.pending = of;
    return v;
  }

  /** What this is another shape of that nobody has asked for yet; null for anything else. */
  TfValue pending() {
    return pending;
  }

  /** Element type. */
  ElementType type() {
    return type;
  }

  /** Dimensions; null if not even their number is known. */
  List<Dim> shape() {
    return shape;
  }

  /** Number of dimensions; -1 if not known. */
  int rank() {
    return shape == null ? -1 : shape.size();
  }

  /** True if it is known to be a single number, whatever its rank. */
  boolean isSingle() {
    return shape != null && shape.stream().allMatch(d -> d.is(1));
  }

  /** True if the value is known before running; weights are. */
  boolean isConstant() {
    return constant != null || weight != null;
  }

  /** The value of a constant or weight; null for anything else. */
  Tensor constant() {
    return weight != null ? weight.value() : constant;
  }

  /** The weight of the model that this is a view of; null for anything else. */
  Weight.View weight() {
    return weight;
  }

  /** What this is a reordered form of; null for anything else. */
  Reordered reordered() {
    return reordered;
  }

  /** True if dimensions stand in another order in the graph. */
  boolean isTransposed() {
    return reordered != null && reordered.split() == null;
  }

  /** True if the last dimension is made of several that stand in another order in the graph. */
  boolean isShuffled() {
    return reordered != null && reordered.split() != null;
  }

  /** The node's output; null for what is not made by a node. */
  TfOutput output() {
    return output;
  }

  /** The elements of an integer tensor as far as they follow from shapes; null if they do not. */
  List<Dim> elements() {
    return fact().elements();
  }

  /** Notes what follows from elsewhere; what is known already stays. */
  void learn(Facts.Fact fact) {
    if (shape == null && fact.shape() != null) {
      shape = List.copyOf(fact.shape());
    }
    if (elements == null && fact.elements() != null) {
      elements = fact.elements();
    }
  }

  /** What is known of it before running. */
  Facts.Fact fact() {
    Tensor small = constant;
    if (elements == null && small != null && Shapes.mayBeShape(small)) {
      elements = Shapes.dims(small.toLongs());
    }
    return new Facts.Fact(type, shape, constant, elements);
  }

  @Override
  public String toString() {
    return type.numpyName() + (shape == null ? "[...]" : shape.toString());
  }
}
