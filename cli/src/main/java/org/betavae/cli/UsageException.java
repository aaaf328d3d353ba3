package org.betavae.cli;

import java.util.List;

/** The arguments are wrong: exit code 2. Holds every problem found, not only the first. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(List<String> problems) {
    super(String.join("; ", problems));
  }

  UsageException(String problem) {
    this(List.of(problem));
  }
}
