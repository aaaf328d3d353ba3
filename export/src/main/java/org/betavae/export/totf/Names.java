package org.betavae.export.totf;

import org.betavae.export.tf.TfOperators;

/** Names of nodes as TensorFlow allows them. */
final class Names {
  private Names() {}

  /** The name with what TensorFlow does not allow replaced. */
  static String legal(String name) {
    String plain =
        name.replaceAll("[^A-Za-z0-9_.\\\\/>-]", "_").replaceFirst("^[^A-Za-z0-9.]+", "");
    return plain.isEmpty() ? "node" : plain;
  }

  /**
   * The name of a layer from that of one of its nodes: operators at its end are left out, so that a
   * model which is converted again and again keeps its names.
   */
  static String base(String name) {
    String base = legal(name);
    for (int slash = base.lastIndexOf('/'); slash > 0; slash = base.lastIndexOf('/')) {
      String last = base.substring(slash + 1).replaceFirst("(_\\d+)+$", "");
      if (!TfOperators.has(last) && !Importers.byOp().containsKey(last) && !last.equals("const")) {
        break;
      }
      base = base.substring(0, slash);
    }
    return base;
  }
}
