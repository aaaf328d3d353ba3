package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;

/**
 * Weights that an ONNX file keeps in other files of its folder: initializers, and constants of
 * nodes and of graphs inside of them.
 */
final class ExternalData {
  /** Files above this are mapped, so that their weights need no memory of the JVM's heap. */
  private static final long LARGEST_READ = 1L << 28;

  private final Path folder;
  private final String what;

  private ExternalData(Path folder, String what) {
    this.folder = folder;
    this.what = what;
  }

  /**
   * Takes external weights into the model.
   *
   * @param folder of the model; null when it came without one
   */
  static ModelProto inline(ModelProto model, Path folder, String what) {
    if (!isOutside(model.getGraph())
        && model.getFunctionsList().stream().noneMatch(f -> anyOutside(f.getNodeList()))) {
      return model;
    }
    ExternalData data = new ExternalData(folder, what);
    ModelProto.Builder out = model.toBuilder().setGraph(data.graph(model.getGraph()));
    for (int i = 0; i < model.getFunctionsCount(); i++) {
      FunctionProto f = model.getFunctions(i);
      out.setFunctions(i, f.toBuilder().clearNode().addAllNode(data.nodes(f.getNodeList())));
    }
    return out.build();
  }

  private static boolean isOutside(GraphProto g) {
    return g.getInitializerList().stream().anyMatch(ExternalData::isOutside)
        || anyOutside(g.getNodeList());
  }

  private static boolean anyOutside(List<NodeProto> nodes) {
    for (NodeProto n : nodes) {
      for (AttributeProto a : n.getAttributeList()) {
        boolean outside =
            isOutside(a.getT())
                || a.getTensorsList().stream().anyMatch(ExternalData::isOutside)
                || (a.hasG() && isOutside(a.getG()))
                || a.getGraphsList().stream().anyMatch(ExternalData::isOutside);
        if (outside) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isOutside(TensorProto t) {
    return t.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  private TensorProto tensor(TensorProto t) {
    return isOutside(t) ? load(t, folder, what) : t;
  }

  private GraphProto graph(GraphProto g) {
    if (!isOutside(g)) {
      return g;
    }
    GraphProto.Builder out = g.toBuilder().clearNode().addAllNode(nodes(g.getNodeList()));
    for (int i = 0; i < g.getInitializerCount(); i++) {
      out.setInitializer(i, tensor(g.getInitializer(i)));
    }
    return out.build();
  }

  private List<NodeProto> nodes(List<NodeProto> nodes) {
    return nodes.stream().map(n -> anyOutside(List.of(n)) ? node(n) : n).toList();
  }

  private NodeProto node(NodeProto n) {
    NodeProto.Builder out = n.toBuilder().clearAttribute();
    for (AttributeProto a : n.getAttributeList()) {
      AttributeProto.Builder inside = a.toBuilder().clearTensors().clearGraphs();
      if (a.hasT()) {
        inside.setT(tensor(a.getT()));
      }
      if (a.hasG()) {
        inside.setG(graph(a.getG()));
      }
      a.getTensorsList().forEach(t -> inside.addTensors(tensor(t)));
      a.getGraphsList().forEach(g -> inside.addGraphs(graph(g)));
      out.addAttribute(inside);
    }
    return out.build();
  }

  private static TensorProto load(TensorProto t, Path folder, String what) {
    String location = "";
    long offset = 0;
    long length = -1;
    for (StringStringEntryProto e : t.getExternalDataList()) {
      switch (e.getKey()) {
        case "location" -> location = e.getValue();
        case "offset" -> offset = number(e.getValue(), t, what);
        case "length" -> length = number(e.getValue(), t, what);
        default -> {}
      }
    }
    ElementType type = ElementType.ofOnnx(t.getDataType());
    if (type == null || type.bytes() == 0) {
      throw fail(t, what, "has element type " + t.getDataType(), "expected a numeric type");
    }
    long wanted = OnnxTensors.rawBytes(type, OnnxTensors.elements(t, what));
    if (length >= 0 && length != wanted) {
      throw fail(
          t,
          what,
          "says " + length + " bytes",
          "expected " + wanted + " for its shape " + t.getDimsList());
    }
    ByteBuffer data = read(resolve(location, t, folder, what), offset, wanted, t, what);
    return t.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(UnsafeByteOperations.unsafeWrap(data))
        .build();
  }

  private static ByteBuffer read(Path file, long offset, long wanted, TensorProto t, String what) {
    try (FileChannel in = FileChannel.open(file)) {
      if (offset < 0 || wanted > Integer.MAX_VALUE - 8 || offset > in.size() - wanted) {
        String got = "needs bytes %d to %d of %s".formatted(offset, offset + wanted, file);
        throw fail(t, what, got, "expected no more than its " + in.size());
      }
      if (in.size() > LARGEST_READ) {
        return in.map(FileChannel.MapMode.READ_ONLY, offset, wanted);
      }
      ByteBuffer data = ByteBuffer.allocate((int) wanted);
      while (data.hasRemaining() && in.read(data, offset + data.position()) >= 0) {
        // read() may return less than asked for
      }
      if (data.hasRemaining()) {
        String expected = "expected %d bytes from %d".formatted(wanted, offset);
        throw fail(t, what, "ends early in " + file, expected);
      }
      return data.flip();
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read %s: weights file %s: %s. Put it beside the model.".formatted(what, file, e),
          e);
    }
  }

  private static Path resolve(String location, TensorProto t, Path folder, String what) {
    if (folder == null) {
      throw fail(
          t,
          what,
          "lies in the file '" + location + "'",
          "expected weights inside the model. Read the model from its file");
    }
    try {
      Path file = folder.resolve(location).normalize();
      if (location.isEmpty()
          || !file.startsWith(folder.normalize())
          || file.equals(folder.normalize())) {
        throw fail(
            t,
            what,
            "lies in '" + location + "'",
            "expected a file inside the model's folder " + folder);
      }
      if (!Files.isRegularFile(file)) {
        throw fail(
            t,
            what,
            "lies in '" + location + "'",
            "expected that file in " + folder + ". Put it beside the model");
      }
      if (!file.toRealPath().startsWith(folder.toRealPath())) {
        throw fail(
            t,
            what,
            "lies in '" + location + "', a link out of the folder",
            "expected a file inside " + folder);
      }
      return file;
    } catch (InvalidPathException | IOException e) {
      throw fail(
          t,
          what,
          "lies in '" + location + "'",
          "expected a readable file name (" + e.getMessage() + ")");
    }
  }

  private static long number(String text, TensorProto t, String what) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw fail(t, what, "has the offset or length '" + text + "'", "expected a whole number");
    }
  }

  private static ConversionException fail(TensorProto t, String what, String got, String expected) {
    return new ConversionException(
        "Cannot read "
            + what
            + ": external tensor '"
            + t.getName()
            + "' "
            + got
            + ", "
            + expected
            + ". The model is incomplete; fetch all of its files again.");
  }
}
