package org.betavae.train.network;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.op.Ops;

/**
 * Names operations by paths such as {@code encoder/conv1/kernel}.
 *
 * <p>Each scope is made once: TensorFlow goes over all operations of the graph to make one, which
 * took most of the time of building a graph when every variable made its own.
 */
public final class Scopes {
  private final Ops root;
  private final Map<String, Ops> scopes = new HashMap<>();

  /** Paths below what {@code root} stands for. */
  public Scopes(Ops root) {
    this.root = root;
  }

  /** Where to add one operation that has this path as its name; a path is used once. */
  public Ops named(String path) {
    int slash = path.lastIndexOf('/');
    return scope(path.substring(0, Math.max(0, slash))).withName(path.substring(slash + 1));
  }

  private Ops scope(String path) {
    if (path.isEmpty()) {
      return root;
    }
    Ops known = scopes.get(path);
    if (known == null) {
      int slash = path.lastIndexOf('/');
      Ops parent = scope(path.substring(0, Math.max(0, slash)));
      known = parent.withSubScope(path.substring(slash + 1));
      scopes.put(path, known);
    }
    return known;
  }
}
