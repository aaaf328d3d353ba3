package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.tf.OperatorTable.Argument;
import org.betavae.export.tf.OperatorTable.Operator;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/**
 * What TensorFlow's registry says of its operators: the types of their inputs and outputs, whether
 * running them twice may give two results, and whether the native library has their gradient.
 */
public final class TfOperators {
  private TfOperators() {}

  /** True if TensorFlow has the operator. */
  public static boolean has(String op) {
    return OperatorTable.find(op) != null;
  }

  /** True if TensorFlow's native library can take the operator's gradient. */
  public static boolean hasGradient(String op) {
    Operator known = OperatorTable.find(op);
    return known != null && known.gradient();
  }

  /** True if running the operator twice may give two results, or if it is not known. */
  static boolean isStateful(String op) {
    Operator known = OperatorTable.find(op);
    return known == null || known.stateful();
  }

  /**
   * The attributes of an operation with those that follow from the types of its inputs.
   *
   * @param given what is set already; it stays
   */
  public static Map<String, AttrValue> attributes(
      String op, Map<String, AttrValue> given, List<DataType> in) {
    Map<String, AttrValue> all = new HashMap<>(given);
    Operator known = find(op);
    int at = 0;
    for (int i = 0; i < known.inputs().size(); i++) {
      Argument a = known.inputs().get(i);
      int many = in.size() - at - (known.inputs().size() - 1 - i);
      if (a.list()) {
        AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
        in.subList(at, at + many).forEach(types::addType);
        all.putIfAbsent(a.attribute(), AttrValue.newBuilder().setList(types).build());
      } else if (!a.count().isEmpty()) {
        all.putIfAbsent(a.count(), AttrValue.newBuilder().setI(many).build());
      }
      if (!a.list() && !a.attribute().isEmpty() && at < in.size()) {
        all.putIfAbsent(a.attribute(), type(in.get(at)));
      }
      at += a.list() ? many : a.width(all);
    }
    known.inputs().forEach(a -> putDefault(a, all));
    known.outputs().forEach(a -> putDefault(a, all));
    return all;
  }

  private static void putDefault(Argument a, Map<String, AttrValue> all) {
    if (!a.attribute().isEmpty() && a.type() != 0) {
      all.putIfAbsent(a.attribute(), AttrValue.newBuilder().setTypeValue(a.type()).build());
    }
  }

  private static AttrValue type(DataType t) {
    return AttrValue.newBuilder().setType(t).build();
  }

  /** Which attribute holds the type of each input; null where it is fixed or one of a list. */
  public static List<String> inputTypeAttributes(String op, Map<String, AttrValue> attributes) {
    return typeAttributes(find(op).inputs(), attributes);
  }

  /** Which attribute holds the type of each output; null where it is fixed or one of a list. */
  public static List<String> outputTypeAttributes(String op, Map<String, AttrValue> attributes) {
    return typeAttributes(find(op).outputs(), attributes);
  }

  private static List<String> typeAttributes(
      List<Argument> arguments, Map<String, AttrValue> attributes) {
    List<String> out = new ArrayList<>();
    for (Argument a : arguments) {
      for (int i = 0; i < a.width(attributes); i++) {
        out.add(a.list() || a.attribute().isEmpty() ? null : a.attribute());
      }
    }
    return out;
  }

  /** The types of an operation's outputs, from its attributes; null where they do not say it. */
  public static List<DataType> outputTypes(String op, Map<String, AttrValue> attributes) {
    List<DataType> out = new ArrayList<>();
    for (Argument a : find(op).outputs()) {
      for (int i = 0; i < a.width(attributes); i++) {
        out.add(a.type(attributes, i));
      }
    }
    return out;
  }

  /**
   * The type of one output of a node; of a constant or variable that of its value.
   *
   * @throws ConversionException if the node does not say it
   */
  public static DataType type(TfOutput output) {
    TfNode n = output.node();
    if (n.value() != null) {
      return DataType.forNumber(n.value().type().tfNumber());
    }
    if (n.op().equals(TfNode.INPUT) || n.op().equals(TfNode.CONST)) {
      return n.attributes().get("dtype").getType();
    }
    return type(n, output.index());
  }

  /** The element type of an output of a node that is neither input nor constant. */
  static DataType type(TfNode node, int index) {
    Place p = place(node, index);
    DataType type = p.of.type(node.attributes(), p.index);
    if (type == null) {
      throw fail(
          node,
          "does not say the type of output " + index,
          "expected attribute " + p.of.attribute());
    }
    return type;
  }

  /** How a function body refers to a node's output: {@code name:output:index}. */
  static String reference(TfNode node, int index) {
    Place p = place(node, index);
    return p.of.name() + ":" + p.index;
  }

  /** Which value of which declared output an output of a node is. */
  private record Place(Argument of, int index) {}

  private static Place place(TfNode node, int index) {
    Operator known = OperatorTable.find(node.op());
    if (known == null) {
      throw fail(node, "has an operator that is not known", "expected one of TensorFlow 2.18");
    }
    int before = 0;
    for (Argument o : known.outputs()) {
      int width = o.width(node.attributes());
      if (index < before + width) {
        return new Place(o, index - before);
      }
      before += width;
    }
    throw fail(node, "has no output " + index, "expected one of its " + before);
  }

  private static ConversionException fail(TfNode node, String got, String expected) {
    return new ConversionException(
        "Cannot write a TensorFlow graph: "
            + node
            + " "
            + got
            + ", "
            + expected
            + ". Take it out of the graph.");
  }

  private static Operator find(String op) {
    Operator known = OperatorTable.find(op);
    if (known == null) {
      throw new IllegalStateException(
          "TensorFlow has no operator " + op + ", expected one of its registry. Correct the name.");
    }
    return known;
  }
}
