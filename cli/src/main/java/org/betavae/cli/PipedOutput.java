package org.betavae.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Standard output whose reader may end before all is written, as {@code head} does: it has what it
 * wanted, so the rest is dropped without a word. Every other failure is passed on.
 *
 * <p>Used by one thread at a time, as below a print stream.
 */
final class PipedOutput extends FilterOutputStream {
  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

  private final BooleanSupplier pipe;
  private boolean ended;

  PipedOutput(OutputStream out) {
    this(out, PipedOutput::isPipe);
  }

  /**
   * The same with another way to find out whether a pipe is written to.
   *
   * @param pipe asked only when a write fails
   */
  PipedOutput(OutputStream out, BooleanSupplier pipe) {
    super(out);
    this.pipe = pipe;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (ended) {
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      if (!isReaderEnded(e)) {
        throw e;
      }
      ended = true;
    }
  }

  private boolean isReaderEnded(IOException e) {
    String message = e.getMessage() == null ? "" : e.getMessage().toLowerCase(Locale.ROOT);
    // The system words it in the user's language, but a write to a pipe fails for nothing else.
    return message.contains("broken pipe") || pipe.getAsBoolean();
  }

  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(DESCRIPTOR).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // not Linux: the message alone says it
    }
  }
}
