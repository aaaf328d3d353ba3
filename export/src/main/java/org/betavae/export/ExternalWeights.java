package org.betavae.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes models, with their weights inside or in a file beside them. */
final class ExternalWeights {
  /** Weights that one protobuf message of less than 2 GB can hold beside a graph. */
  static final long LARGEST_INSIDE = Integer.MAX_VALUE - (1L << 26);

  /** Smaller tensors stay inside: shapes and axes, which readers need to check a graph. */
  private static final int SMALLEST_OUTSIDE = 1024;

  /** Where tensors begin: at a page, so that a runtime may map them. */
  private static final int ALIGNMENT = 4096;

  private static final int PIECE = 1 << 20;

  private ExternalWeights() {}

  /** Bytes of all initializers. */
  static long bytes(ModelProto model) {
    return model.getGraph().getInitializerList().stream()
        .mapToLong(t -> t.getRawData().size())
        .sum();
  }

  /** Writes one file. */
  static List<Path> writeInside(ModelProto model, Path file) {
    WholeFile.write(Map.of(file, model::writeTo));
    return List.of(file);
  }

  /** Writes {@code file} and {@code file.data}. */
  static List<Path> write(ModelProto model, Path file) {
    Path data = file.resolveSibling(file.getFileName() + ".data");
    List<ByteString> weights = new ArrayList<>();
    ModelProto.Builder graph = model.toBuilder();
    long offset = 0;
    for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
      TensorProto t = model.getGraph().getInitializer(i);
      if (t.getRawData().size() < SMALLEST_OUTSIDE) {
        continue;
      }
      weights.add(t.getRawData());
      graph
          .getGraphBuilder()
          .setInitializer(
              i,
              t.toBuilder()
                  .clearRawData()
                  .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                  .addExternalData(entry("location", data.getFileName().toString()))
                  .addExternalData(entry("offset", Long.toString(offset)))
                  .addExternalData(entry("length", Integer.toString(t.getRawData().size()))));
      offset = aligned(offset + t.getRawData().size());
    }
    Map<Path, WholeFile.Content> files = new LinkedHashMap<>();
    files.put(data, out -> writeAll(weights, out));
    files.put(file, graph.build()::writeTo);
    WholeFile.write(files);
    return List.of(file, data);
  }

  private static void writeAll(List<ByteString> weights, OutputStream out) throws IOException {
    for (ByteString w : weights) {
      // Piece by piece, since protobuf copies mapped bytes to an array before it writes them.
      for (int from = 0; from < w.size(); from += PIECE) {
        w.substring(from, Math.min(w.size(), from + PIECE)).writeTo(out);
      }
      out.write(new byte[(int) (aligned(w.size()) - w.size())]);
    }
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
