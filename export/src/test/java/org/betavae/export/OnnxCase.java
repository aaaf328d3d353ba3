package org.betavae.export;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A conformance case of the ONNX project.
 *
 * @param name of its folder
 * @param model to import
 * @param inputs by name, null where the type has no counterpart in TensorFlow
 * @param outputs by name, null likewise
 */
record OnnxCase(String name, Path model, Map<String, Value> inputs, Map<String, Value> outputs) {
  private static final String DATA = "test_data_set_0";

  /** All folders that hold a model. */
  static List<Path> folders(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.filter(f -> Files.exists(f.resolve("model.onnx"))).sorted().toList();
    }
  }

  /** Reads one. */
  static OnnxCase read(Path folder) throws IOException {
    Path model = folder.resolve("model.onnx");
    OnnxMl.GraphProto graph = ModelProto.parseFrom(Files.readAllBytes(model)).getGraph();
    Set<String> weights =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(v -> !weights.contains(v.getName())).toList();
    return new OnnxCase(
        folder.getFileName().toString(),
        model,
        values(folder, "input", inputs),
        values(folder, "output", graph.getOutputList()));
  }

  private static Map<String, Value> values(Path folder, String kind, List<ValueInfoProto> specs)
      throws IOException {
    Map<String, Value> out = new LinkedHashMap<>();
    for (int i = 0; i < specs.size(); i++) {
      Path file = folder.resolve(DATA).resolve(kind + "_" + i + ".pb");
      boolean tensor = specs.get(i).getType().hasTensorType() && Files.exists(file);
      out.put(
          specs.get(i).getName(),
          tensor ? Value.of(TensorProto.parseFrom(Files.readAllBytes(file))) : null);
    }
    return out;
  }
}
