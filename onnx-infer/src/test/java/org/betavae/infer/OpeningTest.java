package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening from memory, from the class path, and by a cache. */
class OpeningTest {
  @TempDir Path folder;

  private Path model;
  private float[] images;
  private float[] expected;
  private ModelInfo info;

  @BeforeEach
  void write() {
    model = TestModels.folder(folder.resolve("cp/models/mine"), 3, 4, 4);
    images = new float[7 * 48];
    for (int i = 0; i < images.length; i++) {
      images[i] = i % 97 / 97f;
    }
    try (BetaVaeModel opened = BetaVaeModel.open(model)) {
      expected = opened.reconstruct(images).values();
      info = opened.info();
    }
  }

  @Test
  void bytes_giveTheModelOfTheFiles() throws IOException {
    byte[] encoder = Files.readAllBytes(model.resolve("encoder.onnx"));
    byte[] decoder = Files.readAllBytes(model.resolve("decoder.onnx"));
    same(BetaVaeModel.open(encoder, decoder, ModelOptions.defaults()));
    try (BetaVaeModel half = BetaVaeModel.open(encoder, null, ModelOptions.defaults())) {
      assertEquals(7, half.embed(images).count());
    }
    ModelException e =
        assertThrows(
            ModelException.class,
            () -> BetaVaeModel.open(decoder, encoder, ModelOptions.defaults()));
    says(e, "bytes of the encoder", "it says that it is the decoder");
    says(
        assertThrows(
            ModelException.class,
            () -> BetaVaeModel.open(new byte[0], null, ModelOptions.defaults())),
        "0 bytes");
    says(
        assertThrows(
            ModelException.class,
            () -> BetaVaeModel.open(new byte[100], null, ModelOptions.defaults())),
        "bytes of the encoder",
        "cannot load it");
    byte[] none = null;
    assertThrows(
        IllegalArgumentException.class,
        () -> BetaVaeModel.open(none, none, ModelOptions.defaults()));
    assertThrows(IllegalArgumentException.class, () -> BetaVaeModel.open(encoder, decoder, null));
  }

  @Test
  void classPath_isReadByAnyLoader() throws IOException {
    URL root = folder.resolve("cp").toUri().toURL();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {root}, null)) {
      ModelOptions options = ModelOptions.defaults();
      same(BetaVaeModel.openResources(loader, "models/mine", options));
      same(BetaVaeModel.openResources(loader, "models/mine/", options));
      says(
          assertThrows(
              ModelException.class,
              () -> BetaVaeModel.openResources(loader, "models/yours", options)),
          "class path models/yours",
          "neither encoder.onnx nor decoder.onnx",
          "no slash in front");
      assertThrows(
          IllegalArgumentException.class,
          () -> BetaVaeModel.openResources(null, "models/mine", options));
      assertThrows(
          IllegalArgumentException.class,
          () -> BetaVaeModel.openResources(loader, "models/mine", null));
    }
  }

  @Test
  void everyOptimisation_givesTheSameModel() {
    for (Optimisation level : Optimisation.values()) {
      same(BetaVaeModel.open(model, ModelOptions.defaults().withOptimisation(level)));
    }
  }

  @Test
  void cache_isFilled_used_andMadeAgainWhenDamaged() throws IOException {
    Path cache = folder.resolve("new/cache");
    ModelOptions options = ModelOptions.defaults().withThreads(2).withCache(cache);
    same(BetaVaeModel.open(model, options));
    List<Path> graphs = graphs(cache);
    assertEquals(2, graphs.size(), "an encoder and a decoder");
    long written = Files.getLastModifiedTime(graphs.get(0)).toMillis();
    same(BetaVaeModel.open(model, options));
    assertEquals(written, Files.getLastModifiedTime(graphs.get(0)).toMillis());
    assertEquals(graphs, graphs(cache));

    byte[] whole = Files.readAllBytes(graphs.get(0));
    byte[] damaged = whole.clone();
    damaged[damaged.length / 2] ^= 1;
    for (byte[] bytes : List.of(damaged, new byte[0], java.util.Arrays.copyOf(whole, 50))) {
      Files.write(graphs.get(0), bytes);
      same(BetaVaeModel.open(model, options));
      assertArrayEquals(whole, Files.readAllBytes(graphs.get(0)), "made again");
    }
    // Sound by its checksum, but no graph that ONNX Runtime can read.
    Path sum = graphs.get(0).resolveSibling(graphs.get(0).getFileName() + ".sum");
    Files.write(graphs.get(0), new byte[30]);
    Files.writeString(sum, Checksum.of(new byte[30]));
    same(BetaVaeModel.open(model, options));
    assertArrayEquals(whole, Files.readAllBytes(graphs.get(0)));
  }

  @Test
  void cache_keepsOtherModelsAndOptionsApart() throws IOException {
    Path cache = folder.resolve("cache");
    ModelOptions options = ModelOptions.defaults().withCache(cache);
    same(BetaVaeModel.open(model, options));
    same(BetaVaeModel.open(model, options.withOptimisation(Optimisation.BASIC)));
    assertEquals(4, graphs(cache).size());
    Path other = TestModels.encoder(3, 4, 4).write(folder.resolve("other.onnx"));
    try (BetaVaeModel opened = BetaVaeModel.open(other, null, options)) {
      assertEquals(7, opened.embed(images).count());
    }
    assertEquals(5, graphs(cache).size());
    assertNotEquals(Checksum.of(new byte[] {1, 2}), Checksum.of(new byte[] {2, 1}));
  }

  @Test
  void cacheThatCannotBeWritten_isDoneWithout() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    same(BetaVaeModel.open(model, ModelOptions.defaults().withCache(file)));
    assertEquals("no folder", Files.readString(file));
  }

  @Test
  void nativeLibraries_areUnpackedOnce_andAgainWhenDamaged() throws IOException {
    Path cache = folder.resolve("libraries");
    NativeLibraries.Place place = NativeLibraries.Place.cache(cache);
    assumeTrue(
        NativeLibraries.unpack(place, OrtEnvironment.class).folder().isPresent(),
        "no jar for this platform");
    Path unpacked = NativeLibraries.unpack(place, OrtEnvironment.class).folder().orElseThrow();
    Path library = unpacked.resolve(System.mapLibraryName("onnxruntime4j_jni"));
    byte[] whole = Files.readAllBytes(library);
    Files.write(library, new byte[whole.length]);
    assertEquals(
        unpacked, NativeLibraries.unpack(place, OrtEnvironment.class).folder().orElseThrow());
    assertArrayEquals(whole, Files.readAllBytes(library));
    assertTrue(Files.exists(unpacked.resolve(System.mapLibraryName("onnxruntime"))));
  }

  @Test
  void nativeLibraries_ofOneStart_areThoseOfTheJar_andDeletedAtTheEnd() throws IOException {
    Path kept =
        NativeLibraries.unpack(
                NativeLibraries.Place.cache(folder.resolve("kept")), OrtEnvironment.class)
            .folder()
            .orElse(null);
    assumeTrue(kept != null, "no jar for this platform");
    Path[] place = new Path[1];
    try (NativeLibraries libraries =
        NativeLibraries.unpack(NativeLibraries.Place.temporary(), OrtEnvironment.class)) {
      Path unpacked = libraries.folder().orElseThrow();
      place[0] = unpacked;
      for (String name : List.of("onnxruntime", "onnxruntime4j_jni")) {
        String file = System.mapLibraryName(name);
        assertEquals(-1, Files.mismatch(kept.resolve(file), unpacked.resolve(file)), file);
      }
      if (Files.getFileStore(unpacked).supportsFileAttributeView("posix")) {
        assertEquals(
            "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(unpacked)));
      }
      libraries.use(
          () ->
              assertEquals(
                  unpacked.toString(), System.getProperty(NativeLibraries.PROPERTY), "is named"));
      assertNull(System.getProperty(NativeLibraries.PROPERTY), "for ONNX Runtime's start alone");
    }
    assertFalse(Files.exists(place[0]));
  }

  @Test
  void nativeLibraries_thatCannotBeUnpacked_areLeftToOnnxRuntime() {
    try (NativeLibraries libraries =
        NativeLibraries.unpack(NativeLibraries.Place.temporary(), String.class)) {
      assertEquals(Optional.empty(), libraries.folder());
      libraries.use(() -> assertNull(System.getProperty(NativeLibraries.PROPERTY)));
    }
  }

  /** As in a jar within a jar, which is no file that can be opened as such. */
  @Test
  void nativeLibraries_areFoundByTheClassLoader_whereTheirJarIsNoFile() throws Exception {
    try (LibraryJar byFile = new LibraryJar(OrtEnvironment.class);
        LibraryJar byLoader = new LibraryJar(BetaVaeModel.class)) { // from a folder of classes
      Optional<LibraryJar.Packed> packed = byFile.find("onnxruntime4j_jni");
      assumeTrue(packed.isPresent(), "no jar for this platform");
      LibraryJar.Packed other = byLoader.find("onnxruntime4j_jni").orElseThrow();
      assertEquals(packed.get().size(), other.size());
      assertEquals(packed.get().crc(), other.crc());
      try (InputStream one = packed.get().open();
          InputStream two = other.open()) {
        assertArrayEquals(one.readAllBytes(), two.readAllBytes());
      }
      assertEquals(Optional.empty(), byFile.find("nonesuch"));
    }
  }

  @Test
  void rehearsal_goesThroughAndLeavesNothing() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Rehearsal.run();
    Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
    left.removeAll(before);
    left.removeIf(thread -> !thread.getName().startsWith("betavae"));
    assertEquals(Set.of(), left);
  }

  private static List<Path> graphs(Path cache) throws IOException {
    try (Stream<Path> all = Files.list(cache)) {
      return all.filter(p -> p.toString().endsWith(".onnx")).sorted().toList();
    }
  }

  private void same(BetaVaeModel opened) {
    try (BetaVaeModel again = opened) {
      assertArrayEquals(expected, again.reconstruct(images).values(), 1e-6f);
      assertEquals(info, again.info());
    }
  }

  private static void says(Exception e, String... parts) {
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
