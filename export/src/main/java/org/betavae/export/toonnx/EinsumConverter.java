package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Einsum(equation, x...)} to ONNX {@code Einsum} with the same equation. TensorFlow lets
 * the dots stand for fewer dimensions in one operand than in another, ONNX does not, so dimensions
 * of 1 are added in front of them.
 */
final class EinsumConverter implements OpConverter {
  private static final String DOTS = "...";

  @Override
  public Set<String> tfOps() {
    return Set.of("Einsum");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    String equation = n.text("equation", "").replace(" ", "");
    List<OnnxValue> in = out.ins();
    if (equation.contains(DOTS) && in.size() > 1) {
      in = equalDots(equation.split("->", -1)[0].split(",", -1), in, out);
    }
    out.out(out.emit("Einsum", Map.of("equation", equation), in.toArray(OnnxValue[]::new)));
  }

  private static List<OnnxValue> equalDots(String[] terms, List<OnnxValue> in, Emitter out) {
    int most = 0;
    for (int i = 0; i < terms.length; i++) {
      most = Math.max(most, dots(terms[i], in.get(i), out));
    }
    List<OnnxValue> equal = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      int at = terms[i].indexOf(DOTS);
      int missing = at < 0 ? 0 : most - dots(terms[i], in.get(i), out);
      equal.add(out.unsqueeze(in.get(i), Emitter.numbers(missing, k -> at + k)));
    }
    return equal;
  }

  /** How many dimensions the dots of a term stand for. */
  private static int dots(String term, OnnxValue v, Emitter out) {
    return term.contains(DOTS) ? out.rank(v) - (term.length() - DOTS.length()) : 0;
  }
}
