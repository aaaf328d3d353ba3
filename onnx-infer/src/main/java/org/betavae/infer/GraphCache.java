package org.betavae.infer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * A folder of optimised graphs. Each file's name is made of the checksum of the model, ONNX
 * Runtime's version, the optimisation and the processor, so that a file for other circumstances is
 * never taken; a file beside it holds its own checksum, so that a damaged one is made again. Files
 * are written aside and renamed: several processes may share a folder.
 */
final class GraphCache {
  private static final Logger LOG = System.getLogger(GraphCache.class.getPackageName());
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

  /** The key of weights that lie in a file of their own, as protobuf writes it. */
  private static final byte[] EXTERNAL = "\n\blocation".getBytes(StandardCharsets.US_ASCII);

  private GraphCache() {}

  /** One graph's place in the folder. */
  record Entry(Path graph) {
    private Path checksum() {
      return graph.resolveSibling(graph.getFileName() + ".sum");
    }

    /** The optimised graph, if there is a sound one. */
    Optional<byte[]> read() {
      try {
        if (!Files.exists(graph) || !Files.exists(checksum())) {
          return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(graph);
        String expected = Files.readString(checksum());
        return Checksum.of(bytes).equals(expected) ? Optional.of(bytes) : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    /** A file to write the graph to; empty, with a warning, if the folder cannot be written. */
    Optional<Path> beginWrite() {
      try {
        Files.createDirectories(graph.getParent());
        return Optional.of(Files.createTempFile(graph.getParent(), "aside", ".onnx"));
      } catch (IOException e) {
        warn(graph.getParent(), e);
        return Optional.empty();
      }
    }

    /** Gives the file its name. */
    void finishWrite(Path aside) {
      Path sum = aside.resolveSibling(aside.getFileName() + ".sum");
      try {
        Files.writeString(sum, Checksum.of(Files.readAllBytes(aside)));
        // Until both are there they do not fit together, and are as good as missing.
        Files.move(aside, graph, StandardCopyOption.ATOMIC_MOVE);
        Files.move(sum, checksum(), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        warn(graph.getParent(), e);
        dropWrite(aside);
        dropWrite(sum);
      }
    }

    void dropWrite(Path aside) {
      try {
        Files.deleteIfExists(aside);
      } catch (IOException e) {
        warn(aside, e);
      }
    }
  }

  /** The place for a model's graph; empty if the model cannot be kept. */
  static Optional<Entry> entry(Path folder, OnnxSource source, Optimisation optimisation) {
    try {
      byte[] model = source.content();
      if (contains(model, EXTERNAL)) {
        return Optional.empty(); // what lies outside of the file may change behind its checksum
      }
      String circumstances =
          Ort.environment().getVersion()
              + " "
              + optimisation
              + " "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + " "
              + processor();
      String name =
          Checksum.of(model)
              + "-"
              + Checksum.of(circumstances.getBytes(StandardCharsets.UTF_8))
              + ".onnx";
      return Optional.of(new Entry(folder.toAbsolutePath().resolve(name)));
    } catch (IOException e) {
      return Optional.empty(); // opening the file itself will say what is wrong
    }
  }

  static void warn(Path where, IOException e) {
    LOG.log(
        Level.WARNING,
        "The cache {0} cannot be written, the model is opened without it: {1}. Check its"
            + " permissions and the space on its disk.",
        where,
        e);
  }

  /** What the first processor can do, as far as the system tells. */
  private static String processor() {
    try {
      List<String> lines = Files.readAllLines(PROCESSOR, StandardCharsets.ISO_8859_1);
      int end = lines.indexOf("");
      return lines.subList(0, end < 0 ? lines.size() : end).stream()
          .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
          .reduce("", String::concat);
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int i = 0; i <= bytes.length - part.length; i++) {
      if (bytes[i] == part[0]
          && java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }
}
