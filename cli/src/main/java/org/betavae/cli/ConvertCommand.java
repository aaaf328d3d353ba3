package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.betavae.export.ConvertOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.Precision;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;

/** {@code convert}: any TensorFlow model to one ONNX file. */
final class ConvertCommand extends Command {
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE.onnx", "ONNX file to write; one that is there is replaced").needed();
  private static final Opt<String> INPUTS_AS_NCHW =
      Opt.text("inputs-as-nchw", "NAMES", "image inputs that ONNX takes channels first");
  private static final Opt<String> OUTPUTS_AS_NCHW =
      Opt.text("outputs-as-nchw", "NAMES", "image outputs that ONNX gives channels first");
  private static final Opt<String> INPUT_SHAPES =
      Opt.text("input-shapes", "SHAPES", "shapes the model leaves open, such as x[-1,28,28,1]");

  ConvertCommand() {
    super("convert", CommandGroup.EXCHANGE, "turn a TensorFlow model into an ONNX file");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options = new ArrayList<>(TfSource.OPTIONS);
    options.addAll(
        List.of(
            OUT,
            ExportCommand.OPSET,
            ExportCommand.PRECISION,
            INPUTS_AS_NCHW,
            OUTPUTS_AS_NCHW,
            INPUT_SHAPES));
    return options;
  }

  @Override
  String details() {
    return "Pure Java: TensorFlow is not loaded. SavedModels of TensorFlow 1 and 2, Keras 2 and 3,"
        + " and frozen GraphDefs (.pb, or text as .pbtxt). The signature is serving_default, or the"
        + " only one; 'betavae inspect DIR' lists them."
        + "\nNames are separated by commas. In --inputs and --outputs a tensor is node or node:0,"
        + " with a name for ONNX as name=node:0, with a shape as node:0[1,28,28,1]."
        + "\nWith --precision fp16, ONNX Runtime tells how far the outputs move from float32 on "
        + HalfCheck.INPUTS
        + " made-up inputs; operators that would lose too much stay float32."
        + " Weights of more than 2 GB lie beside the model, in FILE.onnx.data."
        + "\nA model that 'betavae import' made of an ONNX file gets the opset that it had, unless"
        + " --opset says another."
        + "\nOperators without a converter are all named before anything is written.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "convert --saved-model keras/encoder --out encoder.onnx",
        "convert --graph-def frozen.pb --inputs x:0 --outputs y:0 --out y.onnx");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    long start = System.nanoTime();
    Path out = args.get(OUT);
    Targets.file(OUT, out, List.of("onnx"));
    TfSource source = TfSource.of(args);
    TfModel tf = source.read();
    ConvertOptions options = options(args, source, tf);
    OnnxModel onnx = TfToOnnx.convert(tf, options);
    Optional<HalfCheck> check =
        options.precision() == Precision.FP16
            ? Optional.of(
                HalfCheck.of(onnx, TfToOnnx.convert(tf, options.withPrecision(Precision.FP32))))
            : Optional.empty();
    List<Path> files = onnx.write(out);
    double seconds = (System.nanoTime() - start) / 1e9;
    Result result = new Result(source, files, onnx, check, seconds);
    result.say(console);
    return Outcome.done(result.json(args.get(ExportCommand.PRECISION)));
  }

  private static ConvertOptions options(Arguments args, TfSource source, TfModel tf) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>(source.shapes());
    shapes.putAll(
        TensorNames.shapes(
            args,
            INPUT_SHAPES,
            given -> TensorNames.known(INPUT_SHAPES, given.name(), tf.inputs()),
            name -> shapeOf(name, tf.inputs())));
    return ConvertOptions.defaults()
        .withOpset(args.typed(ExportCommand.OPSET).orElse(ConvertOptions.SAME_OPSET))
        .withPrecision(ExportCommand.precision(args))
        .withInputsAsNchw(images(args, INPUTS_AS_NCHW, tf.inputs()))
        .withOutputsAsNchw(images(args, OUTPUTS_AS_NCHW, tf.outputs()))
        .withInputShapes(shapes);
  }

  private static String shapeOf(String name, List<TensorSpec> inputs) {
    return inputs.stream()
        .filter(i -> i.name().equals(name) && i.shape() != null)
        .map(TensorSpec::shapeText)
        .findFirst()
        .orElse("[-1,28,28,1]");
  }

  private static Set<String> images(Arguments args, Opt<String> option, List<TensorSpec> tensors) {
    return TensorNames.names(
        args, option, given -> TensorNames.known(option, given.name(), tensors));
  }

  /** What was written, in words and in JSON. */
  private record Result(
      TfSource source,
      List<Path> files,
      OnnxModel onnx,
      Optional<HalfCheck> check,
      double seconds) {
    void say(Console console) throws IOException {
      console.say(
          "Converted "
              + source.what()
              + " to "
              + files.stream().map(Path::toString).collect(Collectors.joining(" and ")));
      Table table = new Table();
      table.row("  opset", Integer.toString(onnx.opset()));
      table.row("  parameters", Numbers.count(onnx.parameterCount()));
      ModelText.operators(table, onnx.operatorCounts());
      table.row("  size", Numbers.bytes(bytes()));
      onnx.notes().forEach(note -> table.wrapped("  note", note, ModelText.VALUE_WIDTH));
      check.ifPresent(c -> table.wrapped("  float16", c.words(), ModelText.VALUE_WIDTH));
      table.row("  time", Numbers.brief(seconds) + " s");
      ModelText.tensors(onnx.inputs(), onnx.outputs()).lines().forEach(console::say);
      table.lines().forEach(console::say);
    }

    ObjectNode json(String precision) throws IOException {
      ObjectNode json = Json.object().put("out", files.get(0).toString());
      if (files.size() > 1) {
        json.put("data", files.get(1).toString());
      }
      json.put("opset", onnx.opset()).put("precision", precision);
      source.signature().ifPresent(name -> json.put("signature", name));
      json.set("inputs", Json.tensors(onnx.inputs()));
      json.set("outputs", Json.tensors(onnx.outputs()));
      onnx.operatorCounts().forEach(json.putObject("operators")::put);
      json.put("parameters", onnx.parameterCount()).put("bytes", bytes());
      if (!onnx.notes().isEmpty()) {
        onnx.notes().forEach(json.putArray("notes")::add);
      }
      check.ifPresent(c -> c.into(json));
      return json.put("seconds", Numbers.rounded(seconds));
    }

    private long bytes() throws IOException {
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }
}
