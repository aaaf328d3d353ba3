package org.betavae.export;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Settings of one import of an ONNX model; change them with the {@code with} methods.
 *
 * @param inputsAsNhwc image inputs, by their ONNX names, that the TensorFlow graph takes channels
 *     last: {@code [N,C,H,W]} becomes {@code [N,H,W,C]}
 * @param outputsAsNhwc image outputs, by their ONNX names, that the TensorFlow graph gives channels
 *     last
 * @param inputShapes shapes of inputs, by their ONNX names, -1 for a free dimension: where the
 *     model leaves one open that an importer must know, or to fix the batch
 * @param longestUnrolled loops and recurrent layers of a known number of steps up to this are
 *     unrolled, since TensorFlow Java has no gradient of its loops
 */
public record ImportOptions(
    Set<String> inputsAsNhwc,
    Set<String> outputsAsNhwc,
    Map<String, List<Long>> inputShapes,
    int longestUnrolled) {
  /** Unrolled graphs of more steps take longer to build than they save. */
  public static final int DEFAULT_LONGEST_UNROLLED = 32;

  /** Checks the number and copies the collections. */
  public ImportOptions {
    if (longestUnrolled < 0) {
      throw new IllegalArgumentException(
          "longestUnrolled is "
              + longestUnrolled
              + ", expected 0 or more. Use 0 to unroll nothing.");
    }
    inputsAsNhwc = Collections.unmodifiableSet(new TreeSet<>(inputsAsNhwc));
    outputsAsNhwc = Collections.unmodifiableSet(new TreeSet<>(outputsAsNhwc));
    inputShapes = Collections.unmodifiableMap(new TreeMap<>(inputShapes));
  }

  /** Layouts and shapes as in the ONNX model. */
  public static ImportOptions defaults() {
    return new ImportOptions(Set.of(), Set.of(), Map.of(), DEFAULT_LONGEST_UNROLLED);
  }

  /** The same with these inputs taken channels last. */
  public ImportOptions withInputsAsNhwc(Set<String> names) {
    return new ImportOptions(names, outputsAsNhwc, inputShapes, longestUnrolled);
  }

  /** The same with these outputs given channels last. */
  public ImportOptions withOutputsAsNhwc(Set<String> names) {
    return new ImportOptions(inputsAsNhwc, names, inputShapes, longestUnrolled);
  }

  /** The same with these shapes of inputs. */
  public ImportOptions withInputShapes(Map<String, List<Long>> shapes) {
    return new ImportOptions(inputsAsNhwc, outputsAsNhwc, shapes, longestUnrolled);
  }

  /** The same with another limit of steps to unroll. */
  public ImportOptions withLongestUnrolled(int steps) {
    return new ImportOptions(inputsAsNhwc, outputsAsNhwc, inputShapes, steps);
  }
}
