package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.betavae.data.NpyReader;
import org.junit.jupiter.api.DynamicTest;

/**
 * The reference's files, and what was compared with them: the largest error of each value as a
 * share of the tolerance that the reference suggests.
 */
final class Reference {
  private static final Path FOLDER =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "metrics");

  private final JsonNode root;
  private final String subject;
  private final Map<String, Double> errors = new TreeMap<>();
  private int ran;

  private Reference(JsonNode root, String subject) {
    this.root = root;
    this.subject = subject;
  }

  /** Reads the expected values; the test is skipped where there are none. */
  static Reference open(String subject) throws IOException {
    Path file = FOLDER.resolve("expected.json");
    assumeTrue(Files.exists(file), "no reference data at " + FOLDER);
    return new Reference(new ObjectMapper().readTree(file.toFile()), subject);
  }

  /** One set of codes and factors. */
  record Case(String name, JsonNode expected, LabelledCodes all) {
    LabelledCodes train() {
      return all.part(0, expected.get("n_train").asInt());
    }

    LabelledCodes test() {
      return all.part(expected.get("n_train").asInt(), all.points());
    }
  }

  JsonNode root() {
    return root;
  }

  /** A test for every case there is. */
  Stream<DynamicTest> cases(Consumer<Case> check) {
    List<Map.Entry<String, JsonNode>> cases = List.copyOf(root.get("cases").properties());
    assertTrue(!cases.isEmpty(), "no cases in " + FOLDER);
    return cases.stream().map(c -> test(c.getKey(), () -> check.accept(read(c))));
  }

  /** A test of anything else in the file. */
  DynamicTest test(String name, Runnable check) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          check.run();
          ran++;
        });
  }

  /** For the end of a class: how much was compared. */
  void report() {
    System.out.println(
        subject + ": " + ran + " cases ran; largest errors by their tolerances " + errors);
  }

  private static Case read(Map.Entry<String, JsonNode> entry) {
    JsonNode expected = entry.getValue();
    return new Case(
        entry.getKey(),
        expected,
        new LabelledCodes(
            codes(expected.get("codes").asText()), factors(expected.get("factors").asText())));
  }

  static Codes codes(String file) {
    try (NpyReader npy = NpyReader.open(FOLDER.resolve(file))) {
      return Codes.of(npy.toFloats(), npy.shape()[0], npy.shape()[1]);
    }
  }

  static FactorClasses factors(String file) {
    int[] values = ints(file);
    try (NpyReader npy = NpyReader.open(FOLDER.resolve(file))) {
      return FactorClasses.of(values, npy.shape()[0], npy.shape()[1]);
    }
  }

  static int[] ints(String file) {
    try (NpyReader npy = NpyReader.open(FOLDER.resolve(file))) {
      return Arrays.stream(npy.toLongs()).mapToInt(Math::toIntExact).toArray();
    }
  }

  /** The tolerance that the reference suggests for a value. */
  double tolerance(String name) {
    JsonNode tolerance = root.get("suggested_tolerances").get(name);
    assertTrue(tolerance != null, "no tolerance for " + name);
    return tolerance.asDouble();
  }

  /** Compares a number; null stands for one that does not exist. */
  void near(String toleranceName, JsonNode expected, double got) {
    near(toleranceName, expected, List.of(got));
  }

  void near(String toleranceName, JsonNode expected, Matrix got) {
    near(toleranceName, expected, Arrays.stream(got.toArray()).boxed().toList());
  }

  /** Compares numbers in nested arrays, in their order. */
  void near(String toleranceName, JsonNode expected, List<Double> got) {
    double tolerance = tolerance(toleranceName);
    List<JsonNode> wanted = new ArrayList<>();
    collect(expected, wanted);
    assertEquals(wanted.size(), got.size(), toleranceName);
    for (int i = 0; i < wanted.size(); i++) {
      String place = toleranceName + " [" + i + "]";
      if (wanted.get(i).isNull()) {
        assertTrue(!Double.isFinite(got.get(i)), place + " is " + got.get(i) + ", expected none");
      } else {
        double value = wanted.get(i).asDouble();
        double error = Math.abs(value - got.get(i)) / Math.max(tolerance, Double.MIN_NORMAL);
        errors.merge(toleranceName, error, Math::max);
        assertEquals(value, got.get(i), tolerance, place);
      }
    }
  }

  private static void collect(JsonNode node, List<JsonNode> into) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, into));
    } else {
      into.add(node);
    }
  }
}
