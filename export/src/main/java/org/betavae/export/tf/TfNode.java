package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.tensorflow.proto.AttrValue;

/**
 * One operation of a flat TensorFlow graph: data inputs, attributes, and for constants the value.
 */
public final class TfNode {
  /** Operator of a node that stands for a graph input. */
  public static final String INPUT = "Placeholder";

  /** Operator of a node that holds a value: a constant, or a variable with its stored weights. */
  public static final String CONST = "Const";

  /** What a node that holds a value is to somebody who trains the graph. */
  public enum Variable {
    /** No variable: a constant, or a node that computes. */
    NONE,
    /** A variable that gradient descent changes. */
    TRAINABLE,
    /** A variable that changes in other ways, such as the running mean of a batch norm. */
    STATE
  }

  private final String name;
  private final String op;
  private final Map<String, AttrValue> attributes;
  private final List<TfOutput> inputs = new ArrayList<>();
  private Tensor value;
  private final Variable variable;
  private List<TfBody> bodies = List.of();

  TfNode(String name, String op, Map<String, AttrValue> attributes, Tensor value) {
    this(name, op, attributes, value, Variable.NONE);
  }

  TfNode(
      String name, String op, Map<String, AttrValue> attributes, Tensor value, Variable variable) {
    this.name = name;
    this.op = op;
    this.attributes = attributes;
    this.value = value;
    this.variable = variable;
  }

  void setValue(Tensor newValue) {
    value = newValue;
  }

  void addInput(TfOutput input) {
    inputs.add(input);
  }

  void setInput(int i, TfOutput input) {
    while (inputs.size() <= i) {
      inputs.add(null);
    }
    inputs.set(i, input);
  }

  void setBodies(List<TfBody> value) {
    bodies = List.copyOf(value);
  }

  /**
   * Name, unique in the graph; nodes of functions carry the names of the calls before their own.
   */
  public String name() {
    return name;
  }

  /** Operator, as in TensorFlow's registry. */
  public String op() {
    return op;
  }

  /** Data inputs; null where an input is of no use to a converter and was not followed. */
  public List<TfOutput> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /**
   * The value of a constant or variable.
   *
   * @return null for any other node
   */
  public Tensor value() {
    return value;
  }

  /** Whether it is a variable, and of which kind; variables have the operator {@link #CONST}. */
  public Variable variable() {
    return variable;
  }

  /** The attributes by name, as TensorFlow's {@code NodeDef} has them. */
  public Map<String, AttrValue> attributes() {
    return Collections.unmodifiableMap(attributes);
  }

  /**
   * The graphs inside of it: condition and body of a While, the branches of an If or Case in their
   * order (of an If, what is done when it is true comes first); none for any other node.
   */
  public List<TfBody> bodies() {
    return bodies;
  }

  /** True if the attribute is set. */
  public boolean has(String attribute) {
    return attributes.containsKey(attribute);
  }

  /** A flag; false when it is not set. */
  public boolean flag(String attribute) {
    return attributes.containsKey(attribute) && attributes.get(attribute).getB();
  }

  /** A whole number, or the default when it is not set. */
  public long integer(String attribute, long otherwise) {
    return attributes.containsKey(attribute) ? attributes.get(attribute).getI() : otherwise;
  }

  /** A floating point number, or the default when it is not set. */
  public float number(String attribute, float otherwise) {
    return attributes.containsKey(attribute) ? attributes.get(attribute).getF() : otherwise;
  }

  /** A list of floating point numbers; empty when it is not set. */
  public float[] numbers(String attribute) {
    List<Float> all =
        attributes.containsKey(attribute)
            ? attributes.get(attribute).getList().getFList()
            : List.of();
    float[] out = new float[all.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = all.get(i);
    }
    return out;
  }

  /** A text, or the default when it is not set. */
  public String text(String attribute, String otherwise) {
    return attributes.containsKey(attribute)
        ? attributes.get(attribute).getS().toStringUtf8()
        : otherwise;
  }

  /** A list of whole numbers; empty when it is not set. */
  public List<Long> integers(String attribute) {
    return attributes.containsKey(attribute)
        ? attributes.get(attribute).getList().getIList()
        : List.of();
  }

  /**
   * An element type.
   *
   * @throws ConversionException if it is not set or has no counterpart in ONNX
   */
  public ElementType type(String attribute) {
    AttrValue v = attributes.get(attribute);
    ElementType type = v == null ? null : ElementType.ofTf(v.getTypeValue());
    if (type == null || type.isStoredOnly()) {
      throw new ConversionException(
          "Cannot convert: "
              + this
              + ": attribute "
              + attribute
              + " is "
              + (v == null ? "missing" : v.getType())
              + ", expected an element type that ONNX has. Take the layer out of the graph.");
    }
    return type;
  }

  /** An element type, or the default when it is not set. */
  public ElementType type(String attribute, ElementType otherwise) {
    return attributes.containsKey(attribute) ? type(attribute) : otherwise;
  }

  /**
   * A shape with -1 for unknown dimensions.
   *
   * @return null when it is not set or of unknown rank
   */
  public List<Long> shape(String attribute) {
    AttrValue v = attributes.get(attribute);
    return v == null || !v.hasShape() ? null : SavedModelReader.shape(v.getShape());
  }

  /** Operator and name, as messages show them. */
  @Override
  public String toString() {
    return op + " (node '" + name + "')";
  }
}
