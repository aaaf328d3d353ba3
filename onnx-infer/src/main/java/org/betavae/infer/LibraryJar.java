package org.betavae.infer;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.security.CodeSource;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The jar that holds ONNX Runtime's native libraries. A jar that is a plain file is opened as one:
 * the connections of its class loader, which reach into jars within jars too, take some 30 ms of
 * the start of a JVM.
 */
final class LibraryJar implements AutoCloseable {
  private final Class<?> resident;
  private final Optional<ZipFile> file;

  /**
   * @param resident a class of the jar
   */
  LibraryJar(Class<?> resident) {
    this.resident = resident;
    this.file = plainFile(resident);
  }

  /** A library in the jar. */
  abstract static class Packed {
    private final ZipEntry entry;

    private Packed(ZipEntry entry) {
      this.entry = entry;
    }

    /** Bytes, unpacked. */
    long size() {
      return entry.getSize();
    }

    /** Checksum of the unpacked bytes. */
    long crc() {
      return entry.getCrc();
    }

    /** The unpacked bytes; the caller closes. */
    abstract InputStream open() throws IOException;
  }

  /**
   * Looks for a library.
   *
   * @param name as {@link System#mapLibraryName} takes it
   * @return empty if there is none for this platform, or no jar
   */
  Optional<Packed> find(String name) {
    String entry = "ai/onnxruntime/native/" + platform() + "/" + System.mapLibraryName(name);
    if (file.isPresent()) {
      ZipFile zip = file.get();
      ZipEntry packed = zip.getEntry(entry);
      if (packed != null) {
        return Optional.of(
            new Packed(packed) {
              @Override
              InputStream open() throws IOException {
                return zip.getInputStream(packed);
              }
            });
      }
    }
    ClassLoader loader = resident.getClassLoader();
    URL url = loader == null ? null : loader.getResource(entry);
    return url == null ? Optional.empty() : connected(url);
  }

  private static Optional<Packed> connected(URL url) {
    try {
      if (!(url.openConnection() instanceof JarURLConnection jar) || jar.getJarEntry() == null) {
        return Optional.empty();
      }
      return Optional.of(
          new Packed(jar.getJarEntry()) {
            @Override
            InputStream open() throws IOException {
              return jar.getInputStream();
            }
          });
    } catch (IOException e) {
      return Optional.empty(); // no jar as others are: ONNX Runtime may still read its resource
    }
  }

  /** Files that are still open of it must not be read after this. */
  @Override
  public void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }

  private static Optional<ZipFile> plainFile(Class<?> resident) {
    CodeSource source = resident.getProtectionDomain().getCodeSource();
    URL place = source == null ? null : source.getLocation();
    if (place == null || !place.getProtocol().equals("file")) {
      return Optional.empty();
    }
    try {
      File jar = new File(place.toURI());
      return jar.isFile() ? Optional.of(new ZipFile(jar)) : Optional.empty();
    } catch (IOException | URISyntaxException | IllegalArgumentException e) {
      return Optional.empty(); // the class loader may know how to read it
    }
  }

  /** As ONNX Runtime names the folders of its jar. */
  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return system + (arch.equals("aarch64") || arch.equals("arm64") ? "-aarch64" : "-x64");
  }
}
