package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Einsum(equation)} to TF {@code Einsum}, which wants its result spelled out. */
final class EinsumImporter implements OpImporter {
  private static final String ELLIPSIS = "...";

  @Override
  public Set<String> onnxOps() {
    return Set.of("Einsum");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    String equation = n.text("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String left = arrow < 0 ? equation : equation.substring(0, arrow);
    String right = arrow < 0 ? implicit(left) : equation.substring(arrow + 2);
    List<TfValue> in = out.ins();
    String[] terms = left.split(",", -1);
    if (terms.length != in.size()) {
      throw out.fail("its equation is " + equation, "expected " + in.size() + " operands");
    }
    TfValue[] plain = in.stream().map(out::plain).toArray(TfValue[]::new);
    TfValue y = plain[0];
    if (terms.length <= 2) {
      out.out(
          out.node(
              "Einsum",
              Map.of("equation", left + "->" + right),
              shape(terms, in, right, out),
              plain));
      return;
    }
    // TensorFlow takes two operands at most: products one by one that keep what is still needed.
    String term = terms[0];
    TfValue known = in.get(0);
    for (int i = 1; i < terms.length; i++) {
      String rest = right + String.join("", List.of(terms).subList(i + 1, terms.length));
      String next = i == terms.length - 1 ? right : kept(term + terms[i], rest);
      List<Dim> shape = shape(new String[] {term, terms[i]}, List.of(known, in.get(i)), next, out);
      y =
          out.node(
              "Einsum",
              Map.of("equation", term + "," + terms[i] + "->" + next),
              shape,
              y,
              plain[i]);
      known = y;
      term = next;
    }
    out.out(y);
  }

  private static String kept(String labels, String needed) {
    StringBuilder kept = new StringBuilder(labels.contains(ELLIPSIS) ? ELLIPSIS : "");
    labels
        .replace(ELLIPSIS, "")
        .chars()
        .distinct()
        .filter(c -> needed.indexOf(c) >= 0)
        .forEach(c -> kept.append((char) c));
    return kept.toString();
  }

  /** Without an arrow the result has the labels that stand once, in the order of the alphabet. */
  private static String implicit(String left) {
    Map<Character, Integer> counts = new TreeMap<>();
    for (char c : left.replace(ELLIPSIS, "").replace(",", "").toCharArray()) {
      counts.merge(c, 1, Integer::sum);
    }
    StringBuilder right = new StringBuilder(left.contains(ELLIPSIS) ? ELLIPSIS : "");
    counts.forEach((c, count) -> right.append(count == 1 ? String.valueOf(c) : ""));
    return right.toString();
  }

  private static List<Dim> shape(String[] terms, List<TfValue> in, String right, TfEmitter out) {
    Map<Character, Dim> sizes = new HashMap<>();
    List<Dim> dots = List.of();
    for (int i = 0; i < terms.length; i++) {
      String term = terms[i];
      List<Dim> shape = in.get(i).shape();
      if (shape == null) {
        return null;
      }
      int at = term.indexOf(ELLIPSIS);
      int more = shape.size() - term.replace(ELLIPSIS, "").length();
      if (more < 0 || (at < 0 && more > 0)) {
        throw out.fail("operand " + i + " is " + in.get(i) + " for " + term, "expected a match");
      }
      int d = 0;
      for (int c = 0; c < term.length(); c++) {
        if (c == at) {
          dots = out.broadcast(dots, shape.subList(d, d + more));
          d += more;
          c += 2;
        } else {
          Dim size = shape.get(d++);
          sizes.merge(term.charAt(c), size, (a, b) -> a.is(1) ? b : a);
        }
      }
    }
    List<Dim> shape = new ArrayList<>();
    for (int c = 0; c < right.length(); c++) {
      if (right.startsWith(ELLIPSIS, c)) {
        shape.addAll(dots);
        c += 2;
      } else {
        shape.add(sizes.get(right.charAt(c)));
      }
    }
    return shape;
  }
}
