package org.betavae.export;

import java.util.SortedSet;
import org.betavae.export.totf.GraphImporter;

/** Converts ONNX models to TensorFlow. */
public final class OnnxToTf {
  private OnnxToTf() {}

  /**
   * Converts a model. Floating point initializers become trainable variables of the same name, the
   * running statistics of a batch norm other variables; inputs and outputs keep their names.
   * Convolutions are computed channels last. The same model and options give the same graph.
   *
   * @throws ConversionException if an operator has no importer or a node a form that TensorFlow
   *     cannot compute; the message lists every one
   * @throws IllegalArgumentException if the options name an input or output that the model does not
   *     have
   */
  public static TfModel convert(OnnxModel model, ImportOptions options) {
    return TfModel.ofGraph(GraphImporter.convert(model.proto(), options));
  }

  /** The ONNX operators that can be converted, those of other domains as {@code domain:Name}. */
  public static SortedSet<String> supportedOperators() {
    return GraphImporter.supportedOperators();
  }
}
