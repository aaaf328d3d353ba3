package org.betavae.infer;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * ONNX Runtime's native libraries, unpacked once into a folder of the cache. By itself ONNX Runtime
 * unpacks them from its jar at every start of a JVM, which takes more than half of the time to the
 * first embedding.
 */
final class NativeLibraries {
  /** ONNX Runtime takes its libraries from the folder that this system property names. */
  static final String PROPERTY = "onnxruntime.native.path";

  private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");
  private static final int BUFFER = 1 << 20;

  private NativeLibraries() {}

  /**
   * Unpacks what is missing or damaged.
   *
   * @return the folder; empty if ONNX Runtime should do as it does by itself
   */
  static Optional<Path> unpack(Path cache, ClassLoader loader) {
    if (System.getProperty(PROPERTY) != null) {
      return Optional.empty();
    }
    try {
      Path folder = null;
      for (String name : NAMES) {
        String file = System.mapLibraryName(name);
        Optional<JarURLConnection> packed =
            packed(loader.getResource("ai/onnxruntime/native/" + platform() + "/" + file));
        if (packed.isEmpty()) {
          return Optional.empty();
        }
        if (folder == null) {
          // Of another version, the first library has another checksum.
          String version = Long.toHexString(packed.get().getJarEntry().getCrc());
          folder = cache.toAbsolutePath().resolve("onnxruntime-" + platform() + "-" + version);
          Files.createDirectories(folder);
        }
        unpack(packed.get(), folder.resolve(file));
      }
      return Optional.ofNullable(folder);
    } catch (IOException e) {
      GraphCache.warn(cache, e);
      return Optional.empty();
    }
  }

  private static Optional<JarURLConnection> packed(URL url) throws IOException {
    URLConnection connection = url == null ? null : url.openConnection();
    return connection instanceof JarURLConnection jar ? Optional.of(jar) : Optional.empty();
  }

  private static void unpack(JarURLConnection packed, Path target) throws IOException {
    long crc = packed.getJarEntry().getCrc();
    if (Files.exists(target)
        && Files.size(target) == packed.getJarEntry().getSize()
        && crcOf(target) == crc) {
      return;
    }
    Path aside = Files.createTempFile(target.getParent(), "aside", ".tmp");
    try (InputStream in = packed.getInputStream()) {
      Files.copy(in, aside, StandardCopyOption.REPLACE_EXISTING);
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static long crcOf(Path file) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
      }
    }
    return crc.getValue();
  }

  /** As ONNX Runtime names the folders of its jar. */
  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return system + (arch.equals("aarch64") || arch.equals("arm64") ? "-aarch64" : "-x64");
  }
}
