package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;

/** Weights that an ONNX file keeps in other files of its folder. */
final class ExternalData {
  /** Files above this are mapped, so that their weights need no memory of the JVM's heap. */
  private static final long LARGEST_READ = 1L << 28;

  private ExternalData() {}

  /**
   * Takes external weights into the model.
   *
   * @param folder of the model; null when it came without one
   */
  static ModelProto inline(ModelProto model, Path folder, String what) {
    boolean none =
        model.getGraph().getInitializerList().stream()
            .noneMatch(t -> t.getDataLocation() == TensorProto.DataLocation.EXTERNAL);
    if (none) {
      return model;
    }
    ModelProto.Builder out = model.toBuilder();
    for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
      TensorProto t = model.getGraph().getInitializer(i);
      if (t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        TensorProto loaded = load(t, folder, what);
        out.getGraphBuilder().setInitializer(i, loaded);
      }
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
    long wanted = Math.multiplyExact(OnnxTensors.elements(t, what), type.bytes());
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
