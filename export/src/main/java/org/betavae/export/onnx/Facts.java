package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/**
 * What is known of values before running, for readers of models: constants are computed, and shapes
 * that are worked out at run time are followed as far as they depend on dimensions alone.
 *
 * <p>One object per model, since it gives names to unknown dimensions.
 */
public final class Facts {
  /** Operators of which shapes are made; their rules hold for every operator set. */
  private static final Set<String> ON_SHAPES =
      Set.of(
          "Shape",
          "Size",
          "Gather",
          "Concat",
          "Slice",
          "Cast",
          "Identity",
          "Squeeze",
          "Unsqueeze",
          "Reshape",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Neg",
          "Min",
          "Max",
          "ReduceProd",
          "ReduceSum",
          "ConstantOfShape",
          "Expand");

  /** Operator sets before this one gave some inputs as attributes. */
  private static final int OLDEST = 13;

  private final OnnxGraph graph;

  /** Facts of a model with an operator set. */
  public Facts(int opset) {
    graph = new OnnxGraph(Math.max(opset, OLDEST));
  }

  /**
   * What is known of one value.
   *
   * @param type null if not known
   * @param shape null if not even the rank is known
   * @param constant null unless the value is known
   * @param elements of an integer tensor made of dimensions; null otherwise
   */
  public record Fact(ElementType type, List<Dim> shape, Tensor constant, List<Dim> elements) {}

  /** A fresh unknown dimension. */
  public Dim freshDim() {
    return graph.freshDim();
  }

  /**
   * What is known of a node's results.
   *
   * @param in of its inputs; null where one is left out
   * @return null if nothing is
   */
  public List<Fact> of(String op, List<Fact> in, Map<String, ?> attributes, int outputs) {
    boolean constants = !in.isEmpty() && in.stream().allMatch(f -> f == null || f.constant != null);
    try {
      if (constants) {
        List<Tensor> folded = Folding.fold(node(op, in, attributes), outputs);
        if (folded != null) {
          return folded.stream().map(t -> fact(graph.constant(op, t))).toList();
        }
      }
      boolean shapes = in.stream().anyMatch(f -> f != null && f.elements != null);
      if (!ON_SHAPES.contains(op) || !(shapes || op.equals("Shape") || op.equals("Size"))) {
        return null;
      }
      OnnxNode n = node(op, in, attributes);
      List<OnnxValue> out = graph.nodes(op, op, n.inputs(), attributes, outputs);
      out.stream().map(OnnxValue::producer).filter(p -> p != null).forEach(graph::removeIfUnused);
      return out.stream().map(Facts::fact).toList();
    } catch (ConversionException
        | ArithmeticException
        | IllegalArgumentException
        | IllegalStateException
        | IndexOutOfBoundsException
        | NullPointerException
        | ClassCastException e) {
      // A node that contradicts itself; its converter says what is wrong with it.
      return null;
    }
  }

  private OnnxNode node(String op, List<Fact> in, Map<String, ?> attributes) {
    List<OnnxValue> values = new ArrayList<>();
    for (Fact f : in) {
      values.add(f == null ? null : value(f));
    }
    return new OnnxNode(op, op, values, attributes);
  }

  private OnnxValue value(Fact f) {
    OnnxValue v =
        f.constant != null
            ? graph.constant("constant", f.constant)
            : new OnnxValue("value", f.type, f.shape, null);
    if (f.constant == null) {
      v.inferElements(f.elements);
    }
    return v;
  }

  private static Fact fact(OnnxValue v) {
    return new Fact(v.type(), v.shape(), v.constant(), v.elements());
  }
}
