package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.betavae.export.ConversionException;

/** Reads ONNX files and refuses those that no runtime could run. */
public final class OnnxFiles {
  /** Operator sets above this one did not exist when this was written (ONNX 1.22). */
  private static final long NEWEST_OPSET = 30;

  private OnnxFiles() {}

  /** Reads a file with its external weights, if any, and checks it. */
  public static ModelProto read(Path file) {
    byte[] bytes;
    try {
      if (Files.isDirectory(file)) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it is a folder, expected an ONNX file. Name the file itself.");
      }
      if (Files.size(file) > Integer.MAX_VALUE - 8L) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it has "
                + Files.size(file)
                + " bytes, a protobuf file holds less than 2 GB. The file is damaged or no ONNX file.");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new ConversionException("Cannot read " + file + ": no such file. Check the path.", e);
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read " + file + ": " + e + ". Check that the file can be read.", e);
    }
    ModelProto model = parse(bytes, file.toString());
    Path folder = file.toAbsolutePath().getParent();
    model = ExternalData.inline(model, folder, file.toString());
    check(model, file.toString());
    return model;
  }

  /** Parses and checks bytes; weights outside of them are refused. */
  public static ModelProto read(byte[] bytes, String what) {
    ModelProto model = ExternalData.inline(parse(bytes, what), null, what);
    check(model, what);
    return model;
  }

  private static ModelProto parse(byte[] bytes, String what) {
    if (bytes.length == 0) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": it is empty, expected an ONNX model. Write or fetch it again.");
    }
    ModelProto model;
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      model = ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": no valid ONNX protobuf ("
              + e.getMessage()
              + "). The file is cut off, damaged or of another kind; fetch it again.",
          e);
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read " + what + ": " + e + ". The file is damaged; fetch it again.", e);
    }
    if (!model.hasGraph() || model.getIrVersion() < 1) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": it holds no ONNX graph, expected a model. The file is of another kind; check the path.");
    }
    return model;
  }

  private static void check(ModelProto model, String what) {
    model.getOpsetImportList().stream()
        .filter(
            o -> o.getDomain().isEmpty() && (o.getVersion() > NEWEST_OPSET || o.getVersion() < 1))
        .findFirst()
        .ifPresent(
            o -> {
              throw new ConversionException(
                  "Cannot read "
                      + what
                      + ": it asks for operator set "
                      + o.getVersion()
                      + ", expected 1 to "
                      + NEWEST_OPSET
                      + ". Export the model again with a lower opset.");
            });
    checkGraph(model.getGraph(), new HashSet<>(), what);
  }

  private static void checkGraph(GraphProto graph, Set<String> outer, String what) {
    Set<String> known = new HashSet<>(outer);
    for (ValueInfoProto v : graph.getInputList()) {
      known.add(v.getName());
    }
    for (TensorProto t : graph.getInitializerList()) {
      OnnxTensors.checkLength(t, what);
      known.add(t.getName());
    }
    graph.getSparseInitializerList().forEach(t -> known.add(t.getValues().getName()));
    for (NodeProto n : graph.getNodeList()) {
      for (String in : n.getInputList()) {
        if (!in.isEmpty() && !known.contains(in)) {
          throw undefined(graph, n, in, what);
        }
      }
      n.getAttributeList().forEach(a -> checkAttribute(a, known, what));
      known.addAll(n.getOutputList());
    }
    for (ValueInfoProto v : graph.getOutputList()) {
      if (!known.contains(v.getName())) {
        throw new ConversionException(
            "Cannot read "
                + what
                + ": output '"
                + v.getName()
                + "' is made by no node. The model is damaged; export it again.");
      }
    }
  }

  private static void checkAttribute(AttributeProto a, Set<String> known, String what) {
    if (a.hasT()) {
      OnnxTensors.checkLength(a.getT(), what);
    }
    if (a.hasG()) {
      checkGraph(a.getG(), known, what);
    }
    a.getGraphsList().forEach(g -> checkGraph(g, known, what));
  }

  private static ConversionException undefined(
      GraphProto graph, NodeProto n, String input, String what) {
    boolean later = graph.getNodeList().stream().anyMatch(m -> m.getOutputList().contains(input));
    String which =
        later
            ? "only a later node makes: the nodes form a cycle or are not in order"
            : "nothing makes";
    return new ConversionException(
        "Cannot read %s: node '%s' (%s) reads '%s', which %s. The model is damaged; export it again."
            .formatted(what, n.getName(), n.getOpType(), input, which));
  }
}
