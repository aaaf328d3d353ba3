package org.betavae.export.tf;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/**
 * TensorFlow's operators as its registry declares them: the types of their inputs and outputs, and
 * whether TensorFlow's native library has their gradient.
 *
 * <p>From {@code tf-operators.txt}, which {@code TfOperatorsFile} among the tests writes.
 */
public final class TfOperators {
  private static final String FILE = "tf-operators.txt";
  private static final Map<String, TfOperators> BY_NAME = read();

  /**
   * One input or output, or a list of them.
   *
   * @param type the attribute that holds the type; null if it is always the same
   * @param fixed the type that it always has; null otherwise
   * @param count the attribute that says how many there are; null for one
   * @param list whether the attribute holds a list of types, one for each
   */
  private record Argument(String type, DataType fixed, String count, boolean list) {}

  private final boolean gradient;
  private final List<Argument> inputs = new ArrayList<>();
  private final List<Argument> outputs = new ArrayList<>();
  private final Map<String, DataType> defaults = new HashMap<>();

  private TfOperators(boolean gradient) {
    this.gradient = gradient;
  }

  private static Map<String, TfOperators> read() {
    Map<String, TfOperators> all = new HashMap<>();
    try (InputStream in = TfOperators.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          List<String> words = List.of(line.split(" ", -1));
          all.put(words.get(0).substring(1), parse(words));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + FILE + " beside the classes: " + e, e);
    }
    return all;
  }

  private static TfOperators parse(List<String> words) {
    TfOperators op = new TfOperators(words.get(0).startsWith("+"));
    List<Argument> into = op.inputs;
    for (String word : words.subList(1, words.size())) {
      int equals = word.indexOf('=');
      if (word.equals(">")) {
        into = op.outputs;
      } else if (equals >= 0) {
        op.defaults.put(
            word.substring(0, equals),
            DataType.forNumber(Integer.parseInt(word.substring(equals + 1))));
      } else {
        into.add(argument(word));
      }
    }
    return op;
  }

  private static Argument argument(String word) {
    int star = word.indexOf('*');
    String count = star < 0 ? null : word.substring(0, star);
    String type = word.substring(star + 1);
    return type.startsWith("#")
        ? new Argument(null, DataType.forNumber(Integer.parseInt(type.substring(1))), count, false)
        : type.startsWith("@")
            ? new Argument(type.substring(1), null, null, true)
            : new Argument(type, null, count, false);
  }

  /** True if TensorFlow has the operator; those on resources and references are left out. */
  public static boolean has(String op) {
    return BY_NAME.containsKey(op);
  }

  /** True if TensorFlow's native library can take the operator's gradient. */
  public static boolean hasGradient(String op) {
    TfOperators known = BY_NAME.get(op);
    return known != null && known.gradient;
  }

  /**
   * The attributes of an operation with those that follow from the types of its inputs.
   *
   * @param given what is set already; it stays
   */
  public static Map<String, AttrValue> attributes(
      String op, Map<String, AttrValue> given, List<DataType> in) {
    Map<String, AttrValue> all = new HashMap<>(given);
    int at = 0;
    List<Argument> arguments = find(op).inputs;
    for (int i = 0; i < arguments.size(); i++) {
      Argument a = arguments.get(i);
      int many = in.size() - at - (arguments.size() - 1 - i);
      if (a.list) {
        AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
        in.subList(at, at + many).forEach(types::addType);
        all.putIfAbsent(a.type, AttrValue.newBuilder().setList(types).build());
        at += many;
        continue;
      }
      if (a.count != null) {
        all.putIfAbsent(a.count, AttrValue.newBuilder().setI(many).build());
        many = (int) all.get(a.count).getI();
      } else {
        many = 1;
      }
      if (a.type != null && at < in.size()) {
        all.putIfAbsent(a.type, AttrValue.newBuilder().setType(in.get(at)).build());
      }
      at += many;
    }
    find(op)
        .defaults
        .forEach(
            (name, type) -> all.putIfAbsent(name, AttrValue.newBuilder().setType(type).build()));
    return all;
  }

  /** Which attribute holds the type of each input; null where it is fixed or one of a list. */
  public static List<String> inputTypeAttributes(String op, Map<String, AttrValue> attributes) {
    return typeAttributes(find(op).inputs, attributes);
  }

  /** Which attribute holds the type of each output; null where it is fixed or one of a list. */
  public static List<String> outputTypeAttributes(String op, Map<String, AttrValue> attributes) {
    return typeAttributes(find(op).outputs, attributes);
  }

  private static List<String> typeAttributes(
      List<Argument> arguments, Map<String, AttrValue> attributes) {
    List<String> out = new ArrayList<>();
    for (Argument a : arguments) {
      long count =
          a.list
              ? attributes.get(a.type).getList().getTypeCount()
              : a.count == null ? 1 : attributes.get(a.count).getI();
      for (long i = 0; i < count; i++) {
        out.add(a.list ? null : a.type);
      }
    }
    return out;
  }

  /** The types of an operation's outputs, from its attributes. */
  public static List<DataType> outputTypes(String op, Map<String, AttrValue> attributes) {
    List<DataType> out = new ArrayList<>();
    for (Argument a : find(op).outputs) {
      if (a.list) {
        out.addAll(attributes.get(a.type).getList().getTypeList());
        continue;
      }
      long count = a.count == null ? 1 : attributes.get(a.count).getI();
      AttrValue set = a.type == null ? null : attributes.get(a.type);
      DataType type =
          a.fixed != null ? a.fixed : set == null ? find(op).defaults.get(a.type) : set.getType();
      for (long i = 0; i < count; i++) {
        out.add(type);
      }
    }
    return out;
  }

  /** The type of one output of a node; of a constant or variable that of its value. */
  public static DataType type(TfOutput output) {
    TfNode n = output.node();
    if (n.value() != null) {
      return DataType.forNumber(n.value().type().tfNumber());
    }
    if (n.op().equals(TfNode.INPUT) || n.op().equals(TfNode.CONST)) {
      return n.attributes().get("dtype").getType();
    }
    return outputTypes(n.op(), n.attributes()).get(output.index());
  }

  private static TfOperators find(String op) {
    TfOperators known = BY_NAME.get(op);
    if (known == null) {
      throw new IllegalStateException(
          "TensorFlow has no operator " + op + ", expected one of its registry. Correct the name.");
    }
    return known;
  }
}
