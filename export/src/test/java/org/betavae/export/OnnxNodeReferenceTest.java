package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.betavae.export.tf.TfGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every operator case of the ONNX project is imported and run by TensorFlow with the results that
 * the case gives, or is refused with a reason. A wrong result is a defect.
 */
@Tag("reference")
final class OnnxNodeReferenceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "onnx-node");

  /** Tolerances that the cases come with. */
  private static final double RTOL = 1e-3;

  private static final double ATOL = 1e-7;

  /** The least share of cases that has to pass; the others have types that TensorFlow lacks. */
  private static final double LEAST_SHARE = 0.8;

  private final Map<String, List<String>> refused = new TreeMap<>();
  private final List<String> passed = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();

  @Test
  void operatorCases_giveTheirResults_orAreRefusedWithAReason() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "no operator cases in " + FOLDER);
    String only = System.getProperty("betavae.case", "");
    List<Path> folders =
        OnnxCase.folders(FOLDER).stream().filter(f -> f.toString().contains(only)).toList();
    for (Path folder : folders) {
      run(folder);
    }
    report(folders.size());
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    if (only.isEmpty()) {
      double share = passed.size() / (double) folders.size();
      assertTrue(share >= LEAST_SHARE, () -> "only " + share + " of the cases pass");
    }
  }

  private void run(Path folder) throws IOException {
    OnnxCase c = OnnxCase.read(folder);
    TfModel model;
    try {
      model = OnnxToTf.convert(OnnxModel.read(c.model()), ImportOptions.defaults());
    } catch (ConversionException e) {
      refused
          .computeIfAbsent(reason(e.getMessage()), k -> new ArrayList<>())
          .add(c.name() + ": " + e.getMessage());
      return;
    } catch (RuntimeException e) {
      wrong.add(c.name() + ": the importer failed: " + e + " at " + place(e));
      return;
    }
    try {
      String difference = compare(c, model.graph());
      if (difference.isEmpty()) {
        passed.add(c.name());
      } else {
        wrong.add(c.name() + ": " + difference);
      }
    } catch (RuntimeException e) {
      wrong.add(c.name() + ": " + e);
    }
  }

  private static String place(RuntimeException e) {
    for (StackTraceElement s : e.getStackTrace()) {
      if (s.getClassName().startsWith("org.betavae")) {
        return s.toString();
      }
    }
    return "";
  }

  private static String compare(OnnxCase c, TfGraph graph) {
    Map<String, Value> got = TfRun.run(graph, c.inputs());
    for (Map.Entry<String, Value> e : c.outputs().entrySet()) {
      Value g = got.get(e.getKey());
      Value w = e.getValue();
      if (g == null || w == null) {
        return e.getKey() + (g == null ? " is missing" : " has no type of TensorFlow's");
      }
      String difference = g.difference(w, RTOL, ATOL);
      if (difference.startsWith("[") && isRandom(graph)) {
        continue; // chance decides the values: type and shape are all there is to compare
      }
      if (!difference.isEmpty()) {
        return e.getKey() + " " + difference;
      }
    }
    return "";
  }

  private static boolean isRandom(TfGraph graph) {
    return graph.operatorCounts().keySet().stream()
        .anyMatch(op -> op.contains("Random") || op.equals("Multinomial"));
  }

  /** Why a model was refused, in the words of the documentation. */
  private static String reason(String message) {
    if (message.matches("(?s).*(type (sequence|optional)|Sequence|Optional).*")) {
      return "sequence or optional";
    }
    return message.contains("type that TensorFlow") ? "type that TensorFlow lacks" : "not done";
  }

  private void report(int count) throws IOException {
    StringBuilder out = new StringBuilder();
    out.append("| operator cases of ONNX 1.22 | number |\n| --- | --- |\n");
    out.append("| all | ").append(count).append(" |\n");
    out.append("| same results in TensorFlow | ").append(passed.size()).append(" |\n");
    refused.forEach(
        (why, cases) ->
            out.append("| refused: ")
                .append(why)
                .append(" | ")
                .append(cases.size())
                .append(" |\n"));
    out.append("| wrong | ").append(wrong.size()).append(" |\n");
    System.out.print(out);
    String file = System.getProperty("betavae.report");
    if (file != null) {
      refused.forEach(
          (why, all) -> all.forEach(r -> out.append("refused ").append(r).append('\n')));
      wrong.forEach(w -> out.append("wrong ").append(w).append('\n'));
      passed.forEach(p -> out.append("passed ").append(p).append('\n'));
      Files.writeString(Path.of(file), out.toString());
    }
  }
}
