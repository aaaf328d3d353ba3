package org.betavae.infer;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * ONNX Runtime in this JVM. Opening a model starts it; only a program that also uses ONNX Runtime's
 * own classes has to, before them.
 */
public final class OnnxRuntime {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private static final long STACK = 4L << 20;

  /** About 270 were seen. */
  private static final long STACK_PER_CHARACTER = 1024;

  private static boolean started;

  private OnnxRuntime() {}

  /**
   * Starts ONNX Runtime, unless it runs already.
   *
   * <p>At its start, ONNX Runtime 1.29 on Linux matches the process's command line with a recursive
   * regular expression. On an ordinary thread of Java (1 MB of stack), some 3,900 characters end
   * the process with a segmentation fault: a class path of a few dozen jars. So it is started on a
   * thread whose stack is large enough for the command line.
   */
  public static synchronized void start() {
    if (started) {
      return;
    }
    Throwable[] failure = new Throwable[1];
    Thread starter =
        new Thread(
            null,
            OrtEnvironment::getEnvironment,
            "betavae-onnxruntime-start",
            STACK + STACK_PER_CHARACTER * commandLineLength());
    starter.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
    starter.start();
    join(starter);
    if (failure[0] instanceof Error e) {
      throw e;
    }
    if (failure[0] instanceof RuntimeException e) {
      throw e;
    }
    started = true;
  }

  /** {@link #start()} with libraries that are kept unpacked in a folder. */
  static synchronized void start(Path cache) {
    if (started) {
      return;
    }
    Optional<Path> libraries = NativeLibraries.unpack(cache, OrtEnvironment.class.getClassLoader());
    libraries.ifPresent(folder -> System.setProperty(NativeLibraries.PROPERTY, folder.toString()));
    try {
      start();
    } finally {
      if (libraries.isPresent()) {
        System.clearProperty(NativeLibraries.PROPERTY); // it is read at the start alone
      }
    }
  }

  private static int commandLineLength() {
    try {
      return Files.readAllBytes(COMMAND_LINE).length;
    } catch (IOException | SecurityException e) {
      return 0; // not on Linux: nothing of the kind is known there
    }
  }

  /** Waits to the end: the start cannot be broken off. An interrupt is kept for later. */
  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
