package org.betavae.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxWriter;
import org.betavae.export.tf.OnnxOrigin;
import org.betavae.export.toonnx.GraphConverter;

/** Converts TensorFlow models to ONNX. */
public final class TfToOnnx {
  private static final String DEFAULT_NAME = ConvertOptions.defaults().graphName();

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
    OnnxOrigin origin = model.graph().origin();
    ConvertOptions full =
        options.opset() == ConvertOptions.SAME_OPSET
            ? options.withOpset(opset(origin, notes))
            : options;
    OnnxGraph graph = GraphConverter.convert(model.graph(), full, notes);
    boolean named = origin != null && options.graphName().equals(DEFAULT_NAME);
    String name = named && !origin.graphName().isBlank() ? origin.graphName() : options.graphName();
    ModelProto proto = OnnxWriter.write(graph, name, Producer.NAME, Producer.version());
    return new OnnxModel(proto, notes)
        .withMetadata(origin == null ? Map.of() : origin.metadata())
        .withMetadata(options.metadata());
  }

  private static int opset(OnnxOrigin origin, List<String> notes) {
    if (origin == null) {
      return ConvertOptions.DEFAULT_OPSET;
    }
    int nearest =
        Math.max(ConvertOptions.MIN_OPSET, Math.min(ConvertOptions.MAX_OPSET, origin.opset()));
    if (nearest != origin.opset()) {
      notes.add(
          "The model had operator set "
              + origin.opset()
              + " before it was imported; "
              + nearest
              + " is the nearest that can be written.");
    }
    return nearest;
  }

  /** The TensorFlow operators that can be converted, as in TensorFlow's registry. */
  public static SortedSet<String> supportedOperators() {
    return GraphConverter.supportedOperators();
  }
}
