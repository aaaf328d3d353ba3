package org.betavae.export.totf;

import java.util.Set;

/** Imports nodes of some ONNX operators. */
interface OpImporter {
  /** The operators, those of other domains than ONNX's own as {@code domain:Name}. */
  Set<String> onnxOps();

  /**
   * Adds nodes that compute the same and binds their results.
   *
   * @param n the node
   * @param out the values it reads and the graph to add to
   * @throws org.betavae.export.ConversionException if the node has a form that TensorFlow cannot
   *     compute
   */
  void convert(OnnxOp n, TfEmitter out);
}
