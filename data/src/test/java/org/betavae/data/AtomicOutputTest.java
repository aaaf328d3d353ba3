package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.betavae.data.TestFiles.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicOutputTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void file_appearsOnlyWhenWhole() throws IOException {
    Path target = folder.resolve("out.txt");
    AtomicOutput.write(
        target,
        out -> {
          out.write(text("hello"));
          out.flush();
          assertFalse(Files.exists(target));
        });
    assertEquals("hello", Files.readString(target));
    assertEquals(List.of("out.txt"), names());
  }

  @Test
  void existingFile_isReplaced() throws IOException {
    Path target = folder.resolve("out.txt");
    Files.writeString(target, "old");
    AtomicOutput.write(target, out -> out.write(text("new")));
    assertEquals("new", Files.readString(target));
  }

  @Test
  void missingRights_areNamed_andNotTheFileWrittenAside() {
    Path target = folder.resolve("out.txt");
    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class,
            () ->
                AtomicOutput.write(
                    target,
                    out -> {
                      throw new AccessDeniedException(folder.resolve(".out.txt.1.tmp").toString());
                    }));
    assertOneLine(e, "cannot write " + target + ": permission denied", "another folder");
    e =
        assertThrows(
            UncheckedIOException.class,
            () ->
                AtomicOutput.write(
                    target,
                    out -> {
                      throw new FileSystemException("aside", null, "Read-only file system");
                    }));
    assertOneLine(e, "cannot write " + target + ": Read-only file system, expected");
  }

  @Test
  void fullDisk_isOneErrorAndLeavesNothingBehind() throws IOException {
    Path target = folder.resolve("out.txt");
    Files.writeString(target, "old");
    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class,
            () ->
                AtomicOutput.write(
                    target,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("No space left on device");
                    }));
    assertOneLine(e, "out.txt", "No space left on device", "Free some space");
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("out.txt"), names());
  }

  @Test
  void anyFailure_leavesNothingBehind() throws IOException {
    Path target = folder.resolve("out.txt");
    assertThrows(
        IllegalStateException.class,
        () ->
            AtomicOutput.write(
                target,
                out -> {
                  out.write(1);
                  throw new IllegalStateException("mine");
                }));
    assertEquals(List.of(), names());
  }

  @Test
  void targetsThatCannotBe_areRefused() throws IOException {
    assertBadArgument(
        () -> AtomicOutput.write(folder.resolve("none/out.txt"), out -> {}),
        "none/out.txt",
        "Create it first");
    Files.createDirectory(folder.resolve("sub"));
    assertBadArgument(
        () -> AtomicOutput.write(folder.resolve("sub"), out -> {}), "is a folder", "file name");
  }

  @Test
  void file_hasTheUsualRights() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path plain = Files.writeString(folder.resolve("plain"), "");
    Path target = folder.resolve("out.txt");
    AtomicOutput.write(target, out -> {});
    assertEquals(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(plain)),
        PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
  }

  @Test
  void folder_appearsOnlyWhenWhole() throws IOException {
    Path target = folder.resolve("new/site");
    AtomicOutput.writeFolder(
        target,
        aside -> {
          Files.writeString(aside.resolve("a.txt"), "hello");
          assertFalse(Files.exists(target));
        });
    assertEquals("hello", Files.readString(target.resolve("a.txt")));
    try (Stream<Path> files = Files.list(target.getParent())) {
      assertEquals(List.of(target), files.toList());
    }
  }

  @Test
  void existingFolder_isReplacedWithAllInIt() throws IOException {
    Path target = Files.createDirectories(folder.resolve("site/deep")).getParent();
    Files.writeString(target.resolve("deep/old.txt"), "old");
    AtomicOutput.writeFolder(target, aside -> Files.writeString(aside.resolve("new.txt"), "new"));
    try (Stream<Path> files = Files.list(target)) {
      assertEquals(List.of(target.resolve("new.txt")), files.toList());
    }
    assertEquals(List.of("site"), names());
  }

  @Test
  void failureInAFolder_leavesTheEarlierOneAndNothingBesideIt() throws IOException {
    Path target = Files.createDirectory(folder.resolve("site"));
    Files.writeString(target.resolve("old.txt"), "old");
    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class,
            () ->
                AtomicOutput.writeFolder(
                    target,
                    aside -> {
                      Files.writeString(aside.resolve("half.txt"), "half");
                      throw new IOException("No space left on device");
                    }));
    assertOneLine(e, target.toString(), "No space left on device", "nothing was left behind");
    assertEquals("old", Files.readString(target.resolve("old.txt")));
    assertEquals(List.of("site"), names());
  }

  @Test
  void folderWhereAFileIs_isRefusedWithItsName() throws IOException {
    Path target = Files.writeString(folder.resolve("site"), "a file");
    assertBadArgument(
        () -> AtomicOutput.writeFolder(target, aside -> {}), "site", "it is a file", "another one");
    assertEquals("a file", Files.readString(target));
  }
}
