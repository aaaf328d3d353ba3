package org.betavae.serve;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
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
import java.util.Map;

/**
 * Linear models that a reader can work out: the encoder's mean is the first two values of a
 * flattened image times a factor, and its log-variance the same values times -1; the decoder's
 * image is 0.5 everywhere but for its first two values, which are z + 0.5.
 */
final class TestModel {
  static final int LATENTS = 2;
  private static final long FREE = -1;

  private TestModel() {}

  /**
   * Writes a model folder.
   *
   * @param factor what the mean is multiplied by
   * @param item {@code [C, H, W]} or {@code [D]}
   */
  static Path write(Path folder, float factor, int... item) {
    try {
      Files.createDirectories(folder);
      writeEncoder(folder.resolve("encoder.onnx"), factor, item);
      writeDecoder(folder.resolve("decoder.onnx"), item);
      Files.writeString(folder.resolve("model.json"), "{\"latent_size\": 2}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  /** Writes a folder with an encoder alone: each value of an image is a mean, as it is. */
  static Path writeWide(Path folder, int... item) {
    int size = size(item);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("wide")
            .addInput(value("x", batch(item)))
            .addOutput(value("mean", FREE, size))
            .addOutput(value("log_var", FREE, size))
            .addInitializer(sizes("shape", FREE, size))
            .addNode(node("Reshape", "mean", "x", "shape"))
            .addNode(node("Neg", "log_var", "mean"));
    try {
      Files.createDirectories(folder);
      write(
          folder.resolve("encoder.onnx"),
          graph,
          Map.of(
              "role", "encoder", "input_shape", Arrays.toString(item), "latent_size", "" + size));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  static void writeEncoder(Path file, float factor, int... item) throws IOException {
    int size = size(item);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("encoder")
            .addInput(value("x", batch(item)))
            .addOutput(value("mean", FREE, LATENTS))
            .addOutput(value("log_var", FREE, LATENTS))
            .addInitializer(weight("m", diagonal(size, LATENTS, factor), size, LATENTS))
            .addInitializer(weight("l", diagonal(size, LATENTS, -1), size, LATENTS))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Flatten")
                    .addInput("x")
                    .addOutput("flat")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("axis")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1)))
            .addNode(node("MatMul", "mean", "flat", "m"))
            .addNode(node("MatMul", "log_var", "flat", "l"));
    write(
        file,
        graph,
        Map.of(
            "role", "encoder",
            "input_shape", Arrays.toString(item),
            "latent_size", "2",
            "likelihood", "bernoulli",
            "objective", "beta-vae",
            "objective_settings", "{\"beta\":4.0}",
            "dataset", "squares",
            "kl_per_dimension", "[1.5, 0]",
            "posterior_mean", "[0.25, -1e-3]",
            "posterior_std", "[1, 0.5]"));
  }

  static void writeDecoder(Path file, int... item) throws IOException {
    writeDecoder(file, 1, item);
  }

  /**
   * Writes a decoder file.
   *
   * @param factor what z is multiplied by
   */
  static void writeDecoder(Path file, float factor, int... item) throws IOException {
    int size = size(item);
    float[] offsets = new float[size];
    Arrays.fill(offsets, 0.5f);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("decoder")
            .addInput(value("z", FREE, LATENTS))
            .addOutput(value("x", batch(item)))
            .addInitializer(weight("w", diagonal(LATENTS, size, factor), LATENTS, size))
            .addInitializer(weight("b", offsets, size))
            .addInitializer(sizes("shape", batch(item)))
            .addNode(node("Gemm", "flat", "z", "w", "b"))
            .addNode(node("Reshape", "x", "flat", "shape"));
    write(
        file,
        graph,
        Map.of("role", "decoder", "input_shape", Arrays.toString(item), "latent_size", "2"));
  }

  private static void write(Path file, GraphProto.Builder graph, Map<String, String> properties)
      throws IOException {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
            .setGraph(graph);
    properties.forEach(
        (key, text) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey("betavae." + key).setValue(text)));
    Files.write(file, model.build().toByteArray());
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
      shape.addDim(
          dim == FREE
              ? TensorShapeProto.Dimension.newBuilder().setDimParam("N")
              : TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }

  private static TensorProto weight(String name, float[] values, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return tensor.build();
  }

  private static TensorProto sizes(String name, long... sizes) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(sizes.length);
    for (long size : sizes) {
      tensor.addInt64Data(size);
    }
    return tensor.build();
  }

  private static float[] diagonal(int rows, int columns, float value) {
    float[] matrix = new float[rows * columns];
    for (int i = 0; i < Math.min(rows, columns); i++) {
      matrix[i * columns + i] = value;
    }
    return matrix;
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
