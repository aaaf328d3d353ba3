package org.betavae.infer;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * ONNX Runtime's native libraries, unpacked from its jar: once into a folder of the cache, or into
 * a folder of this start alone, whose files are deleted as soon as they are loaded. ONNX Runtime
 * would unpack them by itself, but later and in smaller pieces, and leaves 28 MB behind when its
 * process is killed.
 */
final class NativeLibraries implements AutoCloseable {
  /** ONNX Runtime takes its libraries from the folder that this system property names. */
  static final String PROPERTY = "onnxruntime.native.path";

  /**
   * Held while the property is ours. One for the whole JVM, as the property is, whose class loaders
   * have this class each: a text that is interned.
   */
  private static final Object LOCK = ("org.betavae.infer " + PROPERTY).intern();

  private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

  /**
   * Those of the jar for GPUs, which ONNX Runtime looks for beside the others when it needs them.
   */
  private static final String GPU = "onnxruntime_providers_cuda";

  private static final int BUFFER = 1 << 16;

  private final Optional<Path> folder;
  private final boolean temporary;

  private NativeLibraries(Optional<Path> folder, boolean temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /**
   * Where libraries are unpacked.
   *
   * @param cache keeps them; if empty, they are deleted once they are loaded
   * @param ownWay leave it to ONNX Runtime
   */
  record Place(Optional<Path> cache, boolean ownWay) {
    /** As fits the options: what GPUs need has to lie beside the libraries later. */
    static Place of(ModelOptions options) {
      return new Place(options.cache(), options.provider() != Provider.CPU);
    }

    static Place cache(Path folder) {
      return new Place(Optional.of(folder), false);
    }

    static Place temporary() {
      return new Place(Optional.empty(), false);
    }
  }

  /**
   * Unpacks what is missing or damaged at the place.
   *
   * @param resident a class of the jar that they lie in
   */
  static NativeLibraries unpack(Place place, Class<?> resident) {
    if (place.ownWay() || isGiven()) {
      return new NativeLibraries(Optional.empty(), false);
    }
    return place.cache().isPresent()
        ? new NativeLibraries(keep(place.cache().get(), resident), false)
        : new NativeLibraries(unpackAside(resident), true);
  }

  /** Whether the user says where they are. */
  private static boolean isGiven() {
    synchronized (LOCK) {
      return System.getProperty(PROPERTY) != null;
    }
  }

  /** Where they are; empty if ONNX Runtime should do as it does by itself. */
  Optional<Path> folder() {
    return folder;
  }

  /** Runs what loads the libraries. */
  void use(Runnable load) {
    synchronized (LOCK) {
      folder.ifPresent(path -> System.setProperty(PROPERTY, path.toString()));
      try {
        load.run();
      } finally {
        if (folder.isPresent()) {
          System.clearProperty(PROPERTY); // it is read at the start alone
        }
      }
    }
  }

  /** Deletes what is not kept. */
  @Override
  public void close() {
    if (temporary && folder.isPresent()) {
      delete(folder.get());
    }
  }

  private static Optional<Path> keep(Path cache, Class<?> resident) {
    try (LibraryJar jar = new LibraryJar(resident)) {
      Path folder = null;
      for (String name : NAMES) {
        Optional<LibraryJar.Packed> packed = jar.find(name);
        if (packed.isEmpty()) {
          return Optional.empty();
        }
        if (folder == null) {
          // Of another version, the first library has another checksum.
          String version = LibraryJar.platform() + "-" + Long.toHexString(packed.get().crc());
          folder = cache.toAbsolutePath().resolve("onnxruntime-" + version);
          Files.createDirectories(folder);
        }
        keep(packed.get(), folder.resolve(System.mapLibraryName(name)));
      }
      return Optional.ofNullable(folder);
    } catch (InterruptedIOException e) {
      return Optional.empty(); // the JVM is ending
    } catch (IOException e) {
      GraphCache.warn(cache, e);
      return Optional.empty();
    }
  }

  private static void keep(LibraryJar.Packed packed, Path target) throws IOException {
    if (Files.exists(target)
        && Files.size(target) == packed.size()
        && crcOf(target) == packed.crc()) {
      return;
    }
    Path aside = Files.createTempFile(target.getParent(), "aside", ".tmp");
    try {
      copy(packed, aside);
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /**
   * Empty where there is nothing to unpack.
   *
   * @throws UncheckedIOException if there is no space or no right to write; ONNX Runtime's own way
   *     would fail too, and not say of what
   */
  private static Optional<Path> unpackAside(Class<?> resident) {
    Optional<Path> folder = Optional.empty();
    try (LibraryJar jar = new LibraryJar(resident)) {
      if (jar.find(GPU).isPresent()) {
        return Optional.empty();
      }
      for (String name : NAMES) {
        Optional<LibraryJar.Packed> packed = jar.find(name);
        if (packed.isEmpty()) {
          folder.ifPresent(NativeLibraries::delete);
          return Optional.empty();
        }
        if (folder.isEmpty()) {
          folder = Optional.of(temporaryFolder());
        }
        copy(packed.get(), folder.get().resolve(System.mapLibraryName(name)));
      }
      return folder;
    } catch (InterruptedIOException e) {
      folder.ifPresent(NativeLibraries::delete);
      return Optional.empty(); // the JVM is ending
    } catch (IOException e) {
      folder.ifPresent(NativeLibraries::delete);
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A new folder that nobody else may enter. Not by {@link Files#createTempDirectory}, whose secure
   * random numbers take some 10 ms at a start: a name that is taken is only tried again.
   */
  private static Path temporaryFolder() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    while (true) {
      Path folder = parent.resolve("betavae-onnxruntime-" + Long.toHexString(System.nanoTime()));
      try {
        return posix
            ? Files.createDirectory(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
            : Files.createDirectory(folder);
      } catch (FileAlreadyExistsException e) {
        Thread.onSpinWait(); // the next nanosecond has another name
      }
    }
  }

  /** What cannot be deleted since it is in use, as on Windows, is deleted when the JVM ends. */
  private static void delete(Path folder) {
    File parent = folder.toFile();
    boolean all = true;
    for (String name : NAMES) {
      File file = new File(parent, System.mapLibraryName(name));
      if (file.exists() && !file.delete()) {
        if (all) {
          parent.deleteOnExit(); // the last one named is deleted first
        }
        file.deleteOnExit();
        all = false;
      }
    }
    if (all && !parent.delete()) {
      parent.deleteOnExit();
    }
  }

  /**
   * @throws InterruptedIOException if the thread is interrupted; the file is not whole then
   */
  private static void copy(LibraryJar.Packed packed, Path target) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = packed.open();
        OutputStream out = new FileOutputStream(target.toFile())) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("It was broken off.");
        }
      }
    }
  }

  private static long crcOf(Path file) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
      }
    }
    return crc.getValue();
  }
}
