package org.betavae.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxWriter;
import org.betavae.export.toonnx.GraphConverter;

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
    List<String> notes = new ArrayList<>();
    OnnxGraph graph = GraphConverter.convert(model.graph(), options, notes);
    ModelProto proto =
        OnnxWriter.write(graph, options.graphName(), Producer.NAME, Producer.version());
    return new OnnxModel(proto, notes).withMetadata(options.metadata());
  }

  /** The TensorFlow operators that can be converted, as in TensorFlow's registry. */
  public static SortedSet<String> supportedOperators() {
    return GraphConverter.supportedOperators();
  }
}
