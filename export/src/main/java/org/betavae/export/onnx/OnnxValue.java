package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/**
 * A tensor of the graph: an input, a constant, or an output of a node, with what is known of it
 * before running.
 */
public final class OnnxValue {
  private String name;
  private final Tensor constant;
  private final List<OnnxNode> users = new ArrayList<>();
  private OnnxNode producer;
  private ElementType type;
  private List<Dim> shape;
  private List<Dim> elements;

  OnnxValue(String name, ElementType type, List<Dim> shape, Tensor constant) {
    this.name = name;
    this.type = type;
    this.shape = shape == null ? null : List.copyOf(shape);
    this.constant = constant;
  }

  void producedBy(OnnxNode node) {
    producer = node;
  }

  /** Sets what is known; called by the rules of inference. */
  void infer(ElementType newType, List<Dim> newShape) {
    type = newType;
    shape = newShape == null ? null : List.copyOf(newShape);
  }

  void inferElements(List<Dim> values) {
    elements = values == null ? null : List.copyOf(values);
  }

  void rename(String newName) {
    name = newName;
  }

  void addUser(OnnxNode node) {
    users.add(node);
  }

  void removeUser(OnnxNode node) {
    users.remove(node);
  }

  /** Name in the file. */
  public String name() {
    return name;
  }

  /** Element type; null if not known. */
  public ElementType type() {
    return type;
  }

  /** Dimensions; null if not even their number is known. */
  public List<Dim> shape() {
    return shape;
  }

  /** Number of dimensions; -1 if not known. */
  public int rank() {
    return shape == null ? -1 : shape.size();
  }

  /** True if it is known to be a single number, whatever its rank. */
  public boolean isSingle() {
    return shape != null && shape.stream().allMatch(d -> d.equals(Dim.ONE));
  }

  /** The value of a constant; null for anything else. */
  public Tensor constant() {
    return constant;
  }

  /** True for a constant. */
  public boolean isConstant() {
    return constant != null;
  }

  /**
   * The elements of an integer tensor, in row-major order, as far as they follow from shapes.
   *
   * @return null if they do not
   */
  public List<Dim> elements() {
    if (elements == null
        && constant != null
        && constant.type().isInteger()
        && constant.size() <= Symbolic.MOST_ELEMENTS) {
      List<Dim> values = new ArrayList<>();
      for (long v : constant.toLongs()) {
        values.add(Dim.of(v));
      }
      elements = List.copyOf(values);
    }
    return elements;
  }

  /** The node that makes it; null for inputs and constants. */
  public OnnxNode producer() {
    return producer;
  }

  /** The nodes that read it, one entry for every input. */
  public List<OnnxNode> users() {
    return Collections.unmodifiableList(users);
  }

  /** Name, type and shape. */
  @Override
  public String toString() {
    return name
        + ":"
        + (type == null ? "?" : type.numpyName())
        + (shape == null ? "[...]" : shape.toString());
  }
}
