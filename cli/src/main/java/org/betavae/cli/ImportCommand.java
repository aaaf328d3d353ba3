package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.betavae.export.ImportOptions;
import org.betavae.export.ModelFolder;
import org.betavae.export.OnnxModel;
import org.betavae.export.OnnxToTf;
import org.betavae.export.TfModel;

/** {@code import}: an ONNX model to a TensorFlow SavedModel. */
final class ImportCommand extends Command {
  private static final Opt<Path> ONNX = Opt.path("onnx", "FILE", "ONNX file to read").needed();
  private static final Opt<Path> OUT =
      Opt.path("out", "SAVED_MODEL", "folder to write the SavedModel to").needed();
  private static final Opt<String> INPUTS_AS_NHWC =
      Opt.text("inputs-as-nhwc", "NAMES", "image inputs that TensorFlow takes channels last");
  private static final Opt<String> OUTPUTS_AS_NHWC =
      Opt.text("outputs-as-nhwc", "NAMES", "image outputs that TensorFlow gives channels last");
  private static final Opt<String> INPUT_SHAPES =
      Opt.text("input-shapes", "SHAPES", "shapes the model leaves open, such as x[-1,3,28,28]");
  private static final Opt<Boolean> FREEZE =
      Opt.flag("freeze-weights", "make constants of the weights, to run the model alone");

  ImportCommand() {
    super("import", CommandGroup.EXCHANGE, "turn an ONNX model into a TensorFlow SavedModel");
  }

  @Override
  List<Opt<?>> options() {
    return List.of(
        ONNX, OUT, INPUTS_AS_NHWC, OUTPUTS_AS_NHWC, INPUT_SHAPES, FREEZE, CommonOptions.OVERWRITE);
  }

  @Override
  String details() {
    return "Pure Java: neither TensorFlow nor ONNX Runtime is loaded. Weights become trainable"
        + " variables of their ONNX names, the running statistics of a batch norm other variables;"
        + " inputs and outputs keep their names in the signature serving_default. Convolutions are"
        + " computed channels last."
        + "\nNames are separated by commas. Operators that cannot be imported are all named before"
        + " anything is written; operators of which TensorFlow's native library has no gradient are"
        + " named where they keep weights from being trained."
        + "\n'betavae verify --saved-model DIR --onnx FILE' compares both.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "import --onnx encoder.onnx --out encoder_saved_model",
        "import --onnx encoder.onnx --out encoder --inputs-as-nhwc x --overwrite");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    long start = System.nanoTime();
    Path out = args.get(OUT);
    Path file = args.get(ONNX);
    ModelFolder.Existing existing =
        args.get(CommonOptions.OVERWRITE)
            ? ModelFolder.Existing.REPLACE
            : ModelFolder.Existing.KEEP;
    Targets.folder(OUT, out, args.get(CommonOptions.OVERWRITE), "Name another, or add --overwrite");
    Targets.apart(OUT, out, ONNX, file);
    TfModel.checkTarget(out, existing);
    OnnxModel onnx = OnnxModel.read(file);
    boolean frozen = args.get(FREEZE);
    TfModel tf = OnnxToTf.convert(onnx, options(args, onnx));
    tf.write(out, existing, frozen ? TfModel.Weights.CONSTANTS : TfModel.Weights.VARIABLES);
    double seconds = (System.nanoTime() - start) / 1e9;
    Result result = new Result(file, out, tf, frozen, seconds);
    result.say(console);
    return Outcome.done(result.json());
  }

  private static ImportOptions options(Arguments args, OnnxModel onnx) {
    return ImportOptions.defaults()
        .withInputsAsNhwc(
            TensorNames.names(
                args,
                INPUTS_AS_NHWC,
                t -> TensorNames.known(INPUTS_AS_NHWC, t.reference(), onnx.inputs())))
        .withOutputsAsNhwc(
            TensorNames.names(
                args,
                OUTPUTS_AS_NHWC,
                t -> TensorNames.known(OUTPUTS_AS_NHWC, t.reference(), onnx.outputs())))
        .withInputShapes(
            TensorNames.shapes(
                args,
                INPUT_SHAPES,
                t -> TensorNames.known(INPUT_SHAPES, t.reference(), onnx.inputs()),
                name -> "[-1,3,28,28]"));
  }

  /** What was written, in words and in JSON. */
  private record Result(Path file, Path out, TfModel tf, boolean frozen, double seconds) {
    private SortedMap<String, Integer> blocking() {
      return tf.operatorsWithoutGradient();
    }

    private int nodes() {
      return tf.operatorCounts().values().stream().mapToInt(Integer::intValue).sum();
    }

    private int transposes() {
      return tf.operatorCounts().getOrDefault("Transpose", 0);
    }

    void say(Console console) throws IOException {
      console.say("Imported " + file + " to " + out);
      Table table = new Table();
      table.row("  nodes", nodes() + ", " + transposes() + " of them Transpose");
      ModelText.operators(table, tf.operatorCounts());
      if (frozen) {
        table.row("  weights", "constants");
      } else {
        table.row("  variables", Integer.toString(tf.variableCount()));
        table.row("  trainable", Numbers.count(tf.trainableParameters()) + " parameters");
        String without =
            blocking().entrySet().stream()
                .map(e -> e.getKey() + (e.getValue() == 1 ? "" : "(" + e.getValue() + ")"))
                .collect(Collectors.joining(", "));
        table.wrapped("  no gradient", without.isEmpty() ? "none" : without, ModelText.VALUE_WIDTH);
      }
      table.row("  size", Numbers.bytes(bytes()));
      table.row("  time", Numbers.brief(seconds) + " s");
      ModelText.tensors(tf.inputs(), tf.outputs()).lines().forEach(console::say);
      table.lines().forEach(console::say);
    }

    ObjectNode json() throws IOException {
      ObjectNode json = Json.object().put("out", out.toString());
      json.set("inputs", Json.tensors(tf.inputs()));
      json.set("outputs", Json.tensors(tf.outputs()));
      json.put("nodes", nodes()).put("transposes", transposes());
      tf.operatorCounts().forEach(json.putObject("operators")::put);
      json.put("variables", frozen ? 0 : tf.variableCount());
      json.put("trainable_parameters", frozen ? 0 : tf.trainableParameters());
      blocking().forEach(json.putObject("operators_without_gradient")::put);
      return json.put("bytes", bytes()).put("seconds", Numbers.rounded(seconds));
    }

    private long bytes() throws IOException {
      try (Stream<Path> files = Files.walk(out)) {
        long bytes = 0;
        for (Path f : files.filter(Files::isRegularFile).toList()) {
          bytes += Files.size(f);
        }
        return bytes;
      }
    }
  }
}
