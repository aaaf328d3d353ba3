package org.betavae.infer;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Settings of ONNX Runtime that all sessions share, each with its reason. */
final class Ort {
  /**
   * How long an idle worker of the low-latency session waits by spinning. Long enough to catch the
   * next operator and the next call of a busy caller (as fast as endless spinning at batch 1),
   * short enough to leave the core to others soon.
   */
  private static final String SPIN_MICROS = "200";

  private static final Pattern NOISE =
      Pattern.compile(
          "^Error code - \\w+ - message: |Load model from .* failed: ?"
              + "|[\\w/.]*\\.(cc|h):\\d+ (void onnxruntime::[^(]*\\([^()]*\\) )?");

  private Ort() {}

  /** Not kept in a field: looking it up takes some 20 ms of a start, for what is rarely said. */
  static Logger log() {
    return System.getLogger(Ort.class.getPackageName());
  }

  static OrtEnvironment environment() {
    OnnxRuntime.start();
    return OrtEnvironment.getEnvironment();
  }

  /** Options for a session whose operators run on {@code threads} threads; the caller closes. */
  static OrtSession.SessionOptions sessionOptions(int threads, Optimisation optimisation)
      throws OrtException {
    OnnxRuntime.start(); // else the class of the options would start it, in another way
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    try {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(level(optimisation));
      // What goes wrong is thrown; ONNX Runtime would also print it on standard error.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      if (threads > 1) {
        options.addConfigEntry("session.intra_op.spin_duration_us", SPIN_MICROS);
      }
      if (System.getProperty("os.arch", "").equals("aarch64")) {
        // Memory grows with every new batch size otherwise.
        options.addConfigEntry("mlas.disable_kleidiai", "1");
      }
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static OrtSession.SessionOptions.OptLevel level(Optimisation optimisation) {
    return switch (optimisation) {
      case NONE -> OrtSession.SessionOptions.OptLevel.NO_OPT;
      case BASIC -> OrtSession.SessionOptions.OptLevel.BASIC_OPT;
      case EXTENDED -> OrtSession.SessionOptions.OptLevel.EXTENDED_OPT;
      case ALL -> OrtSession.SessionOptions.OptLevel.ALL_OPT;
    };
  }

  /**
   * The provider that can be had here: CUDA if asked for and possible, otherwise the CPU, with one
   * warning if CUDA was asked for.
   */
  static Provider available(Provider wanted, Supplier<Logger> log) {
    if (wanted == Provider.CPU) {
      return Provider.CPU;
    }
    environment(); // without it, ONNX Runtime cannot log, and fails with that instead of the cause
    try (OrtSession.SessionOptions trial = new OrtSession.SessionOptions()) {
      trial.addCUDA(0);
      return Provider.CUDA;
    } catch (OrtException e) {
      log.get()
          .log(
              Level.WARNING,
              "CUDA is not available, the model is computed on the CPU: {0}. Use the jar"
                  + " onnxruntime_gpu and install CUDA 12 and cuDNN 9, or ask for the CPU.",
              oneLine(e));
      return Provider.CPU;
    }
  }

  /**
   * ONNX Runtime's message on one line, without its error code, the path (which ours has already),
   * places in its source code, and a full stop at the end.
   */
  static String oneLine(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    String line = NOISE.matcher(message).replaceAll("").replaceAll("\\s+", " ").strip();
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }
}
