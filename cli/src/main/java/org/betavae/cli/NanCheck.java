package org.betavae.cli;

import org.betavae.export.Tensor;

/** Two models whose outputs are not numbers do not agree, even if both say NaN. */
final class NanCheck {
  private NanCheck() {}

  /**
   * Checks both models' values of one output.
   *
   * @param what the models, for the message
   * @throws CommandException with how many values are NaN, if any is
   */
  static void require(String what, String output, Tensor tensorFlow, Tensor onnx) {
    long ofTensorFlow = count(tensorFlow);
    long ofOnnx = count(onnx);
    if (ofTensorFlow + ofOnnx > 0) {
      throw CommandException.failed(
          what
              + ": output "
              + output
              + " holds "
              + ofTensorFlow
              + " values that are NaN in TensorFlow and "
              + ofOnnx
              + " in ONNX Runtime, of "
              + tensorFlow.size()
              + ", expected numbers, since NaN cannot be compared. Check the inputs and the"
              + " weights.",
          null);
    }
  }

  private static long count(Tensor values) {
    long count = 0;
    for (int i = 0; i < values.size(); i++) {
      if (Double.isNaN(values.doubleAt(i))) {
        count++;
      }
    }
    return count;
  }
}
