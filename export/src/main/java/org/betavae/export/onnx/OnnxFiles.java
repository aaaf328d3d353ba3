package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.betavae.export.ConversionException;
import org.betavae.export.ModelHint;

/** Reads ONNX files and refuses those that no runtime could run. */
public final class OnnxFiles {
  private static final long LARGEST_READ = 1L << 28;

  private OnnxFiles() {}

  /** Version of the standard operator set that a model asks for; 0 when it asks for none. */
  public static int opset(ModelProto model) {
    return Nodes.standardOpset(model.getOpsetImportList());
  }

  /** Reads a file with its external weights, if any, and checks it. */
  public static ModelProto read(Path file) {
    CodedInputStream in;
    try {
      if (Files.isDirectory(file)) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it is a folder, expected an ONNX file. "
                + ModelHint.of(file, ModelHint.Wanted.ONNX).orElse("Name the file itself."));
      }
      if (Files.size(file) > Integer.MAX_VALUE - 8L) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it has "
                + Files.size(file)
                + " bytes, a protobuf file holds less than 2 GB. The file is damaged or no ONNX"
                + " file.");
      }
      in = open(file);
    } catch (NoSuchFileException e) {
      throw new ConversionException("Cannot read " + file + ": no such file. Check the path.", e);
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read " + file + ": " + e + ". Check that the file can be read.", e);
    }
    ModelProto model;
    try {
      model = parse(in, file.toString());
    } catch (ConversionException e) {
      throw ModelHint.of(file, ModelHint.Wanted.ONNX)
          .map(
              hint ->
                  new ConversionException(
                      "Cannot read " + file + ": it is no ONNX file, expected one. " + hint, e))
          .orElse(e);
    }
    Path folder = file.toAbsolutePath().getParent();
    model = NodeOrder.of(ExternalData.inline(model, folder, file.toString()));
    ModelCheck.check(model, file.toString());
    return model;
  }

  /** Parses and checks bytes; weights outside of them are refused. */
  public static ModelProto read(byte[] bytes, String what) {
    ModelProto model =
        NodeOrder.of(
            ExternalData.inline(
                parse(UnsafeByteOperations.unsafeWrap(bytes.clone()).newCodedInput(), what),
                null,
                what));
    ModelCheck.check(model, what);
    return model;
  }

  /** Large files are mapped, so that their weights need no memory of the JVM's heap. */
  private static CodedInputStream open(Path file) throws IOException {
    long size = Files.size(file);
    if (size <= LARGEST_READ) {
      return UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)).newCodedInput();
    }
    try (FileChannel in = FileChannel.open(file)) {
      return UnsafeByteOperations.unsafeWrap(in.map(FileChannel.MapMode.READ_ONLY, 0, size))
          .newCodedInput();
    }
  }

  private static ModelProto parse(CodedInputStream in, String what) {
    ModelProto model;
    try {
      if (in.isAtEnd()) {
        throw new ConversionException(
            "Cannot read "
                + what
                + ": it is empty, expected an ONNX model. Write or fetch it again.");
      }
      in.enableAliasing(true);
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
              + ": it holds no ONNX graph, expected a model. The file is of another kind; check the"
              + " path.");
    }
    return model;
  }
}
