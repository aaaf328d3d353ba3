package org.betavae.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.betavae.export.ModelFolder;
import org.betavae.export.ModelHint;
import org.betavae.export.OnnxModel;
import org.betavae.export.TfModel;
import org.betavae.export.TfSignature;
import org.betavae.train.RunFolder;

/** {@code inspect}: what is in a model file or folder. */
final class InspectCommand extends Command {
  private static final String OPERAND = "FILE.onnx|MODEL|RUN|SAVED_MODEL";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  InspectCommand() {
    super("inspect", CommandGroup.EXCHANGE, "show inputs, outputs, operators and metadata");
  }

  @Override
  List<Opt<?>> options() {
    return List.of();
  }

  @Override
  String operand() {
    return OPERAND;
  }

  @Override
  List<String> examples() {
    return List.of("inspect first/model", "inspect encoder.onnx --json");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    Path path = Path.of(args.operand());
    if (Files.isRegularFile(path)) {
      return Outcome.done(onnx(path, true, console));
    }
    if (Files.isRegularFile(path.resolve("saved_model.pb"))
        || Files.isRegularFile(path.resolve("saved_model.pbtxt"))) {
      return Outcome.done(savedModel(path, console));
    }
    if (Files.isRegularFile(path.resolve("config.yaml"))) {
      return Outcome.done(run(path, console));
    }
    if (Files.exists(path.resolve(ModelFolder.ENCODER))
        || Files.exists(path.resolve(ModelFolder.DECODER))) {
      return Outcome.done(model(path, console));
    }
    throw CommandException.unusable(
        "inspect "
            + path
            + ": "
            + (Files.isDirectory(path)
                ? "a folder without encoder.onnx, decoder.onnx, config.yaml or saved_model.pb"
                : "no such file or folder")
            + ", expected an ONNX file, a model folder, a run folder or a SavedModel. "
            + ModelHint.of(path, ModelHint.Wanted.SAVED_MODEL).orElse("Check the path."));
  }

  private static ObjectNode onnx(Path file, boolean withMetadata, Console console) {
    OnnxModel model = OnnxModel.read(file);
    ObjectNode json = Json.object().put("kind", "onnx").put("path", file.toString());
    json.put("opset", model.opset()).put("producer", model.producer());
    json.put("parameters", model.parameterCount());
    json.set("inputs", Json.tensors(model.inputs()));
    json.set("outputs", Json.tensors(model.outputs()));
    model.operatorCounts().forEach(json.putObject("operators")::put);
    model.metadata().forEach(json.putObject("metadata")::put);

    console.say(file.toString());
    Table head = new Table();
    head.row("  producer", model.producer().isEmpty() ? "(not named)" : model.producer());
    head.row("  opset", Integer.toString(model.opset()));
    head.row("  parameters", Numbers.count(model.parameterCount()));
    ModelText.operators(head, model.operatorCounts());
    head.lines().forEach(console::say);
    ModelText.tensors(model.inputs(), model.outputs()).lines().forEach(console::say);
    if (withMetadata && !model.metadata().isEmpty()) {
      console.say("  metadata");
      Table metadata = new Table();
      model
          .metadata()
          .forEach((k, v) -> metadata.wrapped("    " + k, text(v), ModelText.VALUE_WIDTH));
      metadata.lines().forEach(console::say);
    }
    return json;
  }

  private static ObjectNode model(Path folder, Console console) throws IOException {
    ObjectNode json = Json.object().put("kind", "model").put("path", folder.toString());
    Path facts = folder.resolve(ModelFolder.FACTS);
    if (Files.exists(facts)) {
      ModelFolder.readFacts(folder); // says what is wrong with it better than a JSON parser
      JsonNode content = MAPPER.readTree(facts.toFile());
      json.set("facts", content);
      sayFields(facts.toString(), content, console);
    }
    ObjectNode files = json.putObject("files");
    for (String name : List.of(ModelFolder.ENCODER, ModelFolder.DECODER)) {
      if (Files.exists(folder.resolve(name))) {
        console.say("");
        // People have just read the same facts from model.json.
        files.set(name, onnx(folder.resolve(name), !Files.exists(facts), console));
      }
    }
    return json;
  }

  private static ObjectNode run(Path folder, Console console) throws IOException {
    RunFolder run = RunFolder.open(folder);
    ObjectNode json = Json.object().put("kind", "run").put("path", folder.toString());
    JsonNode config = MAPPER.valueToTree(run.readConfig().settings());
    json.set("config", config);
    sayFields(run.configFile().toString(), config, console);
    if (Files.exists(run.summaryFile())) {
      JsonNode summary = MAPPER.valueToTree(run.readSummary());
      json.set("summary", summary);
      console.say("");
      sayFields(run.summaryFile().toString(), summary, console);
    }
    if (Files.exists(run.model())) {
      console.say("");
      json.set("model", model(run.model(), console));
    }
    return json;
  }

  private static ObjectNode savedModel(Path folder, Console console) {
    ObjectNode json = Json.object().put("kind", "saved_model").put("path", folder.toString());
    List<TfSignature> signatures = TfModel.signatures(folder);
    console.say(folder.toString());
    for (TfSignature signature : signatures) {
      ObjectNode node = json.withArray("signatures").addObject().put("name", signature.name());
      node.set("inputs", Json.tensors(signature.inputs()));
      node.set("outputs", Json.tensors(signature.outputs()));
      signature.operatorCounts().forEach(node.putObject("operators")::put);
      console.say("  signature " + signature.name());
      Table operators = new Table();
      ModelText.operators(operators, signature.operatorCounts());
      operators.lines().forEach(console::say);
      ModelText.tensors(signature.inputs(), signature.outputs()).lines().forEach(console::say);
    }
    return json;
  }

  private static void sayFields(String title, JsonNode object, Console console) {
    console.say(title);
    Table table = new Table();
    object
        .properties()
        .forEach(e -> table.wrapped("  " + e.getKey(), text(e.getValue()), ModelText.VALUE_WIDTH));
    table.lines().forEach(console::say);
  }

  /** A value of the metadata, which are JSON texts in models that betavae wrote. */
  private static String text(String value) {
    try {
      return value.startsWith("[") ? text(MAPPER.readTree(value)) : value;
    } catch (JsonProcessingException e) {
      return value; // somebody else's metadata, which may be anything
    }
  }

  /** Lists of numbers with the few digits that people read. */
  private static String text(JsonNode value) {
    if (value.isArray() && !value.isEmpty() && value.get(0).isFloatingPointNumber()) {
      return value
          .valueStream()
          .map(v -> Numbers.hundredths(v.asDouble()))
          .collect(Collectors.joining(" "));
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }
}
