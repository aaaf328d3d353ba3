package org.betavae.infer;

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

/** Writes small ONNX files. */
final class OnnxModelBuilder {
  /** A size that is left free. */
  static final long FREE = -1;

  private final ModelProto.Builder model =
      ModelProto.newBuilder()
          .setIrVersion(8)
          .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17));
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");

  OnnxModelBuilder input(String name, long... dims) {
    graph.addInput(value(name, TensorProto.DataType.FLOAT, dims));
    return this;
  }

  OnnxModelBuilder doubleInput(String name, long... dims) {
    graph.addInput(value(name, TensorProto.DataType.DOUBLE, dims));
    return this;
  }

  OnnxModelBuilder output(String name, long... dims) {
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, dims));
    return this;
  }

  OnnxModelBuilder doubleOutput(String name, long... dims) {
    graph.addOutput(value(name, TensorProto.DataType.DOUBLE, dims));
    return this;
  }

  OnnxModelBuilder weight(String name, float[] values, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    for (float value : values) {
      tensor.addFloatData(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  OnnxModelBuilder sizes(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.length);
    Arrays.stream(values).forEach(tensor::addInt64Data);
    graph.addInitializer(tensor);
    return this;
  }

  OnnxModelBuilder node(String operator, List<String> inputs, String output) {
    graph.addNode(node(operator, inputs).addOutput(output));
    return this;
  }

  OnnxModelBuilder node(
      String operator, List<String> inputs, String output, String attribute, long value) {
    graph.addNode(
        node(operator, inputs)
            .addOutput(output)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName(attribute)
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(value)));
    return this;
  }

  OnnxModelBuilder property(String key, String value) {
    model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    return this;
  }

  /** Writes the file and returns its path. */
  Path write(Path file) {
    try {
      return Files.write(file, model.setGraph(graph).build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NodeProto.Builder node(String operator, List<String> inputs) {
    return NodeProto.newBuilder().setOpType(operator).addAllInput(inputs);
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < dims.length; i++) {
      TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dims[i] == FREE ? dim.setDimParam("free" + i) : dim.setDimValue(dims[i]));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
