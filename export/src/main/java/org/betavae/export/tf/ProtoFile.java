package org.betavae.export.tf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.betavae.export.ConversionException;

/** Reads a protobuf message from a file, with errors that name the file. */
final class ProtoFile {
  private static final String TEXT_ENDING = ".pbtxt";

  /** A file above this is mapped, so that its weights need no memory of the JVM's heap. */
  private static final long LARGEST_READ = 1L << 26;

  private ProtoFile() {}

  /**
   * Reads a file, in protobuf's text format when its name ends in .pbtxt.
   *
   * @param kind the message's name, for errors
   * @param empty a message of the kind wanted
   */
  static <M extends Message> M read(Path file, String kind, M empty) {
    try {
      if (file.toString().endsWith(TEXT_ENDING)) {
        return text(file, kind, empty);
      }
      @SuppressWarnings("unchecked") // a message's parser makes messages of its own class
      Parser<M> parser = (Parser<M>) empty.getParserForType();
      CodedInputStream in = open(file);
      // Weights inside the message stay where they are instead of being copied.
      in.enableAliasing(true);
      return parser.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": no valid "
              + kind
              + " protobuf ("
              + e.getMessage()
              + "). The file is cut off, damaged or of another kind; copy it again.",
          e);
    } catch (NoSuchFileException e) {
      throw new ConversionException("Cannot read " + file + ": no such file. Check the path.", e);
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read " + file + ": " + e + ". Check that the file can be read.", e);
    }
  }

  private static CodedInputStream open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new ConversionException(
          "Cannot read " + file + ": it is a folder, expected a file. Name the file inside it.");
    }
    long size = checkSize(file);
    if (size <= LARGEST_READ) {
      return UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)).newCodedInput();
    }
    try (FileChannel in = FileChannel.open(file)) {
      return UnsafeByteOperations.unsafeWrap(in.map(FileChannel.MapMode.READ_ONLY, 0, size))
          .newCodedInput();
    }
  }

  private static long checkSize(Path file) throws IOException {
    long size = Files.size(file);
    if (size > Integer.MAX_VALUE - 8L) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": it has "
              + size
              + " bytes, a protobuf file holds less than 2 GB. The file is damaged or of another kind.");
    }
    return size;
  }

  private static <M extends Message> M text(Path file, String kind, M empty) throws IOException {
    checkSize(file);
    Message.Builder out = empty.newBuilderForType();
    try {
      TextFormat.Parser.newBuilder()
          .setAllowUnknownFields(true)
          .build()
          .merge(Files.readString(file, StandardCharsets.UTF_8), out);
    } catch (TextFormat.ParseException e) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": no valid "
              + kind
              + " in protobuf's text format, at line and column "
              + e.getMessage()
              + ". Write it again, or give the binary file.",
          e);
    }
    @SuppressWarnings("unchecked") // a builder makes messages of its own class
    M message = (M) out.build();
    return message;
  }
}
