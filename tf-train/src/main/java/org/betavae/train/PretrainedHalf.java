package org.betavae.train;

import java.nio.file.Path;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.OnnxToTf;
import org.betavae.export.TfModel;
import org.betavae.train.imported.ImportedGraph;

/**
 * An encoder or a decoder in a file of its own, or behind a signature.
 *
 * @param path the ONNX file, or the folder of the SavedModel
 * @param signature of the SavedModel; null for the usual one
 * @param role {@code encoder} or {@code decoder}
 * @param onnx the ONNX file, read; null for a SavedModel
 * @param model as TensorFlow graph
 */
record PretrainedHalf(Path path, String signature, String role, OnnxModel onnx, TfModel model) {
  /**
   * Gradients do not pass loops, so recurrent layers are unrolled as far as rows of usual pictures
   * go.
   */
  private static final int LONGEST_UNROLLED = 256;

  static PretrainedHalf ofOnnx(Path file, String role) {
    OnnxModel onnx = OnnxModel.read(file);
    ImportOptions options = ImportOptions.defaults().withLongestUnrolled(LONGEST_UNROLLED);
    return new PretrainedHalf(file, null, role, onnx, OnnxToTf.convert(onnx, options));
  }

  static PretrainedHalf ofSavedModel(Path folder, String signature, String role) {
    TfModel model =
        signature == null ? TfModel.ofSavedModel(folder) : TfModel.ofSavedModel(folder, signature);
    return new PretrainedHalf(folder, signature, role, null, model);
  }

  /** Whether channels come first: where it is from ONNX and nobody says otherwise. */
  boolean channelsFirst(String layout) {
    return layout == null ? onnx != null : layout.equals("nchw");
  }

  /** The graph. */
  ImportedGraph graph(String layout) {
    return new ImportedGraph(path.toString(), role, model.graph(), channelsFirst(layout));
  }

  /** Copies it into a folder under its usual name. */
  void keep(Path folder) {
    if (onnx != null) {
      onnx.write(folder.resolve(role + ".onnx"));
    } else if (signature == null) {
      PretrainedFiles.copy(path, folder.resolve(role));
    } else if (!PretrainedFiles.isSavedModel(folder.resolve("model"))) {
      PretrainedFiles.copy(path, folder.resolve("model"));
    }
  }
}
