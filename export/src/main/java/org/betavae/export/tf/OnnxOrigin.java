package org.betavae.export.tf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an ONNX model says and TensorFlow has no place for, kept so that the model can become an
 * ONNX file again that says it, too.
 *
 * @param opset version of the standard operator set
 * @param graphName name of the graph in the file
 * @param inputs dimensions of the inputs, in the file's order: a number, a name, or empty where the
 *     file says neither; an empty list where it has no shape
 * @param outputs in the file's order
 * @param metadata the file's {@code metadata_props}
 * @param weights names of initializers by those of their variables, where TensorFlow does not allow
 *     the same
 * @param kept nodes that became several of the graph
 */
public record OnnxOrigin(
    int opset,
    String graphName,
    Map<String, List<String>> inputs,
    List<String> outputs,
    Map<String, String> metadata,
    Map<String, String> weights,
    List<KeptNode> kept) {
  /** An origin none of whose nodes are kept. */
  public OnnxOrigin(
      int opset,
      String graphName,
      Map<String, List<String>> inputs,
      List<String> outputs,
      Map<String, String> metadata,
      Map<String, String> weights) {
    this(opset, graphName, inputs, outputs, metadata, weights, List.of());
  }

  /** Copies the collections. */
  public OnnxOrigin {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = List.copyOf(outputs);
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    kept = List.copyOf(kept);
    weights = Collections.unmodifiableMap(new TreeMap<>(weights));
  }
}
