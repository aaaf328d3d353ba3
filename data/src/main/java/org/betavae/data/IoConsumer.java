package org.betavae.data;

import java.io.IOException;

/** Something that writes to or reads from a stream or file. */
@FunctionalInterface
public interface IoConsumer<T> {
  /** Does its work on the given stream or file. */
  void accept(T target) throws IOException;
}
