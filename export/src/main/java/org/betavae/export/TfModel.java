package org.betavae.export;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.betavae.export.tf.GraphDefReader;
import org.betavae.export.tf.Randomness;
import org.betavae.export.tf.SavedModelReader;
import org.betavae.export.tf.SavedModelWriter;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.Trainability;

/**
 * A TensorFlow model read into plain Java: the graph that its outputs need, with its weights.
 *
 * <p>Immutable. Files are read whole and closed before a method returns, but for weights of several
 * hundred megabytes: those are mapped into memory and must not change while the model is in use.
 */
public final class TfModel {
  /** All that TensorFlow and Keras put into the folder of a SavedModel. */
  private static final Set<String> OWN =
      Set.of(
          "saved_model.pb",
          "saved_model.pbtxt",
          "variables",
          "assets",
          "assets.extra",
          "fingerprint.pb",
          "keras_metadata.pb");

  /** What becomes of the weights of a model that is written. */
  public enum Weights {
    /** Variables, which TensorFlow restores and trains. */
    VARIABLES,
    /** Constants of the graph, less than 2 GB in all. */
    CONSTANTS
  }

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

  /**
   * Writes a SavedModel with the signature {@code serving_default}, its variables real ones that
   * TensorFlow restores and trains. The folder appears whole or not at all; the same model gives
   * the same bytes. Weights are written one by one and may be larger than the memory.
   *
   * @param folder new or empty
   * @throws IllegalArgumentException as {@link #checkTarget} does
   * @throws ConversionException if the graph cannot be written
   * @throws java.io.UncheckedIOException if writing fails; the target is then as before
   */
  public void write(Path folder) {
    write(folder, ModelFolder.Existing.KEEP);
  }

  /** The same, and what to do with a folder that is there. */
  public void write(Path folder, ModelFolder.Existing existing) {
    write(folder, existing, Weights.VARIABLES);
  }

  /** The same, and what becomes of the weights. */
  public void write(Path folder, ModelFolder.Existing existing, Weights weights) {
    checkTarget(folder, existing);
    TargetFolder.write(
        folder, aside -> SavedModelWriter.write(graph, aside, weights == Weights.CONSTANTS));
  }

  /** Number of variables, trainable or not. */
  public int variableCount() {
    int[] count = {0};
    graph.forEachNode(n -> count[0] += n.variable() == TfNode.Variable.NONE ? 0 : 1);
    return count[0];
  }

  /** Number of elements in all trainable variables. */
  public long trainableParameters() {
    long[] count = {0};
    graph.forEachNode(
        n -> count[0] += n.variable() == TfNode.Variable.TRAINABLE ? n.value().size() : 0);
    return count[0];
  }

  /**
   * Operators that stop gradients on their way to trainable variables, since TensorFlow's native
   * library has none for them, with the number of nodes.
   */
  public SortedMap<String, Integer> operatorsWithoutGradient() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    Trainability.blocking(graph).forEach(n -> counts.merge(n.op(), 1, Integer::sum));
    return counts;
  }

  /** Names of the outputs that follow from random numbers, so that each runtime gives others. */
  public Set<String> randomOutputs() {
    return Randomness.outputs(graph);
  }

  /** How many nodes of each operator the graph has, those inside of loops and branches too. */
  public SortedMap<String, Integer> operatorCounts() {
    return graph.operatorCounts();
  }

  /**
   * Checks that {@link #write} may write here, so that a caller learns it before the work.
   *
   * @throws IllegalArgumentException if the target is a file, exists and is to be kept, or holds
   *     anything but a SavedModel
   */
  public static void checkTarget(Path folder, ModelFolder.Existing existing) {
    TargetFolder.check(
        folder,
        existing,
        "a SavedModel (saved_model.pb, variables)",
        entry -> OWN.contains(entry.getFileName().toString()) && !Files.isSymbolicLink(entry));
  }
}
