/**
 * TensorFlow models to ONNX files in pure Java: no TensorFlow runtime and no ONNX Runtime is
 * loaded.
 *
 * <p>The usual call:
 *
 * <pre>{@code
 * TfModel model = TfModel.ofSavedModel(Path.of("saved_model/encoder"));
 * OnnxModel onnx = TfToOnnx.convert(model, ConvertOptions.defaults().withInputsAsNchw(Set.of("x")));
 * onnx.write(Path.of("encoder.onnx"));
 * }</pre>
 */
package org.betavae.export;
