package org.betavae.export.tf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.SavedModel;

/**
 * Carries what an imported graph keeps of its ONNX file over to a SavedModel that another program
 * wrote of it, such as TensorFlow after training.
 */
public final class OriginNote {
  /** Our own facts, which a trained model has anew. */
  private static final String FACTS = "betavae.";

  private OriginNote() {}

  /**
   * Notes it in the SavedModel; nothing where the graph was no ONNX model. Whoever reads the
   * SavedModel passes the note by unless inputs and outputs have the same names.
   *
   * @param graph as it was imported
   * @param folder of a SavedModel with its graph in {@code saved_model.pb}
   */
  public static void write(TfGraph graph, Path folder) {
    if (graph.origin() == null) {
      return;
    }
    Path file = folder.resolve("saved_model.pb");
    try {
      SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
      model
          .getMetaGraphsBuilderList()
          .forEach(
              meta ->
                  meta.getMetaInfoDefBuilder()
                      .setAnyInfo(OriginCodec.write(withoutFacts(graph.origin()))));
      Files.write(file, model.build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot note the origin in " + file + ": " + e, e);
    }
  }

  private static OnnxOrigin withoutFacts(OnnxOrigin origin) {
    Map<String, String> metadata = new TreeMap<>(origin.metadata());
    metadata.keySet().removeIf(key -> key.startsWith(FACTS));
    return new OnnxOrigin(
        origin.opset(),
        origin.graphName(),
        origin.inputs(),
        origin.outputs(),
        metadata,
        origin.weights());
  }
}
