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
  private static Optional<Starter> starter = Optional.empty();

  private OnnxRuntime() {}

  /**
   * Starts ONNX Runtime, unless it runs already.
   *
   * <p>At its start, ONNX Runtime 1.29 on Linux matches the process's command line with a recursive
   * regular expression. On an ordinary thread of Java (1 MB of stack), some 3,900 characters end
   * the process with a segmentation fault: a class path of a few dozen jars. So it is started on a
   * thread whose stack is large enough for the command line.
   *
   * @throws IllegalStateException if its libraries cannot be unpacked or loaded
   */
  public static synchronized void start() {
    if (started) {
      return;
    }
    begin(NativeLibraries.Place.temporary());
    Starter running = starter.orElseThrow();
    join(running);
    running.throwFailure(); // a later call cannot succeed either: it throws the same
    starter = Optional.empty();
    started = true;
  }

  /**
   * Begins to start ONNX Runtime, unless that has begun already, and returns at once: most of the
   * start is the unpacking of its libraries, beside which there is other work to do. {@link
   * #start()} waits for the end and throws what failed.
   *
   * @param place where its libraries are unpacked
   * @return whether it has begun by this call
   */
  static synchronized boolean begin(NativeLibraries.Place place) {
    if (started || starter.isPresent()) {
      return false;
    }
    Starter made = new Starter(place);
    made.start();
    starter = Optional.of(made);
    return true;
  }

  private static final class Starter extends Thread {
    private final NativeLibraries.Place place;
    private Throwable failure;
    private boolean loaded;
    private volatile boolean brokenOff;

    Starter(NativeLibraries.Place place) {
      super(
          null,
          null,
          "betavae-onnxruntime-start",
          STACK + STACK_PER_CHARACTER * commandLineLength());
      this.place = place;
      setDaemon(false); // what is unpacked for a time is deleted at the end, whatever ends before
    }

    @Override
    public void run() {
      // A model that cannot be opened may end the JVM before this has come to its end.
      Thread atExit = new Thread(this::breakOff, "betavae-onnxruntime-exit");
      try {
        Runtime.getRuntime().addShutdownHook(atExit);
        unpackAndLoad();
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) { // it ends already
        brokenOff = true;
      }
    }

    private void unpackAndLoad() {
      try (NativeLibraries libraries = NativeLibraries.unpack(place, OrtEnvironment.class)) {
        if (!brokenOff) {
          libraries.use(OrtEnvironment::getEnvironment);
          loaded = true;
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }

    /** Ends the start, and waits until nothing of it is left. */
    private void breakOff() {
      brokenOff = true;
      interrupt();
      OnnxRuntime.join(this);
    }

    /** To be called when the thread has ended. */
    void throwFailure() {
      if (failure instanceof VirtualMachineError e) {
        throw e;
      }
      if (brokenOff && !loaded) {
        throw new IllegalStateException(
            "ONNX Runtime is not started, since this JVM is ending.", failure);
      }
      if (failure != null) {
        throw new IllegalStateException(
            "ONNX Runtime cannot be started: "
                + root(failure)
                + ". Its libraries are unpacked into "
                + System.getProperty("java.io.tmpdir")
                + ", expected a folder that may be written to and executed from, with 30 MB of"
                + " space. Name another one with -Djava.io.tmpdir, or a folder that holds them with"
                + " -D"
                + NativeLibraries.PROPERTY
                + ".",
            failure);
      }
    }

    private static Throwable root(Throwable e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return root;
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
