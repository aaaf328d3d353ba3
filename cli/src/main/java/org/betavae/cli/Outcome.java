package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How a command ended.
 *
 * @param json what {@code --json} prints; null when that is done
 * @param failure the line for standard error when the exit code is to be 1; empty when all is well
 */
record Outcome(ObjectNode json, String failure) {
  static Outcome done(ObjectNode json) {
    return new Outcome(json, "");
  }

  /** The end of a command that printed its JSON object long before. */
  static Outcome told() {
    return new Outcome(null, "");
  }

  boolean isTold() {
    return json == null;
  }

  static Outcome failed(ObjectNode json, String failure) {
    return new Outcome(json, failure);
  }
}
