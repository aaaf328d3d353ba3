package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.betavae.data.NpyReader;
import org.betavae.data.NpzReader;
import org.betavae.export.ElementType;
import org.betavae.export.ModelFolder;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfModel;
import org.betavae.train.RunFolder;
import org.betavae.train.TensorFlowModel;

/** {@code verify}: a TensorFlow model against the ONNX model made from it. */
final class VerifyCommand extends Command {
  private static final Opt<Path> FROM =
      Opt.path("from", "RUN", "folder of a training run, instead of --saved-model");
  private static final Opt<Path> ONNX =
      Opt.path("onnx", "FILE", "ONNX file; with --from also a model folder, RUN/model by default");
  private static final Opt<Path> INPUTS =
      Opt.path("inputs", "FILE.npz", "one array for each input, by name; random ones without it");
  private static final Opt<Double> TOLERANCE =
      Opt.number(
              "tolerance",
              "largest scaled difference allowed, |a - b| / max(1, |a|)",
              0,
              Double.POSITIVE_INFINITY)
          .or(1e-5);
  private static final Opt<Integer> COUNT =
      Opt.integer("count", "how many random inputs", 1, 100_000).or(64);
  private static final Opt<String> TENSORS =
      Opt.text("tensors", "NAMES", "tensors of the graph that ONNX has renamed, as y=dense/out:0");

  VerifyCommand() {
    super("verify", CommandGroup.EXCHANGE, "compare an ONNX model with its TensorFlow original");
  }

  @Override
  List<Opt<?>> options() {
    return List.of(
        TfSource.SAVED_MODEL,
        TfSource.GRAPH_DEF,
        FROM,
        ONNX,
        INPUTS,
        COUNT,
        CommonOptions.SEED,
        TOLERANCE,
        TfSource.SIGNATURE,
        TENSORS);
  }

  @Override
  String details() {
    return "Exit code 1 when the scaled difference of an output is above the tolerance. Scaled is"
        + " |a - b| / max(1, |a|), a being TensorFlow's value: absolute up to 1 and relative"
        + " above, since float32 has seven digits. The largest |a - b| is shown beside it;"
        + " in JSON they are max_difference (scaled) and max_abs_difference. Images may be"
        + " channels last in one model and first in the other. Random images are uniform in"
        + " [0,1], other floating point standard normal, whole numbers 0 or 1. Outputs that"
        + " follow from random numbers are left out.\n"
        + "A graph's tensors are found by the names that the ONNX model has for them, or by"
        + " --tensors.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "verify --from first",
        "verify --saved-model keras/encoder --onnx encoder.onnx --inputs images.npz");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    List<Opt<Path>> sources = List.of(TfSource.SAVED_MODEL, TfSource.GRAPH_DEF, FROM);
    List<String> given = sources.stream().filter(args::has).map(Opt::dashed).toList();
    if (given.size() != 1) {
      throw new UsageException(
          given.isEmpty()
              ? "neither --saved-model nor --graph-def nor --from is given, expected one of them"
              : String.join(" and ", given) + " are given, expected one of them");
    }
    if (!args.has(FROM) && !args.has(ONNX)) {
      throw new UsageException(
          "--onnx is missing, expected the ONNX file made from " + given.get(0));
    }
    ArrayNode outputs = Json.array();
    Table table = new Table("model", "output", "scaled", "absolute", "of values up to");
    Difference largest = Difference.NONE;
    for (Map.Entry<Path, Path> pair : pairs(args).entrySet()) {
      Map<String, Difference> found = compare(pair.getKey(), pair.getValue(), args, console);
      for (Map.Entry<String, Difference> entry : found.entrySet()) {
        Difference difference = entry.getValue();
        largest = largest.max(difference);
        table.row(
            pair.getValue().getFileName().toString(),
            entry.getKey(),
            Numbers.brief(difference.scaled()),
            Numbers.brief(difference.absolute()),
            Numbers.brief(difference.largestValue()));
        outputs
            .addObject()
            .put("onnx", pair.getValue().toString())
            .put("name", entry.getKey())
            .put("max_difference", difference.scaled())
            .put("max_abs_difference", difference.absolute());
      }
    }
    table.lines().forEach(console::say);
    return outcome(largest, args.get(TOLERANCE), outputs, console);
  }

  private static Outcome outcome(
      Difference largest, double tolerance, ArrayNode outputs, Console console) {
    boolean passed = largest.scaled() <= tolerance;
    ObjectNode json = Json.object().put("max_difference", largest.scaled());
    json.put("max_abs_difference", largest.absolute()).put("tolerance", tolerance);
    json.put("passed", passed).set("outputs", outputs);
    if (passed) {
      console.say(
          "Largest difference: "
              + words(largest)
              + ", within the tolerance of "
              + Numbers.plain(tolerance));
      return Outcome.done(json);
    }
    return Outcome.failed(
        json,
        "verify: the largest difference is "
            + words(largest)
            + ", expected at most "
            + Numbers.plain(tolerance)
            + " scaled. Export or convert the model again, or allow more with --tolerance.");
  }

  private static String words(Difference d) {
    return Numbers.brief(d.scaled()) + " scaled (" + Numbers.brief(d.absolute()) + " absolute)";
  }

  /** TensorFlow models and the ONNX files to compare them with. */
  private static Map<Path, Path> pairs(Arguments args) {
    Map<Path, Path> pairs = new LinkedHashMap<>();
    for (Opt<Path> model : List.of(TfSource.SAVED_MODEL, TfSource.GRAPH_DEF)) {
      if (args.has(model)) {
        pairs.put(args.get(model), args.get(ONNX));
        return pairs;
      }
    }
    RunFolder run = RunFolder.open(args.get(FROM));
    Path onnx = args.find(ONNX).orElse(run.model());
    if (Files.isRegularFile(onnx)) {
      List<String> inputs = names(OnnxModel.read(onnx).inputs());
      boolean encoder = names(TfModel.ofSavedModel(run.encoder()).inputs()).equals(inputs);
      pairs.put(encoder ? run.encoder() : run.decoder(), onnx);
      return pairs;
    }
    Path folder = ModelSource.folder(onnx);
    pairs.put(run.encoder(), folder.resolve(ModelFolder.ENCODER));
    pairs.put(run.decoder(), folder.resolve(ModelFolder.DECODER));
    return pairs;
  }

  private static List<String> names(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::name).toList();
  }

  private static Map<String, Difference> compare(
      Path tensorFlow, Path onnx, Arguments args, Console console) throws IOException {
    // Read by our own reader first: it says more about a damaged file, and refuses weights that
    // lie outside the model's folder.
    OnnxModel model = OnnxModel.read(onnx);
    try (TensorFlowModel tf = open(tensorFlow, model, args);
        OnnxRunner ort = new OnnxRunner(onnx)) {
      ModelComparison comparison = new ModelComparison(tf, ort, onnx.toString());
      Map<String, Tensor> inputs =
          args.has(INPUTS)
              ? read(args.get(INPUTS), tf.inputs())
              : comparison.randomInputs(
                  model.inputs(), args.get(COUNT), args.get(CommonOptions.SEED));
      Map<String, Difference> differences = comparison.differences(inputs);
      leaveOutRandom(differences, tensorFlow, model, args, console);
      return differences;
    }
  }

  /** Outputs that follow from random numbers are others in each run, and nothing is wrong then. */
  private static void leaveOutRandom(
      Map<String, Difference> differences,
      Path tensorFlow,
      OnnxModel onnx,
      Arguments args,
      Console console) {
    double tolerance = args.get(TOLERANCE);
    if (differences.values().stream().allMatch(d -> d.scaled() <= tolerance)) {
      return; // a graph of many weights need not be read again
    }
    Set<String> random = graph(tensorFlow, onnx, args).randomOutputs();
    if (random.containsAll(differences.keySet())) {
      throw CommandException.unusable(
          "verify: all outputs of "
              + tensorFlow
              + " follow from random numbers: "
              + random
              + ", expected one that is the same in each run. Name another signature, or compare"
              + " how the values are distributed.");
    }
    if (differences.keySet().removeAll(random)) {
      console.note("Not compared, since they follow from random numbers: " + random);
    }
  }

  private static TfModel graph(Path path, OnnxModel onnx, Arguments args) {
    if (!args.has(TfSource.GRAPH_DEF)) {
      return args.find(TfSource.SIGNATURE)
          .map(name -> TfModel.ofSavedModel(path, name))
          .orElseGet(() -> TfModel.ofSavedModel(path));
    }
    Map<String, String> renamed = renamed(args);
    return TfModel.ofGraphDef(
        path, references(onnx.inputs(), renamed), references(onnx.outputs(), renamed));
  }

  private static List<String> references(List<TensorSpec> specs, Map<String, String> renamed) {
    return tensors(specs, renamed).entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .toList();
  }

  private static TensorFlowModel open(Path path, OnnxModel onnx, Arguments args) {
    if (!args.has(TfSource.GRAPH_DEF)) {
      return TensorFlowModel.ofSavedModel(path, args.find(TfSource.SIGNATURE).orElse(null));
    }
    Map<String, String> renamed = renamed(args);
    return TensorFlowModel.ofGraphDef(
        path, tensors(onnx.inputs(), renamed), tensors(onnx.outputs(), renamed));
  }

  /** Tensors of the graph by the names that the ONNX model has for them, where they differ. */
  private static Map<String, String> renamed(Arguments args) {
    Map<String, String> renamed = new LinkedHashMap<>();
    args.find(TENSORS)
        .ifPresent(
            text ->
                TensorNames.read(TENSORS, text)
                    .forEach(t -> renamed.put(t.name(), t.reference().replaceFirst(".*=", ""))));
    return renamed;
  }

  private static Map<String, String> tensors(List<TensorSpec> specs, Map<String, String> renamed) {
    Map<String, String> tensors = new LinkedHashMap<>();
    specs.forEach(s -> tensors.put(s.name(), renamed.getOrDefault(s.name(), s.name())));
    return tensors;
  }

  /** The arrays of a file in the types that the model takes. */
  private static Map<String, Tensor> read(Path npz, List<TensorSpec> inputs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (NpzReader reader = NpzReader.open(npz)) {
      for (String name : reader.names()) {
        ElementType type =
            inputs.stream()
                .filter(i -> i.name().equals(name))
                .map(RandomInputs::type)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(ElementType.FLOAT32);
        try (NpyReader array = reader.get(name)) {
          long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
          tensors.put(name, tensor(type, shape, array));
        }
      }
    }
    return tensors;
  }

  private static Tensor tensor(ElementType type, long[] shape, NpyReader array) {
    if (type.isFloat()) {
      double[] values = array.toDoubles();
      return Tensor.ofDoubles(type, shape, i -> values[i]);
    }
    long[] values = array.toLongs();
    return Tensor.ofLongs(type, shape, i -> values[i]);
  }
}
