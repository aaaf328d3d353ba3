package org.betavae.export.totf;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.tensorflow.proto.AttrValue;

/**
 * Element types that TensorFlow's kernels for processors take. Where one lacks a type, the operator
 * is computed in a type that holds all of its numbers.
 *
 * <p>From {@code tf-kernels.txt}, which {@code KernelsTest} writes from TensorFlow's own list.
 */
final class Kernels {
  /** Resource beside this class; it lists the attributes that do not take every number alone. */
  static final String FILE = "tf-kernels.txt";

  /** Results whose lowest 64 bits do not depend on whether the numbers have a sign. */
  private static final Set<String> MODULAR =
      Set.of(
          "MatMul",
          "BatchMatMul",
          "BatchMatMulV2",
          "BatchMatMulV3",
          "Pow",
          "Neg",
          "Square",
          "UnsortedSegmentSum",
          "UnsortedSegmentProd");

  private static final Map<String, Map<String, Set<Integer>>> TYPES = read();

  private Kernels() {}

  private static Map<String, Map<String, Set<Integer>>> read() {
    Map<String, Map<String, Set<Integer>>> all = new HashMap<>();
    try (InputStream in = Kernels.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ", -1);
          Set<Integer> types = new HashSet<>();
          for (int i = 2; i < words.length; i++) {
            types.add(Integer.parseInt(words[i]));
          }
          all.computeIfAbsent(words[0], k -> new HashMap<>()).put(words[1], types);
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the resource " + FILE + ": " + e, e);
    }
  }

  /**
   * The types to compute in instead, by the attributes that hold them.
   *
   * @return empty if there is a kernel
   * @throws org.betavae.export.ConversionException if there is none for any type that would do
   */
  static Map<String, ElementType> instead(
      String op, Map<String, AttrValue> attributes, NodeEmitter out) {
    Map<String, ElementType> instead = new HashMap<>();
    TYPES
        .getOrDefault(op, Map.of())
        .forEach(
            (attribute, types) -> {
              AttrValue set = attributes.get(attribute);
              ElementType type = set == null ? null : ElementType.ofTf(set.getTypeValue());
              if (type == null || types.contains(type.tfNumber()) || !isNumber(type)) {
                return;
              }
              instead.put(
                  attribute,
                  candidates(op, type).stream()
                      .filter(t -> types.contains(t.tfNumber()))
                      .findFirst()
                      .orElseThrow(
                          () ->
                              out.fail(
                                  "TensorFlow's " + op + " has no kernel for " + type.numpyName(),
                                  "expected another type that TensorFlow computes with")));
            });
    return instead;
  }

  private static boolean isNumber(ElementType type) {
    return type.isFloat() || type.isInteger();
  }

  /** Types that hold every number of a type, the narrowest first. */
  private static List<ElementType> candidates(String op, ElementType type) {
    return switch (type) {
      case INT8 ->
          List.of(ElementType.INT16, ElementType.INT32, ElementType.INT64, ElementType.FLOAT32);
      case UINT8 ->
          List.of(ElementType.INT16, ElementType.INT32, ElementType.INT64, ElementType.FLOAT32);
      case INT16, UINT16 -> List.of(ElementType.INT32, ElementType.INT64, ElementType.FLOAT32);
      case INT32, UINT32 -> List.of(ElementType.INT64, ElementType.FLOAT64);
      case FLOAT16, BFLOAT16 -> List.of(ElementType.FLOAT32);
      case FLOAT32 -> List.of(ElementType.FLOAT64);
      case UINT64 -> MODULAR.contains(op) ? List.of(ElementType.INT64) : List.of();
      default -> List.of();
    };
  }
}
