package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ConvertOptions;
import org.betavae.export.tf.TfNode;

/** Converts the nodes of some TensorFlow operators to ONNX nodes. Converters hold no state. */
interface OpConverter {
  /** The TensorFlow operators, as in its registry. */
  Set<String> tfOps();

  /**
   * What of an operator is refused with a message, in a few words for the documentation; empty if
   * nothing is.
   */
  default String notCovered(String tfOp) {
    return "";
  }

  /** The lowest version of ONNX's operator set that can express an operator. */
  default int opsetFrom(String tfOp) {
    return ConvertOptions.MIN_OPSET;
  }

  /**
   * Adds the ONNX nodes of one TensorFlow node and binds its outputs.
   *
   * @throws org.betavae.export.ConversionException if the node's attributes or inputs cannot be
   *     expressed; the message names the node
   */
  void convert(TfNode node, Emitter out);
}
