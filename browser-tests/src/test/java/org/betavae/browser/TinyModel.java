package org.betavae.browser;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Models of four latents, of which {@link #DEAD} carries nothing: one layer each, so that every
 * value of a picture follows every live latent.
 */
final class TinyModel {
  static final int LATENTS = 4;

  /** By falling KL divergence: 2, 0, 3, 1. */
  static final List<Integer> ORDER = List.of(2, 0, 3, 1);

  static final int DEAD = 1;
  private static final long FREE = -1;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("tiny");

  private TinyModel() {}

  /** A model folder as {@code export} writes it, of images {@code [C, H, W]} or vectors. */
  static Path folder(Path folder, int... item) {
    try {
      Files.createDirectories(folder);
      encoder("x", "mean", "log_var", item).write(folder.resolve("encoder.onnx"));
      decoder("z", "x", true, item).write(folder.resolve("decoder.onnx"));
      Files.writeString(folder.resolve("model.json"), facts(item));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  /** Two files with others' names and nothing beside them, images {@code [N, H, W, C]}. */
  static Path foreign(Path folder, int height, int width, int channels) {
    try {
      Files.createDirectories(folder);
      encoder("input_1", "vae/z_mean:0", "vae/z_log_var:0", height, width, channels)
          .write(folder.resolve("encoder.onnx"));
      decoder("z_sampling", "decoded_logits", false, height, width, channels)
          .write(folder.resolve("decoder.onnx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  private static String facts(int... item) {
    return """
        {"format_version": 1, "input_shape": %s, "latent_size": 4, "likelihood": "bernoulli",
         "objective": "beta-vae", "dataset": "squares", "steps": 1200,
         "kl_per_dimension": [2.5, 0.0004, 7.25, 1.0],
         "posterior_mean": [0.1, 0, -0.4, 0.2], "posterior_std": [1, 0.02, 1.2, 0.9]}
        """
        .formatted(Arrays.toString(item));
  }

  private static TinyModel encoder(String input, String mean, String logVar, int... item) {
    int size = size(item);
    TinyModel model = new TinyModel();
    model.graph.addInput(value(input, batch(item)));
    model.graph.addOutput(value(mean, FREE, LATENTS)).addOutput(value(logVar, FREE, LATENTS));
    model.weight("m", waves(size, LATENTS, 2f / size), size, LATENTS);
    model.weight("l", waves(size, LATENTS, -1f / size), size, LATENTS);
    model.graph.addNode(
        node("Flatten", "flat", input).toBuilder()
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("axis")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(1)));
    model.graph.addNode(node("MatMul", mean, "flat", "m"));
    model.graph.addNode(node("MatMul", logVar, "flat", "l"));
    return model;
  }

  private static TinyModel decoder(String input, String output, boolean sigmoid, int... item) {
    int size = size(item);
    TinyModel model = new TinyModel();
    model.graph.addInput(value(input, FREE, LATENTS)).addOutput(value(output, batch(item)));
    model.weight("w", waves(LATENTS, size, 1.5f), LATENTS, size);
    model.graph.addInitializer(sizes("shape", batch(item)));
    model.graph.addNode(node("MatMul", "logits", input, "w"));
    if (sigmoid) {
      model.graph.addNode(node("Sigmoid", "means", "logits"));
    }
    model.graph.addNode(node("Reshape", output, sigmoid ? "means" : "logits", "shape"));
    return model;
  }

  /** Values that differ, row by row and column by column. */
  private static float[] waves(int rows, int columns, float scale) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * Math.sin(1 + i * 0.7 + i * i * 0.013));
    }
    return values;
  }

  private void weight(String name, float[] values, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    Arrays.stream(dims).forEach(tensor::addDims);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    graph.addInitializer(tensor);
  }

  private static TensorProto sizes(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.length);
    Arrays.stream(values).forEach(tensor::addInt64Data);
    return tensor.build();
  }

  private void write(Path file) throws IOException {
    Files.write(
        file,
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
            .setGraph(graph)
            .build()
            .toByteArray());
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto value(String name, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      TensorShapeProto.Dimension.Builder size = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dim == FREE ? size.setDimParam("N") : size.setDimValue(dim));
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static long[] batch(int... item) {
    long[] dims = new long[item.length + 1];
    dims[0] = FREE;
    for (int i = 0; i < item.length; i++) {
      dims[i + 1] = item[i];
    }
    return dims;
  }

  private static int size(int... item) {
    return Arrays.stream(item).reduce(1, (a, b) -> a * b);
  }
}
