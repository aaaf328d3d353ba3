package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** One operation of the graph. Inputs may be null where ONNX lets one be left out. */
public final class OnnxNode {
  private final String op;
  private String name;
  private final List<OnnxValue> inputs;
  private final List<OnnxValue> outputs = new ArrayList<>();
  private final SortedMap<String, Object> attributes;
  private final int listedInputs;

  OnnxNode(String op, String name, List<OnnxValue> inputs, Map<String, ?> attributes) {
    this.op = op;
    this.name = name;
    this.inputs = new ArrayList<>(inputs);
    this.listedInputs = inputs.size();
    this.attributes = new TreeMap<>(attributes);
  }

  void addOutput(OnnxValue value) {
    outputs.add(value);
    value.producedBy(this);
  }

  /** Adds a value that the graphs inside of the node read. */
  void addCapture(OnnxValue value) {
    if (!inputs.subList(listedInputs, inputs.size()).contains(value)) {
      inputs.add(value);
    }
  }

  void removeInput(int i) {
    inputs.remove(i);
  }

  void setInput(int i, OnnxValue value) {
    inputs.set(i, value);
  }

  void rename(String newName) {
    name = newName;
  }

  /** Operator of the standard domain. */
  public String op() {
    return op;
  }

  /** True for this operator. */
  public boolean is(String name) {
    return op.equals(name);
  }

  /** Name in the file. */
  public String name() {
    return name;
  }

  /**
   * Inputs; null where one is left out. Behind those that the file lists are what the graphs inside
   * of the node read of the graph that it stands in.
   */
  public List<OnnxValue> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /** How many inputs the file lists. */
  public int listedInputs() {
    return listedInputs;
  }

  /** The graphs inside of the node, such as the body of a Loop, in the order of their names. */
  public List<OnnxGraph> graphs() {
    return attributes.values().stream()
        .filter(OnnxGraph.class::isInstance)
        .map(OnnxGraph.class::cast)
        .toList();
  }

  /** Input i; null if it is left out or the node has fewer. */
  public OnnxValue input(int i) {
    return i < inputs.size() ? inputs.get(i) : null;
  }

  /** Outputs. */
  public List<OnnxValue> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  /** The first output. */
  public OnnxValue output() {
    return outputs.get(0);
  }

  /**
   * Attributes by name: {@code Long}, {@code Float}, {@code String}, {@code long[]}, {@code
   * float[]}, a {@code Tensor}, an {@code OnnxGraph} or a list of {@code String}.
   */
  public SortedMap<String, Object> attributes() {
    return Collections.unmodifiableSortedMap(attributes);
  }

  /** A whole number, or the default. */
  public long integer(String attribute, long otherwise) {
    return attributes.containsKey(attribute) ? (Long) attributes.get(attribute) : otherwise;
  }

  /** A list of whole numbers; null when not set. */
  public long[] integers(String attribute) {
    long[] values = (long[]) attributes.get(attribute);
    return values == null ? null : values.clone();
  }

  /** A list of whole numbers, or as many copies of a default. */
  public long[] integers(String attribute, int count, long otherwise) {
    long[] values = integers(attribute);
    if (values == null) {
      values = new long[count];
      Arrays.fill(values, otherwise);
    }
    return values;
  }

  /** A floating point number, or the default. */
  public float number(String attribute, float otherwise) {
    return attributes.containsKey(attribute) ? (Float) attributes.get(attribute) : otherwise;
  }

  /** A text, or the default. */
  public String text(String attribute, String otherwise) {
    return (String) attributes.getOrDefault(attribute, otherwise);
  }

  /** Operator and name, as messages show them. */
  @Override
  public String toString() {
    return op + " (node '" + name + "')";
  }
}
