package org.betavae.export.totf;

/** Names of nodes as TensorFlow allows them. */
final class Names {
  private Names() {}

  /** The name with what TensorFlow does not allow replaced. */
  static String legal(String name) {
    String plain =
        name.replaceAll("[^A-Za-z0-9_.\\\\/>-]", "_").replaceFirst("^[^A-Za-z0-9.]+", "");
    return plain.isEmpty() ? "node" : plain;
  }
}
