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
 * TensorFlow's operators as its registry declares them.
 *
 * <p>From {@code operators.txt}, which {@code OperatorTableTest} writes from that registry: a line
 * for each operator, {@code Name! in:type > out:type +}, where {@code !} says that it is stateful
 * and {@code +} that the native library has its gradient. A type is a number of TensorFlow's, an
 * attribute that holds one, {@code attribute=number} with its default, {@code count*type} for as
 * many as an attribute says, or {@code [attribute]} for one of each type that it lists.
 */
final class OperatorTable {
  /** Resource beside this class. */
  static final String FILE = "operators.txt";

  private static final Map<String, Operator> BY_NAME = read();

  private OperatorTable() {}

  /**
   * One operator.
   *
   * @param stateful true if running it twice may give two results
   * @param gradient whether the native library has its gradient
   */
  record Operator(
      boolean stateful, boolean gradient, List<Argument> inputs, List<Argument> outputs) {}

  /**
   * One input or output, or a list of them.
   *
   * @param name as in the registry, which function bodies refer to
   * @param count attribute with the number of them; empty for one
   * @param list true if the attribute holds one type for each
   * @param attribute with the type; empty if it is always the same
   * @param type always, or where the attribute is not set; 0 for none
   */
  record Argument(String name, String count, boolean list, String attribute, int type) {
    /** How many values it stands for in a node with these attributes. */
    int width(Map<String, AttrValue> attributes) {
      AttrValue set = attributes.get(list ? attribute : count);
      if (list) {
        return set == null ? 0 : set.getList().getTypeCount();
      }
      return count.isEmpty() || set == null ? 1 : Math.toIntExact(set.getI());
    }

    /** The type of its i-th value; null if the attributes do not say it. */
    DataType type(Map<String, AttrValue> attributes, int i) {
      AttrValue set = attribute.isEmpty() ? null : attributes.get(attribute);
      int number = set == null ? type : list ? set.getList().getTypeValue(i) : set.getTypeValue();
      return number == 0 ? null : DataType.forNumber(number);
    }
  }

  /** An operator; null if TensorFlow has none of this name. */
  static Operator find(String op) {
    return BY_NAME.get(op);
  }

  private static Map<String, Operator> read() {
    Map<String, Operator> out = new HashMap<>();
    try (InputStream in = OperatorTable.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          List<String> words = List.of(line.split(" ", -1));
          boolean stateful = words.get(0).endsWith("!");
          out.put(words.get(0).replace("!", ""), operator(words, stateful));
        }
      }
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the resource " + FILE + ": " + e, e);
    }
  }

  private static Operator operator(List<String> words, boolean stateful) {
    boolean gradient = words.get(words.size() - 1).equals("+");
    int arrow = words.indexOf(">");
    return new Operator(
        stateful,
        gradient,
        arguments(words.subList(1, arrow)),
        arguments(words.subList(arrow + 1, words.size() - (gradient ? 1 : 0))));
  }

  private static List<Argument> arguments(List<String> words) {
    List<Argument> out = new ArrayList<>();
    words.forEach(w -> out.add(argument(w)));
    return List.copyOf(out);
  }

  private static Argument argument(String word) {
    String[] parts = word.split(":", 2);
    String type = parts[1];
    if (type.startsWith("[")) {
      return new Argument(parts[0], "", true, type.substring(1, type.length() - 1), 0);
    }
    int star = type.indexOf('*');
    String count = star < 0 ? "" : type.substring(0, star);
    type = type.substring(star + 1);
    if (Character.isDigit(type.charAt(0))) {
      return new Argument(parts[0], count, false, "", Integer.parseInt(type));
    }
    String[] withDefault = type.split("=", 2);
    int otherwise = withDefault.length == 1 ? 0 : Integer.parseInt(withDefault[1]);
    return new Argument(parts[0], count, false, withDefault[0], otherwise);
  }
}
