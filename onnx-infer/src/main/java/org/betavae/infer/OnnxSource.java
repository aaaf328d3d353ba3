package org.betavae.infer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the content of an ONNX file comes from. */
final class OnnxSource {
  private final Path path;
  private final Optional<byte[]> bytes;

  private OnnxSource(Path path, Optional<byte[]> bytes) {
    this.path = path;
    this.bytes = bytes;
  }

  /** The file, or what messages call content that is in memory. */
  Path path() {
    return path;
  }

  /** The content if it is in memory. */
  Optional<byte[]> bytes() {
    return bytes;
  }

  /** A file, which is read when it is opened. */
  static OnnxSource file(Path path) {
    return new OnnxSource(path, Optional.empty());
  }

  /** Content in memory. */
  static OnnxSource memory(String name, byte[] bytes) {
    Path path = Path.of(name);
    if (bytes.length == 0) {
      throw new ModelException(path, "it has 0 bytes, expected an ONNX file. Export it again.");
    }
    return new OnnxSource(path, Optional.of(bytes));
  }

  /** A resource of the class path, if there is one of that name. */
  static Optional<OnnxSource> resource(ClassLoader loader, String name) {
    String shown = "class path " + name;
    try (InputStream in = loader.getResourceAsStream(name)) {
      return in == null ? Optional.empty() : Optional.of(memory(shown, in.readAllBytes()));
    } catch (IOException e) {
      throw new ModelException(
          Path.of(shown), "it cannot be read: " + e.getMessage() + ". Check the class path.", e);
    }
  }

  /** The content, read if it is in a file. */
  byte[] content() throws IOException {
    return bytes.isPresent() ? bytes.get() : Files.readAllBytes(path);
  }

  /**
   * Refuses a file that is not there or cannot be read, in words that say more than ONNX Runtime's.
   */
  void checkReadable() {
    if (bytes.isPresent()) {
      return;
    }
    if (!Files.exists(path)) {
      throw new ModelException(
          path, "there is no such file, expected an ONNX file. Check the path.");
    }
    if (!Files.isRegularFile(path)) {
      throw new ModelException(
          path, "it is no regular file, expected an ONNX file. Check the path.");
    }
    try {
      if (!Files.isReadable(path)) {
        throw new ModelException(path, "it may not be read. Check its permissions.");
      }
      if (Files.size(path) == 0) {
        throw new ModelException(path, "it has 0 bytes, expected an ONNX file. Export it again.");
      }
    } catch (IOException e) {
      throw new ModelException(path, "it cannot be read: " + e.getMessage() + ".", e);
    }
  }
}
