package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import org.betavae.data.DataException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static Failure of(Throwable thrown) {
    return Failure.of(thrown, new InspectCommand());
  }

  @Test
  void ownExceptions_speakForThemselves() {
    assertEquals(new Failure(2, "bad file"), of(new DataException("bad\n  file")));
    assertEquals(new Failure(2, "beta is -1"), of(new IllegalArgumentException("beta is -1")));
    assertEquals(new Failure(1, "closed"), of(new IllegalStateException("closed")));
    assertEquals(
        new Failure(1, "cannot write x: disk full"),
        of(new UncheckedIOException("cannot write x: disk full", new IOException("full"))));
    assertEquals(new Failure(1, "parity"), of(CommandException.failed("parity", null)));
  }

  @Test
  void foreignExceptions_areCalledUnexpected() {
    // Thrown inside the JDK, so that its message is not ours.
    IllegalArgumentException foreign =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalArgumentException.class, () -> Integer.parseInt("x"));
    Failure failure = of(foreign);
    assertEquals(1, failure.exitCode());
    assertTrue(failure.line().startsWith("unexpected NumberFormatException: "), failure.line());
    assertTrue(failure.line().endsWith("Run again with --debug for the stack trace."));
    assertEquals(1, of(new NullPointerException()).exitCode());
  }

  @Test
  void pathsThatTheLocaleCannotWrite_areAnArgumentsFault_withTheRemedy() {
    InvalidPathException e =
        new InvalidPathException("z\ufffd.npy", "Malformed input or input contains unmappable");
    String before = System.getProperty("sun.jnu.encoding");
    try {
      System.setProperty("sun.jnu.encoding", "ANSI_X3.4-1968");
      Failure failure = of(e);
      assertEquals(2, failure.exitCode());
      assertTrue(failure.line().contains("z\ufffd.npy"), failure.line());
      assertTrue(
          failure.line().contains("ANSI_X3.4-1968 here; set LC_ALL=C.UTF-8"), failure.line());
      System.setProperty("sun.jnu.encoding", "UTF-8");
      assertFalse(of(e).line().contains("LC_ALL"), of(e).line());
    } finally {
      System.setProperty("sun.jnu.encoding", before);
    }
  }

  @Test
  void memory_isOneLineWithAdvice() {
    Failure failure = of(new RuntimeException(new OutOfMemoryError("Java heap space")));
    assertEquals(1, failure.exitCode());
    assertTrue(failure.line().contains("out of memory: Java heap space"), failure.line());
    assertTrue(failure.line().contains("BETAVAE_JAVA_OPTS"), failure.line());
    assertFalse(failure.line().contains("--batch"), failure.line());
    OutOfMemoryError memory = new OutOfMemoryError("Java heap space");
    assertTrue(Failure.of(memory, new EmbedCommand()).line().contains("smaller --batch"));
    assertTrue(Failure.of(memory, new GenerateCommand()).line().contains("smaller --count"));
  }

  @Test
  void fullDisk_isOneLineWithAdvice() {
    IOException full = new IOException("No space left on device");
    Failure failure = of(new UncheckedIOException(full));
    assertEquals(1, failure.exitCode());
    assertTrue(failure.line().startsWith("disk full: "), failure.line());
    assertTrue(failure.line().contains("free some space"), failure.line());
  }

  @Test
  void missingFile_isNamed() {
    Failure failure = of(new NoSuchFileException("a/b"));
    assertEquals(2, failure.exitCode());
    assertTrue(failure.line().contains("no such file or folder: a/b"), failure.line());
  }

  @Test
  void missingNativeCode_namesThePlatform() {
    Failure failure = of(new UnsatisfiedLinkError("no jnitensorflow"));
    assertEquals(1, failure.exitCode());
    assertTrue(failure.line().contains("no jnitensorflow"), failure.line());
    assertTrue(failure.line().contains(System.getProperty("os.arch")), failure.line());
  }
}
