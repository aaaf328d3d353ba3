package org.betavae.export;

import java.util.Objects;

/** Stands where the code is still to come. */
final class NotYet {
  private NotYet() {}

  static <T> T value(Class<T> type) {
    return Objects.requireNonNull(type.cast(null), "not yet");
  }
}
