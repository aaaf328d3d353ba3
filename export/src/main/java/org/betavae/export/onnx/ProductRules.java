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
    if (a.size() < 2 || b.size() < 2) {
      throw fail(n, "shapes are " + a + " and " + b, "expected at least two dimensions each");
    }
    requireEqual(n, "inner dimensions", a.get(a.size() - 1), b.get(b.size() - 2));
    List<Dim> out =
        new ArrayList<>(
            Inference.broadcast(n, g, a.subList(0, a.size() - 2), b.subList(0, b.size() - 2)));
    out.add(a.get(a.size() - 2));
    out.add(b.get(b.size() - 1));
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
    String equation = n.text("equation", "").replace(" ", "");
    String[] sides = equation.split("->", -1);
    String[] terms = sides[0].split(",", -1);
    if (sides.length != 2 || equation.contains(".")) {
      set(n, n.input(0).type(), null);
      return;
    }
    Map<Character, Dim> sizes = new HashMap<>();
    for (int i = 0; i < terms.length; i++) {
      OnnxValue v = n.input(i);
      requireRank(n, v, terms[i].length());
      for (int k = 0; k < terms[i].length() && v.shape() != null; k++) {
        Dim d = v.shape().get(k);
        Dim known = sizes.putIfAbsent(terms[i].charAt(k), d);
        if (known != null) {
          requireEqual(n, "dimensions '" + terms[i].charAt(k) + "'", known, d);
          sizes.put(terms[i].charAt(k), known.isKnown() ? known : d);
        }
      }
    }
    List<Dim> out = new ArrayList<>();
    for (char c : sides[1].toCharArray()) {
      out.add(sizes.containsKey(c) ? sizes.get(c) : g.freshDim());
    }
    set(n, n.input(0).type(), out);
  }
}
