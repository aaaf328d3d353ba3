package org.betavae.export.onnx;

import java.util.Map;
import java.util.NavigableMap;

/** What is known of the operators of ONNX's own domain. */
public final class Operators {
  private Operators() {}

  /**
   * True if types and shapes of an operator's results can be worked out, and it is the same in two
   * operator sets.
   */
  public static boolean isInferred(String op, int oneOpset, int otherOpset) {
    NavigableMap<Integer, StandardOperators.Version> versions = StandardOperators.versions(op);
    Map.Entry<Integer, StandardOperators.Version> one = versions.floorEntry(oneOpset);
    return one != null && one.equals(versions.floorEntry(otherOpset)) && Inference.hasRule(op);
  }
}
