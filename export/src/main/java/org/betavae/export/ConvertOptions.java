package org.betavae.export;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Settings of one conversion; change them with the {@code with} methods.
 *
 * @param opset version of ONNX's standard operator set, {@value #MIN_OPSET} to {@value #MAX_OPSET},
 *     or {@value #SAME_OPSET} for that of the ONNX model that the TensorFlow model was imported
 *     from (the nearest that can be written), {@value #DEFAULT_OPSET} for any other
 * @param inputsAsNchw inputs, by their TensorFlow names, that the ONNX model takes channels first:
 *     {@code [N,H,W,C]} becomes {@code [N,C,H,W]}
 * @param outputsAsNchw outputs, by their TensorFlow names, that the ONNX model gives channels first
 * @param inputShapes shapes of inputs, by their TensorFlow names, -1 for a free dimension: where
 *     the model leaves one open that a converter must know, or to fix the batch
 * @param rename ONNX names of inputs and outputs, by their TensorFlow names; those not listed keep
 *     their name
 * @param metadata facts to store in the file's {@code metadata_props}, beside those of the ONNX
 *     model that the TensorFlow model was imported from
 * @param graphName name of the graph inside the file
 * @param precision floating point type of weights and computation
 */
public record ConvertOptions(
    int opset,
    Set<String> inputsAsNchw,
    Set<String> outputsAsNchw,
    Map<String, List<Long>> inputShapes,
    Map<String, String> rename,
    Map<String, String> metadata,
    String graphName,
    Precision precision) {
  /** Lowest operator set that can be written. */
  public static final int MIN_OPSET = 13;

  /** Highest operator set that can be written. */
  public static final int MAX_OPSET = 21;

  /** The operator set that the model had before it was imported. */
  public static final int SAME_OPSET = 0;

  /** Operator set of the design: read by every ONNX Runtime since 1.13 (2022). */
  public static final int DEFAULT_OPSET = 17;

  /** Checks the operator set and copies the collections. */
  public ConvertOptions {
    if (opset != SAME_OPSET && (opset < MIN_OPSET || opset > MAX_OPSET)) {
      throw new IllegalArgumentException(
          "opset is "
              + opset
              + ", expected "
              + MIN_OPSET
              + " to "
              + MAX_OPSET
              + ". Use "
              + DEFAULT_OPSET
              + " unless the runtime is older.");
    }
    if (graphName.isBlank()) {
      throw new IllegalArgumentException(
          "graphName is '"
              + graphName
              + "', expected a name. ONNX does not allow a graph without one; use \"model\".");
    }
    inputsAsNchw = Collections.unmodifiableSet(new TreeSet<>(inputsAsNchw));
    outputsAsNchw = Collections.unmodifiableSet(new TreeSet<>(outputsAsNchw));
    inputShapes = Collections.unmodifiableMap(new TreeMap<>(inputShapes));
    rename = Collections.unmodifiableMap(new TreeMap<>(rename));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Operator set {@value #DEFAULT_OPSET}, or that of the ONNX model that the TensorFlow model was
   * imported from; layouts, names, shapes and precision as in the TensorFlow model, no metadata
   * added.
   */
  public static ConvertOptions defaults() {
    return new ConvertOptions(
        SAME_OPSET, Set.of(), Set.of(), Map.of(), Map.of(), Map.of(), "model", Precision.FP32);
  }

  /** The same with another operator set. */
  public ConvertOptions withOpset(int value) {
    return new ConvertOptions(
        value, inputsAsNchw, outputsAsNchw, inputShapes, rename, metadata, graphName, precision);
  }

  /** The same with these inputs taken channels first. */
  public ConvertOptions withInputsAsNchw(Set<String> names) {
    return new ConvertOptions(
        opset, names, outputsAsNchw, inputShapes, rename, metadata, graphName, precision);
  }

  /** The same with these outputs given channels first. */
  public ConvertOptions withOutputsAsNchw(Set<String> names) {
    return new ConvertOptions(
        opset, inputsAsNchw, names, inputShapes, rename, metadata, graphName, precision);
  }

  /** The same with these shapes of inputs by TensorFlow name. */
  public ConvertOptions withInputShapes(Map<String, List<Long>> shapes) {
    return new ConvertOptions(
        opset, inputsAsNchw, outputsAsNchw, shapes, rename, metadata, graphName, precision);
  }

  /** The same with these ONNX names by TensorFlow name. */
  public ConvertOptions withRename(Map<String, String> names) {
    return new ConvertOptions(
        opset, inputsAsNchw, outputsAsNchw, inputShapes, names, metadata, graphName, precision);
  }

  /** The same with these facts in the file's {@code metadata_props}. */
  public ConvertOptions withMetadata(Map<String, String> facts) {
    return new ConvertOptions(
        opset, inputsAsNchw, outputsAsNchw, inputShapes, rename, facts, graphName, precision);
  }

  /** The same with another name for the graph. */
  public ConvertOptions withGraphName(String name) {
    return new ConvertOptions(
        opset, inputsAsNchw, outputsAsNchw, inputShapes, rename, metadata, name, precision);
  }

  /** The same with weights and computation in another floating point type. */
  public ConvertOptions withPrecision(Precision value) {
    return new ConvertOptions(
        opset, inputsAsNchw, outputsAsNchw, inputShapes, rename, metadata, graphName, value);
  }
}
