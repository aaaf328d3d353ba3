package org.betavae.export;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What became of the operator cases of the ONNX project, as the documentation lists it. */
final class OnnxNodeResults {
  /** The operator or type that a refusal names, the first one where there are several. */
  private static final Pattern CAUSE =
      Pattern.compile(
          "no importer for (\\S+?),? \\(|of the type (\\w+),|to the ONNX type (\\w+),"
              + "|convert: (\\S+) \\(");

  private final List<String> passed = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private final SortedMap<String, SortedMap<String, List<String>>> refused = new TreeMap<>();
  private int count;

  void passed(OnnxCase c) {
    passed.add(c.name());
    count++;
  }

  void wrong(OnnxCase c, String difference) {
    wrong.add(c.name() + ": " + difference);
    count++;
  }

  void refused(OnnxCase c, String message) {
    refused
        .computeIfAbsent(reason(message), r -> new TreeMap<>())
        .computeIfAbsent(cause(message), r -> new ArrayList<>())
        .add(c.name());
    count++;
  }

  /** The cases with other results, and how they differ. */
  List<String> wrong() {
    return wrong;
  }

  /** The part of the cases with the right results. */
  double share() {
    return passed.size() / (double) count;
  }

  /** Why a model was refused. */
  private static String reason(String message) {
    if (message.matches("(?s).*(type (sequence|optional)|Sequence|Optional).*")) {
      return "sequence or optional";
    }
    return message.contains("type that TensorFlow") ? "type that TensorFlow lacks" : "not done";
  }

  private static String cause(String message) {
    Matcher m = CAUSE.matcher(message);
    for (int i = 1; m.find() && i <= m.groupCount(); i++) {
      for (int g = 1; g <= m.groupCount(); g++) {
        if (m.group(g) != null) {
          return m.group(g);
        }
      }
    }
    return message;
  }

  /** Two tables: the counts, and the refused cases by reason. */
  String tables() {
    StringBuilder out = new StringBuilder("| cases | number |\n| --- | --: |\n");
    row(out, "all", count);
    row(out, "same results in TensorFlow", passed.size());
    refused.forEach(
        (why, byCause) ->
            row(out, "refused: " + why, byCause.values().stream().mapToInt(List::size).sum()));
    row(out, "wrong", wrong.size());
    out.append("\n| refused because of | operator or type | cases |\n| --- | --- | --- |\n");
    refused.forEach(
        (why, byCause) ->
            byCause.forEach(
                (cause, cases) ->
                    row(out, why, "`" + cause + "` | `" + String.join("` `", cases) + "`")));
    return out.toString();
  }

  private static void row(StringBuilder out, String name, Object value) {
    out.append("| ").append(name).append(" | ").append(value).append(" |\n");
  }
}
