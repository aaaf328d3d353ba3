package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.fail;
import static org.betavae.export.onnx.Inference.requireEqual;
import static org.betavae.export.onnx.Inference.requireRank;
import static org.betavae.export.onnx.Inference.set;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Inference.Rule;

/** Matrix products. */
final class ProductRules {
  private ProductRules() {}

  static void register(Map<String, Rule> rules) {
    rules.put("MatMul", ProductRules::matMul);
    rules.put(
        "Det",
        (n, g) ->
            Inference.set(
                n,
                n.input(0).type(),
                n.input(0).rank() < 2
                    ? null
                    : n.input(0).shape().subList(0, n.input(0).rank() - 2)));
    rules.put("Gemm", ProductRules::gemm);
    rules.put("Einsum", ProductRules::einsum);
  }

  private static void matMul(OnnxNode n, OnnxGraph g) {
    List<Dim> a = n.input(0).shape();
    List<Dim> b = n.input(1).shape();
    if (a == null || b == null) {
      set(n, n.input(0).type(), null);
      return;
    }
    if (a.isEmpty() || b.isEmpty()) {
      throw fail(n, "shapes are " + a + " and " + b, "expected at least one dimension each");
    }
    // A vector counts as a row on the left and as a column on the right, as in numpy.
    boolean row = a.size() == 1;
    boolean column = b.size() == 1;
    requireEqual(n, "inner dimensions", a.get(a.size() - 1), b.get(column ? 0 : b.size() - 2));
    List<Dim> out =
        new ArrayList<>(
            Inference.broadcast(
                n,
                g,
                a.subList(0, Math.max(0, a.size() - 2)),
                b.subList(0, Math.max(0, b.size() - 2))));
    if (!row) {
      out.add(a.get(a.size() - 2));
    }
    if (!column) {
      out.add(b.get(b.size() - 1));
    }
    set(n, n.input(0).type(), out);
  }

  private static void gemm(OnnxNode n, OnnxGraph g) {
    requireRank(n, n.input(0), 2);
    requireRank(n, n.input(1), 2);
    List<Dim> a = n.input(0).shape();
    List<Dim> b = n.input(1).shape();
    if (a == null || b == null) {
      set(n, n.input(0).type(), Inference.fresh(g, 2));
      return;
    }
    int ta = (int) n.integer("transA", 0);
    int tb = (int) n.integer("transB", 0);
    requireEqual(n, "inner dimensions", a.get(1 - ta), b.get(tb));
    set(n, n.input(0).type(), List.of(a.get(ta), b.get(1 - tb)));
  }

  private static void einsum(OnnxNode n, OnnxGraph g) {
    List<String> sides = List.of(n.text("equation", "").replace(" ", "").split("->", -1));
    List<String> terms = List.of(sides.get(0).split(",", -1));
    boolean ranksKnown = n.inputs().stream().allMatch(v -> v.shape() != null);
    if (sides.size() != 2 || !ranksKnown) {
      set(n, n.input(0).type(), null);
      return;
    }
    Map<Character, Dim> sizes = new HashMap<>();
    List<Dim> rest = List.of();
    for (int i = 0; i < terms.size(); i++) {
      List<Dim> shape = n.input(i).shape();
      int dots = terms.get(i).indexOf("...");
      String letters = terms.get(i).replace("...", "");
      int hidden = shape.size() - letters.length();
      if (hidden < 0 || (dots < 0 && hidden > 0)) {
        throw fail(
            n,
            "term '" + terms.get(i) + "' meets the shape " + shape,
            "expected as many dimensions");
      }
      int before = dots < 0 ? letters.length() : dots;
      for (int k = 0; k < letters.length(); k++) {
        note(n, sizes, letters.charAt(k), shape.get(k < before ? k : k + hidden));
      }
      rest = Inference.broadcast(n, g, rest, shape.subList(before, before + hidden));
    }
    set(n, n.input(0).type(), result(sides.get(1), sizes, rest, g));
  }

  private static void note(OnnxNode n, Map<Character, Dim> sizes, char letter, Dim d) {
    Dim known = sizes.putIfAbsent(letter, d);
    if (known != null) {
      requireEqual(n, "dimensions '" + letter + "'", known, d);
      sizes.put(letter, known.isKnown() ? known : d);
    }
  }

  private static List<Dim> result(
      String term, Map<Character, Dim> sizes, List<Dim> rest, OnnxGraph g) {
    List<Dim> out = new ArrayList<>();
    for (int k = 0; k < term.length(); k++) {
      char c = term.charAt(k);
      if (c == '.') {
        out.addAll(rest);
        k += 2;
      } else {
        out.add(sizes.containsKey(c) ? sizes.get(c) : g.freshDim());
      }
    }
    return out;
  }
}
