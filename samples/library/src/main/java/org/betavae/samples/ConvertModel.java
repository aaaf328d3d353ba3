package org.betavae.samples;

import java.nio.file.Path;
import org.betavae.export.ConvertOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;

/** Converts a TensorFlow SavedModel to an ONNX file, without Python or TensorFlow. */
public final class ConvertModel {
  private ConvertModel() {}

  /**
   * Converts, and prints the inputs and outputs of the result.
   *
   * @param args the folder of the SavedModel, and the file to write
   */
  public static void main(String[] args) {
    TfModel model = TfModel.ofSavedModel(Path.of(args[0]));
    OnnxModel onnx = TfToOnnx.convert(model, ConvertOptions.defaults());
    onnx.write(Path.of(args[1]));

    onnx.inputs().forEach(i -> System.out.println("input " + i.name() + " " + i.shapeText()));
    onnx.outputs().forEach(o -> System.out.println("output " + o.name() + " " + o.shapeText()));
  }
}
