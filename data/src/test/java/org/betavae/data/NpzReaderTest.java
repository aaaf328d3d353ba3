package org.betavae.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.betavae.data.TestFiles.assertBadData;
import static org.betavae.data.TestFiles.bytes;
import static org.betavae.data.TestFiles.floats;
import static org.betavae.data.TestFiles.npy;
import static org.betavae.data.TestFiles.write;
import static org.betavae.data.TestFiles.zip;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzReaderTest {
  @TempDir Path folder;

  private NpzReader open(Map<String, byte[]> entries) throws IOException {
    return NpzReader.open(write(folder, "x.npz", zip(new TreeMap<>(entries))));
  }

  @Test
  void uncompressedFile_holdsTheSameArrays_andIsLarger() throws IOException {
    Path small = folder.resolve("small.npz");
    Path large = folder.resolve("large.npz");
    for (Path file : List.of(small, large)) {
      try (NpzWriter out =
          file == small ? NpzWriter.create(file) : NpzWriter.createUncompressed(file)) {
        out.add("zeros", new float[1000], 10, 100);
        out.finish();
      }
      try (NpzReader in = NpzReader.open(file);
          NpyReader zeros = in.get("zeros")) {
        assertArrayEquals(new float[1000], zeros.toFloats());
      }
    }
    assertTrue(Files.size(small) < 1000);
    assertTrue(Files.size(large) > 4000);
  }

  @Test
  void arrays_areReadByName() throws IOException {
    Map<String, byte[]> entries =
        Map.of(
            "a.npy", npy("<f4", false, "(2,)", floats(1, 2)),
            "b.npy", npy(">i2", true, "(2, 2)", bytes(0, 1, 0, 2, 0, 3, 0, 4)));
    try (NpzReader reader = open(entries)) {
      assertEquals(List.of("a", "b"), reader.names());
      assertArrayEquals(new float[] {1, 2}, reader.get("a").toFloats());
      assertArrayEquals(new long[] {1, 3, 2, 4}, reader.get("b").toLongs());
      assertBadData(() -> reader.get("c"), "no array 'c'", "[a, b]", "Check the name");
    }
  }

  @Test
  void pickles_areSkippedAndNeverRead() throws IOException {
    Map<String, byte[]> entries =
        Map.of(
            "evil.npy", npy("|O", false, "()", "cos\nsystem\n".getBytes(UTF_8)),
            "text.npy", npy("<U3", false, "(1,)", new byte[12]),
            "good.npy", npy("|u1", false, "(1,)", bytes(3)),
            "readme.txt", bytes(1, 2, 3));
    try (NpzReader reader = open(entries)) {
      assertEquals(List.of("good"), reader.names());
      assertEquals(List.of("evil", "readme.txt", "text"), reader.skipped());
      assertBadData(() -> reader.get("evil"), "no array 'evil'");
    }
  }

  @Test
  void realArchiveWithAPickle_isRead() {
    Path file = TestFiles.shared("data/dsprites/nma_dsprites_subset.npz");
    assumeTrue(Files.exists(file), "no file " + file);
    try (NpzReader reader = NpzReader.open(file)) {
      assertTrue(reader.skipped().contains("metadata"));
      assertArrayEquals(new int[] {20_000, 5}, reader.get("latents_values").shape());
    }
  }

  @Test
  void cutArchives_areRefused() throws IOException {
    byte[] whole = zip(Map.of("a.npy", npy("|u1", false, "(4,)", bytes(1, 2, 3, 4))));
    for (int length : new int[] {0, 10, whole.length / 2, whole.length - 1}) {
      Path file = write(folder, "cut.npz", Arrays.copyOf(whole, length));
      assertBadData(() -> NpzReader.open(file), "cut.npz", "cut off or damaged", "copy it again");
    }
  }

  @Test
  void changedBytes_areFoundByTheChecksum() throws IOException {
    byte[] data = new byte[400];
    // Stored, not deflated: the changed byte passes every other check.
    byte[] file = storedZip("a.npy", npy("|u1", false, "(400,)", data));
    file[300]++;
    try (NpzReader reader = NpzReader.open(write(folder, "x.npz", file))) {
      assertBadData(() -> reader.get("a"), "array 'a'", "checksum", "damaged");
    }
  }

  private static byte[] storedZip(String name, byte[] data) throws IOException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    try (java.util.zip.ZipOutputStream zip = new java.util.zip.ZipOutputStream(out)) {
      java.util.zip.ZipEntry entry = new java.util.zip.ZipEntry(name);
      java.util.zip.CRC32 crc = new java.util.zip.CRC32();
      crc.update(data);
      entry.setMethod(java.util.zip.ZipEntry.STORED);
      entry.setSize(data.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(data);
    }
    return out.toByteArray();
  }

  @Test
  void lyingHeaders_areRefused() throws IOException {
    Map<String, byte[]> entries =
        Map.of(
            "few.npy", npy("|u1", false, "(5,)", bytes(1, 2)),
            "many.npy", npy("|u1", false, "(1,)", bytes(1, 2)),
            "huge.npy", npy("<f8", false, "(2000000000, 2000000000)", bytes(1, 2)));
    try (NpzReader reader = open(entries)) {
      assertBadData(() -> reader.get("few"), "2 bytes", "expected 5");
      assertBadData(() -> reader.get("many"), "more than 1 bytes", "expected 1");
      assertBadData(() -> reader.get("huge"), "2000000000", "expected");
    }
  }
}
