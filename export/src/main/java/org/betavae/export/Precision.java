package org.betavae.export;

import java.util.Locale;

/** Floating point type that a converted model stores its weights and computes in. */
public enum Precision {
  /** As the TensorFlow model does. */
  FP32,

  /**
   * 16-bit IEEE floating point instead of 32-bit: half the size, about three digits, values up to
   * 65,504. Inputs and outputs stay 32-bit, and so do operators that would lose too much.
   */
  FP16;

  /** The name on a command line and in a file's metadata: {@code fp32} or {@code fp16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
