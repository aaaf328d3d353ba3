package org.betavae.export;

/** Converts TensorFlow models to ONNX. */
public final class TfToOnnx {
  private TfToOnnx() {}

  /**
   * Converts a model. The same model and options give the same bytes.
   *
   * @throws ConversionException if an operator has no converter; the message lists every one
   * @throws IllegalArgumentException if the options name an input or output that the model does not
   *     have
   */
  public static OnnxModel convert(TfModel model, ConvertOptions options) {
    return NotYet.value(OnnxModel.class);
  }
}
