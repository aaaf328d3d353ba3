package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How a command ended.
 *
 * @param json what {@code --json} prints
 * @param failure the line for standard error when the exit code is to be 1; empty when all is well
 */
record Outcome(ObjectNode json, String failure) {
  static Outcome done(ObjectNode json) {
    return new Outcome(json, "");
  }

  static Outcome failed(ObjectNode json, String failure) {
    return new Outcome(json, failure);
  }
}
