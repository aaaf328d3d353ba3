package org.betavae.export;

/** Stands where the code is still to come. */
final class NotYet {
  private NotYet() {}

  static <T> T value() {
    throw new UnsupportedOperationException("not yet");
  }
}
