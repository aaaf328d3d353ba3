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
import org.betavae.export.ConversionException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/**
 * Outputs of TensorFlow's operators: their names, which function bodies refer to, and their element
 * types, which functions have to declare.
 *
 * <p>From {@code operators.txt}, which {@code OperatorTableTest} writes from TensorFlow's registry.
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
   */
  private record Operator(boolean stateful, List<Output> outputs) {}

  /**
   * One output or list of outputs.
   *
   * @param name as in the registry
   * @param count attribute with the number of outputs; empty for one
   * @param list true if the type attribute holds one type for each output
   * @param attribute with the type; empty if it is always the same
   * @param type always, or where the attribute is not set; 0 for none
   */
  private record Output(String name, String count, boolean list, String attribute, int type) {
    int width(TfNode node) {
      if (list) {
        return node.has(attribute) ? node.attributes().get(attribute).getList().getTypeCount() : 0;
      }
      return count.isEmpty() ? 1 : Math.toIntExact(node.integer(count, 1));
    }

    DataType type(TfNode node, int i) {
      AttrValue set = attribute.isEmpty() ? null : node.attributes().get(attribute);
      int number = set == null ? type : list ? set.getList().getTypeValue(i) : set.getTypeValue();
      return DataType.forNumber(number);
    }
  }

  private static Map<String, Operator> read() {
    Map<String, Operator> out = new HashMap<>();
    try (InputStream in = OperatorTable.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ", -1);
          boolean stateful = words[0].endsWith("!");
          List<Output> outputs = new ArrayList<>();
          for (int i = 1; i < words.length; i++) {
            outputs.add(output(words[i]));
          }
          String name = stateful ? words[0].substring(0, words[0].length() - 1) : words[0];
          out.put(name, new Operator(stateful, List.copyOf(outputs)));
        }
      }
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the resource " + FILE + ": " + e, e);
    }
  }

  /** Reads {@code name:type}, {@code name:N*type} or {@code name:[Types]}. */
  private static Output output(String word) {
    String[] parts = word.split(":", 2);
    String type = parts[1];
    if (type.startsWith("[")) {
      return new Output(parts[0], "", true, type.substring(1, type.length() - 1), 0);
    }
    int star = type.indexOf('*');
    String count = star < 0 ? "" : type.substring(0, star);
    type = type.substring(star + 1);
    if (Character.isDigit(type.charAt(0))) {
      return new Output(parts[0], count, false, "", Integer.parseInt(type));
    }
    int equals = type.indexOf('=');
    return equals < 0
        ? new Output(parts[0], count, false, type, 0)
        : new Output(
            parts[0],
            count,
            false,
            type.substring(0, equals),
            Integer.parseInt(type.substring(equals + 1)));
  }

  /** True if running the operator twice may give two results, or if it is not known. */
  static boolean isStateful(String op) {
    Operator known = BY_NAME.get(op);
    return known == null || known.stateful();
  }

  /** The element type of a node's output. */
  static DataType type(TfNode node, int index) {
    int before = 0;
    for (Output o : operator(node).outputs()) {
      int width = o.width(node);
      if (index < before + width) {
        DataType type = o.type(node, index - before);
        if (type == null || type == DataType.DT_INVALID) {
          throw fail(
              node,
              "does not say the type of output " + index,
              "expected attribute " + o.attribute());
        }
        return type;
      }
      before += width;
    }
    throw noOutput(node, index, before);
  }

  /** How a function body refers to a node's output: {@code name:output:index}. */
  static String reference(TfNode node, int index) {
    int before = 0;
    for (Output o : operator(node).outputs()) {
      int width = o.width(node);
      if (index < before + width) {
        return o.name() + ":" + (index - before);
      }
      before += width;
    }
    throw noOutput(node, index, before);
  }

  private static Operator operator(TfNode node) {
    Operator known = BY_NAME.get(node.op());
    if (known == null) {
      throw fail(node, "has an operator that is not known", "expected one of TensorFlow 2.18");
    }
    return known;
  }

  private static ConversionException noOutput(TfNode node, int index, int count) {
    return fail(node, "has no output " + index, "expected one of its " + count);
  }

  private static ConversionException fail(TfNode node, String got, String expected) {
    return new ConversionException(
        "Cannot write a SavedModel: "
            + node
            + " "
            + got
            + ", "
            + expected
            + ". Take it out of the graph.");
  }
}
