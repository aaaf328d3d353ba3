package org.betavae.export;

import java.nio.file.Path;
import java.util.List;
import org.betavae.export.tf.GraphDefReader;
import org.betavae.export.tf.SavedModelReader;
import org.betavae.export.tf.TfGraph;

/**
 * A TensorFlow model read into plain Java: the graph that its outputs need, with its weights.
 *
 * <p>Immutable. Files are read whole and closed before a method returns, but for weights of several
 * hundred megabytes: those are mapped into memory and must not change while the model is in use.
 */
public final class TfModel {
  private final TfGraph graph;

  private TfModel(TfGraph graph) {
    this.graph = graph;
  }

  /**
   * Reads a SavedModel, signature {@code serving_default}, or its only one when it has no such
   * signature.
   *
   * @throws ConversionException if the folder holds no readable SavedModel or the signature is not
   *     clear
   */
  public static TfModel ofSavedModel(Path folder) {
    SavedModelReader reader = SavedModelReader.open(folder);
    return new TfModel(reader.graph(reader.defaultSignature()));
  }

  /**
   * Reads one signature of a SavedModel.
   *
   * @throws ConversionException if the folder holds no readable SavedModel or no such signature
   */
  public static TfModel ofSavedModel(Path folder, String signature) {
    return new TfModel(SavedModelReader.open(folder).graph(signature));
  }

  /**
   * Reads a frozen {@code GraphDef}, in protobuf's text format if the name ends in .pbtxt.
   *
   * @param inputs tensors to feed: {@code "node"}, {@code "node:0"}, or with a name to use from
   *     then on, {@code "name=node:0"}
   * @param outputs tensors to fetch, named in the same ways
   * @throws ConversionException if the file is no graph or lacks one of the tensors
   */
  public static TfModel ofGraphDef(Path file, List<String> inputs, List<String> outputs) {
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException(
          "outputs are "
              + outputs
              + ", expected at least one tensor to fetch. Name the graph's result.");
    }
    return new TfModel(GraphDefReader.read(file, inputs, outputs));
  }

  /**
   * What the inputs and outputs of a frozen {@code GraphDef} probably are: its placeholders, and
   * what no other node reads. The signature has no name.
   *
   * @throws ConversionException if the file is no graph
   */
  public static TfSignature graphDefEnds(Path file) {
    return GraphDefReader.ends(file);
  }

  /**
   * Lists the signatures of a SavedModel without reading its weights.
   *
   * @throws ConversionException if the folder holds no readable SavedModel
   */
  public static List<TfSignature> signatures(Path folder) {
    SavedModelReader reader = SavedModelReader.open(folder);
    return reader.signatures().stream()
        .map(
            s ->
                new TfSignature(
                    s,
                    reader.inputs(s),
                    reader.outputs(s),
                    reader.graph(s, false).operatorCounts()))
        .toList();
  }

  /** The inputs: of a SavedModel in the order of their names, of a graph as they were given. */
  public List<TensorSpec> inputs() {
    return graph.inputs().stream().map(TfGraph.Input::spec).toList();
  }

  /** The outputs, in the same order as the inputs. */
  public List<TensorSpec> outputs() {
    return graph.outputs().stream().map(TfGraph.Output::spec).toList();
  }

  /** A model of a graph that a program put together. */
  public static TfModel ofGraph(TfGraph graph) {
    return new TfModel(graph);
  }

  /** The graph between the inputs and the outputs. */
  public TfGraph graph() {
    return graph;
  }
}
