package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads the reference's files and compares with them by the reference's own measure. */
final class Reference {
  /** Largest error over max(1, largest value): half of what the reference allows float32. */
  static final double FLOAT32 = 1e-5;

  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "objectives");

  private Reference() {}

  /** One file. */
  record Case(String file, JsonNode root) {
    JsonNode input(String name) {
      return root.path("inputs").path(name);
    }

    /** Adds inputs of a file to a formula, under their own names. */
    Formula inputs(Formula formula, String... names) {
      for (String name : names) {
        formula.with(name, floats(input(name)), shape(input(name)));
      }
      return formula;
    }
  }

  /** All files; the test is skipped where there are none. */
  static List<Case> cases() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "no reference data at " + FOLDER);
    try (Stream<Path> entries = Files.list(FOLDER)) {
      List<Path> files = entries.filter(p -> p.toString().endsWith(".json")).sorted().toList();
      assertTrue(!files.isEmpty(), "no cases in " + FOLDER);
      List<Case> cases = new ArrayList<>();
      for (Path file : files) {
        cases.add(
            new Case(file.getFileName().toString(), new ObjectMapper().readTree(file.toFile())));
      }
      return cases;
    }
  }

  /**
   * Compares a tensor, or a scalar, with what is expected.
   *
   * @return the error, largest difference over max(1, largest value)
   */
  static double near(String name, JsonNode expected, List<Float> got) {
    double[] wanted = doubles(expected);
    assertTrue(wanted.length > 0, name + " is not in the file");
    assertEquals(wanted.length, got.size(), name);
    double largest = 1;
    for (double w : wanted) {
      largest = Math.max(largest, Math.abs(w));
    }
    double error = 0;
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], got.get(i), FLOAT32 * largest, name + " [" + i + "]");
      error = Math.max(error, Math.abs(wanted[i] - got.get(i)) / largest);
    }
    return error;
  }

  static long[] shape(JsonNode array) {
    List<Long> dims = new ArrayList<>();
    for (JsonNode node = array; node.isArray(); node = node.get(0)) {
      dims.add((long) node.size());
    }
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  static float[] floats(JsonNode array) {
    double[] values = doubles(array);
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  static double[] doubles(JsonNode array) {
    List<Double> values = new ArrayList<>();
    collect(array, values);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void collect(JsonNode node, List<Double> into) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, into));
    } else {
      into.add(node.asDouble());
    }
  }
}
