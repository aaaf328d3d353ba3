package org.betavae.export.tf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names that TensorFlow takes, each given once. */
final class NodeNames {
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> next = new HashMap<>();

  /** The name wanted, with other characters where TensorFlow allows none, and numbered if taken. */
  String free(String wanted) {
    String valid = valid(wanted);
    String name = valid;
    while (!taken.add(name)) {
      name = valid + "_" + next.merge(valid, 1, Integer::sum);
    }
    return name;
  }

  private static String valid(String wanted) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < wanted.length(); i++) {
      char c = wanted.charAt(i);
      boolean first = out.length() == 0;
      if (isPlain(c) || c == '.' || (!first && (c == '_' || c == '-' || c == '/'))) {
        out.append(c);
      } else if (!first) {
        out.append('_');
      }
    }
    return out.length() == 0 ? "node" : out.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
