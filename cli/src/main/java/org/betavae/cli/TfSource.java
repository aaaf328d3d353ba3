package org.betavae.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfModel;
import org.betavae.export.TfSignature;

/**
 * The options that say which TensorFlow model to read, the same for every command that does.
 *
 * @param path a SavedModel's folder, or a frozen graph's file
 * @param isGraph whether it is a graph
 * @param signature of a SavedModel, when one was named
 * @param inputs tensors of a graph to feed
 * @param outputs tensors of a graph to fetch
 */
record TfSource(
    Path path,
    boolean isGraph,
    Optional<String> signature,
    List<TensorNames> inputs,
    List<TensorNames> outputs) {
  static final Opt<Path> SAVED_MODEL =
      Opt.path("saved-model", "DIR", "folder of a TensorFlow SavedModel");
  static final Opt<Path> GRAPH_DEF =
      Opt.path("graph-def", "FILE", "frozen graph, instead of --saved-model");
  static final Opt<String> SIGNATURE =
      Opt.text("signature", "NAME", "signature of the SavedModel, serving_default by default");
  static final Opt<String> INPUTS =
      Opt.text("inputs", "TENSORS", "tensors of the graph to feed, such as x:0");
  static final Opt<String> OUTPUTS =
      Opt.text("outputs", "TENSORS", "tensors of the graph to fetch");

  static final List<Opt<?>> OPTIONS = List.of(SAVED_MODEL, GRAPH_DEF, SIGNATURE, INPUTS, OUTPUTS);

  private static final int NAMED = 8;

  /**
   * What the arguments name.
   *
   * @throws UsageException if they name no model or two, or options do not fit together
   */
  static TfSource of(Arguments args) {
    if (args.has(SAVED_MODEL) == args.has(GRAPH_DEF)) {
      throw new UsageException(
          args.has(SAVED_MODEL)
              ? "--saved-model and --graph-def are given, expected one of them"
              : "neither --saved-model nor --graph-def is given, expected one of them");
    }
    if (args.has(SAVED_MODEL)) {
      for (Opt<?> option : List.of(INPUTS, OUTPUTS)) {
        if (args.has(option)) {
          throw new UsageException(
              option.dashed()
                  + " is given with --saved-model, expected it with --graph-def alone: a"
                  + " SavedModel's signature names its inputs and outputs");
        }
      }
      return new TfSource(args.get(SAVED_MODEL), false, args.find(SIGNATURE), List.of(), List.of());
    }
    if (args.has(SIGNATURE)) {
      throw new UsageException(
          "--signature is given with --graph-def, expected it with --saved-model alone: a graph"
              + " has no signatures");
    }
    Path file = args.get(GRAPH_DEF);
    for (Opt<?> option : List.of(INPUTS, OUTPUTS)) {
      if (!args.has(option)) {
        throw new UsageException(missing(option, file));
      }
    }
    return new TfSource(
        file,
        true,
        Optional.empty(),
        TensorNames.read(INPUTS, args.get(INPUTS)),
        TensorNames.read(OUTPUTS, args.get(OUTPUTS)));
  }

  /** What is missing, with the names that are likely meant. */
  private static String missing(Opt<?> option, Path file) {
    TfSignature ends = TfModel.graphDefEnds(file);
    List<TensorSpec> likely = option.equals(INPUTS) ? ends.inputs() : ends.outputs();
    return option.dashed()
        + " is missing, expected "
        + option.help()
        + ". "
        + (option.equals(INPUTS) ? "Placeholders of " : "Read by no other node of ")
        + file
        + ": "
        + likely.stream().limit(NAMED).map(TensorSpec::name).collect(Collectors.joining(", "))
        + (likely.size() > NAMED ? " and " + (likely.size() - NAMED) + " more" : "");
  }

  /** Reads the model. */
  TfModel read() {
    if (isGraph) {
      return TfModel.ofGraphDef(path, references(inputs), references(outputs));
    }
    return signature
        .map(name -> TfModel.ofSavedModel(path, name))
        .orElseGet(() -> TfModel.ofSavedModel(path));
  }

  private static List<String> references(List<TensorNames> tensors) {
    return tensors.stream().map(TensorNames::reference).toList();
  }

  /** Shapes typed behind inputs, by the names that the model gives them. */
  Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    inputs.forEach(i -> i.shape().ifPresent(s -> shapes.put(i.name(), s)));
    return shapes;
  }

  /** The model in words. */
  String what() {
    return path + signature.map(name -> " (signature " + name + ")").orElse("");
  }
}
