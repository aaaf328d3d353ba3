package org.betavae.export;

import java.nio.file.Path;
import java.util.List;

/**
 * A TensorFlow model read into plain Java: the graph that its outputs need, with its weights.
 *
 * <p>Immutable; files are read whole and closed before a method returns.
 */
public final class TfModel {
  private TfModel() {}

  /**
   * Reads a SavedModel, signature {@code serving_default}, or its only one when it has no such
   * signature.
   *
   * @throws ConversionException if the folder holds no readable SavedModel or the signature is not
   *     clear
   */
  public static TfModel ofSavedModel(Path folder) {
    return NotYet.value(TfModel.class);
  }

  /**
   * Reads one signature of a SavedModel.
   *
   * @throws ConversionException if the folder holds no readable SavedModel or no such signature
   */
  public static TfModel ofSavedModel(Path folder, String signature) {
    return NotYet.value(TfModel.class);
  }

  /**
   * Reads a frozen {@code GraphDef}.
   *
   * @param inputs names of tensors to feed, {@code "node"} or {@code "node:0"}
   * @param outputs names of tensors to fetch
   * @throws ConversionException if the file is no graph or lacks one of the tensors
   */
  public static TfModel ofGraphDef(Path file, List<String> inputs, List<String> outputs) {
    return NotYet.value(TfModel.class);
  }

  /**
   * Lists the signatures of a SavedModel without reading its weights.
   *
   * @throws ConversionException if the folder holds no readable SavedModel
   */
  public static List<TfSignature> signatures(Path folder) {
    return List.of();
  }

  /** The inputs, in the order of their names. */
  public List<TensorSpec> inputs() {
    return List.of();
  }

  /** The outputs, in the order of their names. */
  public List<TensorSpec> outputs() {
    return List.of();
  }
}
