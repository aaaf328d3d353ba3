package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.tf.TfNode;

/** Converts the nodes of some TensorFlow operators to ONNX nodes. Converters hold no state. */
interface OpConverter {
  /** The TensorFlow operators, as in its registry. */
  Set<String> tfOps();

  /**
   * Adds the ONNX nodes of one TensorFlow node and binds its outputs.
   *
   * @throws org.betavae.export.ConversionException if the node's attributes or inputs cannot be
   *     expressed; the message names the node
   */
  void convert(TfNode node, Emitter out);
}
