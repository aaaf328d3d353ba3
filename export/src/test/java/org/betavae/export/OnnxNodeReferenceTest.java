package org.betavae.export;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  /** Stands before a number that follows from the names of the cases. */
  private static final String SET = "Set of cases: `";

  private final OnnxNodeResults results = new OnnxNodeResults();

  @Test
  void operatorCases_giveTheirResults_orAreRefusedWithAReason() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "no operator cases in " + FOLDER);
    String only = System.getProperty("betavae.case", "");
    List<Path> folders =
        OnnxCase.folders(FOLDER).stream().filter(f -> f.toString().contains(only)).toList();
    for (Path folder : folders) {
      run(folder);
    }
    System.out.print(results.tables());
    assertTrue(results.wrong().isEmpty(), () -> String.join("\n", results.wrong()));
    if (only.isEmpty()) {
      double share = results.share();
      assertTrue(share >= LEAST_SHARE, () -> "only " + share + " of the cases pass");
      checkPage(folders);
    }
  }

  /** The page tells of one set of cases; other sets are run all the same. */
  private void checkPage(List<Path> folders) throws IOException {
    String names = folders.stream().map(f -> f.getFileName().toString()).collect(joining("\n"));
    String set = String.format("%08x", names.hashCode());
    boolean writes = "write".equals(System.getProperty("betavae.docs"));
    if (writes || DocsPage.text().contains(SET + set)) {
      String tables = results.tables() + "\n" + SET + set + "`.\n";
      DocsPage.check("onnx-node", tables, OnnxNodeReferenceTest.class);
    }
  }

  private void run(Path folder) throws IOException {
    OnnxCase c = OnnxCase.read(folder);
    TfModel model;
    try {
      model = OnnxToTf.convert(OnnxModel.read(c.model()), ImportOptions.defaults());
    } catch (ConversionException e) {
      results.refused(c, e.getMessage());
      return;
    } catch (RuntimeException e) {
      results.wrong(c, "the importer failed: " + e + " at " + place(e));
      return;
    }
    try {
      String difference = compare(c, model.graph());
      if (difference.isEmpty()) {
        results.passed(c);
      } else {
        results.wrong(c, difference);
      }
    } catch (RuntimeException e) {
      results.wrong(c, e.toString());
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
}
