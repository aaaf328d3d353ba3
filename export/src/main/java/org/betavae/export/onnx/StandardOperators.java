package org.betavae.export.onnx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The operators of ONNX's own domain in all their versions.
 *
 * <p>From {@code standard-operators.txt}, which {@code
 * export/src/main/python/standard_operators.py} writes from the package onnx.
 */
final class StandardOperators {
  /** The most inputs or outputs of an operator that takes any number. */
  static final int ANY = Integer.MAX_VALUE;

  /**
   * One version of an operator.
   *
   * @param name operator
   * @param since the operator set that brought this version
   * @param deprecated whether the operator was taken out with it; nothing else is known then
   * @param inputs least and most inputs
   * @param outputs least and most outputs
   * @param attributes type by name, such as {@code INTS}
   * @param required names of the attributes that have to be given
   */
  record Version(
      String name,
      int since,
      boolean deprecated,
      Range inputs,
      Range outputs,
      Map<String, String> attributes,
      List<String> required) {}

  /** From least to most. */
  record Range(int least, int most) {
    boolean holds(int n) {
      return n >= least && n <= most;
    }

    @Override
    public String toString() {
      return most == ANY ? least + " or more" : least == most ? "" + least : least + " to " + most;
    }
  }

  private static final String FILE = "standard-operators.txt";
  private static final Map<String, NavigableMap<Integer, Version>> BY_NAME = new HashMap<>();
  private static final int NEWEST = read();

  private StandardOperators() {}

  /** The newest operator set that the table knows. */
  static int newest() {
    return NEWEST;
  }

  /** All versions of an operator by operator set; empty if there never was one of that name. */
  static NavigableMap<Integer, Version> versions(String name) {
    return BY_NAME.getOrDefault(name, new TreeMap<>());
  }

  private static int read() {
    int newest = 0;
    try (InputStream in = StandardOperators.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        List<String> words = List.of(line.split(" ", -1));
        if (words.get(0).equals("opset")) {
          newest = Integer.parseInt(words.get(1));
        } else if (!words.get(0).equals("#")) {
          Version version = version(words);
          BY_NAME
              .computeIfAbsent(version.name, name -> new TreeMap<>())
              .put(version.since, version);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + FILE + " beside the classes: " + e, e);
    }
    return newest;
  }

  private static Version version(List<String> words) {
    int since = Integer.parseInt(words.get(1));
    if (words.get(2).equals("deprecated")) {
      Range any = new Range(0, ANY);
      return new Version(words.get(0), since, true, any, any, Map.of(), List.of());
    }
    Map<String, String> attributes = new TreeMap<>();
    for (String word : words.subList(4, words.size())) {
      int colon = word.indexOf(':');
      attributes.put(word.substring(0, colon), word.substring(colon + 1).replace("!", ""));
    }
    List<String> required =
        words.subList(4, words.size()).stream()
            .filter(word -> word.endsWith("!"))
            .map(word -> word.substring(0, word.indexOf(':')))
            .toList();
    return new Version(
        words.get(0), since, false, range(words.get(2)), range(words.get(3)), attributes, required);
  }

  private static Range range(String text) {
    int dots = text.indexOf("..");
    String most = text.substring(dots + 2);
    return new Range(
        Integer.parseInt(text.substring(0, dots)), most.equals("*") ? ANY : Integer.parseInt(most));
  }
}
