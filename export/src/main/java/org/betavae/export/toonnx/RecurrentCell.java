package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * One step of an LSTM, a GRU or a plain recurrent layer, recognised from its formula.
 *
 * @param op ONNX's operator
 * @param activations of the gates, of what is new, and for an LSTM of the output
 * @param gates what goes into each gate, in ONNX's order
 * @param recurrent where what comes from the state goes into a gate apart from the input's part,
 *     that part; null for the other gates
 * @param resetAfter for a GRU, whether the state is multiplied by its weights before it is reset
 */
record RecurrentCell(
    String op,
    List<String> activations,
    List<Affine> gates,
    List<Affine> recurrent,
    boolean resetAfter) {
  private static final Set<String> ACTIVATIONS =
      Set.of("Sigmoid", "Tanh", "Relu", "Softsign", "Softplus");

  /** What an LSTM remembers beside its output: value before and after a step. */
  record Memory(OnnxValue before, OnnxValue after) {}

  /** c' = f c + i g; h' = o act(c'). */
  static RecurrentCell lstm(OnnxValue x, OnnxValue h, OnnxValue next, Memory c) {
    OnnxNode activated = null;
    OnnxValue o = null;
    for (int side = 0; side < 2 && is(next, "Mul"); side++) {
      OnnxValue candidate = next.producer().input(side);
      if (isActivation(candidate) && candidate.producer().input(0) == c.after()) {
        activated = candidate.producer();
        o = next.producer().input(1 - side);
      }
    }
    if (activated == null || !is(c.after(), "Add")) {
      return null;
    }
    for (int side = 0; side < 2; side++) {
      OnnxValue f = factorBeside(c.before(), c.after().producer().input(side));
      OnnxValue added = c.after().producer().input(1 - side);
      if (f == null || !is(added, "Mul")) {
        continue;
      }
      for (int k = 0; k < 2; k++) {
        OnnxValue i = added.producer().input(k);
        OnnxValue g = added.producer().input(1 - k);
        RecurrentCell cell = lstm(x, h, List.of(i, o, f, g), activated.op());
        if (cell != null) {
          return cell;
        }
      }
    }
    return null;
  }

  private static RecurrentCell lstm(
      OnnxValue x, OnnxValue h, List<OnnxValue> gates, String outputActivation) {
    if (!gates.stream().allMatch(RecurrentCell::isActivation)) {
      return null;
    }
    String gate = gates.get(0).producer().op();
    // Input gate and new value are told apart by their activations alone.
    boolean same =
        gates.subList(0, 3).stream().allMatch(v -> v.producer().is(gate)) && gate.equals("Sigmoid");
    List<Affine> sums = gates.stream().map(v -> Affine.of(v.producer().input(0))).toList();
    return same && sums.stream().allMatch(a -> reads(a, Set.of(x, h)))
        ? new RecurrentCell(
            "LSTM",
            List.of(gate, gates.get(3).producer().op(), outputActivation),
            sums,
            Arrays.asList(null, null, null, null),
            false)
        : null;
  }

  /** h' = z h + (1 - z) act(...), reset before or after the state meets its weights. */
  static RecurrentCell gru(OnnxValue x, OnnxValue h, OnnxValue next) {
    for (int side = 0; side < 2 && is(next, "Add"); side++) {
      OnnxValue z = factorBeside(h, next.producer().input(side));
      OnnxValue other = next.producer().input(1 - side);
      for (int k = 0; k < 2 && z != null && is(other, "Mul"); k++) {
        OnnxValue rest = other.producer().input(k);
        OnnxValue made = other.producer().input(1 - k);
        if (isOneMinus(rest, z) && isActivation(z) && isActivation(made)) {
          return gru(x, h, z, made);
        }
      }
    }
    return null;
  }

  private static RecurrentCell gru(OnnxValue x, OnnxValue h, OnnxValue z, OnnxValue made) {
    OnnxValue sum = made.producer().input(0);
    Affine whole = Affine.of(sum);
    OnnxValue r = null;
    Affine input = null;
    Affine state = null;
    if (whole != null) {
      for (OnnxValue source : whole.sources()) {
        if (source != x) {
          r = factorBeside(h, source);
          input = reads(whole, Set.of(x, source)) ? whole.of(x, true) : null;
          state = whole.of(source, false);
        }
      }
    } else if (is(sum, "Add")) {
      for (int side = 0; side < 2; side++) {
        OnnxValue reset = sum.producer().input(side);
        input = Affine.of(sum.producer().input(1 - side));
        for (int k = 0; k < 2 && is(reset, "Mul") && reads(input, Set.of(x)) && r == null; k++) {
          state = Affine.of(reset.producer().input(k));
          r = reads(state, Set.of(h)) ? reset.producer().input(1 - k) : null;
        }
        if (r != null) {
          break;
        }
      }
    }
    boolean gates =
        r != null && input != null && isActivation(r) && r.producer().is(z.producer().op());
    if (!gates) {
      return null;
    }
    Affine update = Affine.of(z.producer().input(0));
    Affine reset = Affine.of(r.producer().input(0));
    boolean complete = reads(update, Set.of(x, h)) && reads(reset, Set.of(x, h));
    return complete
        ? new RecurrentCell(
            "GRU",
            List.of(z.producer().op(), made.producer().op()),
            List.of(update, reset, input),
            Arrays.asList(null, null, state),
            whole == null)
        : null;
  }

  /** h' = act(x W + h R + b). */
  static RecurrentCell plain(OnnxValue x, OnnxValue h, OnnxValue next) {
    Affine sum = isActivation(next) ? Affine.of(next.producer().input(0)) : null;
    return reads(sum, Set.of(x, h))
        ? new RecurrentCell(
            "RNN", List.of(next.producer().op()), List.of(sum), Arrays.asList((Affine) null), false)
        : null;
  }

  private static boolean is(OnnxValue v, String op) {
    return v.producer() != null && v.producer().is(op);
  }

  private static boolean isActivation(OnnxValue v) {
    return v.producer() != null && ACTIVATIONS.contains(v.producer().op());
  }

  /** The other factor of a product with a value; null if it is no such product. */
  private static OnnxValue factorBeside(OnnxValue value, OnnxValue product) {
    if (!is(product, "Mul")) {
      return null;
    }
    OnnxNode n = product.producer();
    return n.input(0) == value ? n.input(1) : n.input(1) == value ? n.input(0) : null;
  }

  private static boolean isOneMinus(OnnxValue v, OnnxValue z) {
    if (!is(v, "Sub") || v.producer().input(1) != z || !v.producer().input(0).isConstant()) {
      return false;
    }
    Tensor one = v.producer().input(0).constant();
    return one.size() == 1 && one.doubleAt(0) == 1;
  }

  private static boolean reads(Affine sum, Set<OnnxValue> sources) {
    return sum != null && sum.sources().equals(sources);
  }

  /** Number of units. */
  int units() {
    return gates.get(0).size();
  }

  /** True if all parts have as many columns as there are units, and states as many rows. */
  boolean fits(OnnxValue x, OnnxValue h) {
    boolean fits = x.shape().get(1).isKnown() && h.shape().get(1).is(units());
    for (int g = 0; g < gates.size(); g++) {
      fits &= gates.get(g).size() == units();
      fits &= gates.get(g).weight(x).dim(0) == x.shape().get(1).orElse(-1);
      fits &= state(g, h).dim(0) == units() && state(g, h).dim(1) == units();
    }
    return fits;
  }

  private Tensor state(int gate, OnnxValue h) {
    Affine apart = recurrent.get(gate);
    return apart == null
        ? gates.get(gate).weight(h)
        : apart.weight(apart.sources().iterator().next());
  }

  /** The weights of the input, {@code [1, gates * units, input]}. */
  Tensor inputWeights(OnnxValue x) {
    return stacked(gates.stream().map(g -> g.weight(x)).toList());
  }

  /** The weights of the state, {@code [1, gates * units, units]}. */
  Tensor stateWeights(OnnxValue h) {
    List<Tensor> all = new ArrayList<>();
    for (int g = 0; g < gates.size(); g++) {
      all.add(state(g, h));
    }
    return stacked(all);
  }

  private static Tensor stacked(List<Tensor> weights) {
    int rows = (int) weights.get(0).dim(0);
    int columns = (int) weights.get(0).dim(1);
    return Tensor.ofDoubles(
        weights.get(0).type(),
        new long[] {1, (long) weights.size() * columns, rows},
        i -> weights.get(i / rows / columns).doubleAt((i % rows) * columns + i / rows % columns));
  }

  /** The biases, {@code [1, 2 * gates * units]}; null if there are none. */
  Tensor biases() {
    List<Tensor> parts = new ArrayList<>();
    gates.forEach(g -> parts.add(g.bias()));
    recurrent.forEach(r -> parts.add(r == null ? null : r.bias()));
    if (parts.stream().allMatch(p -> p == null)) {
      return null;
    }
    int units = units();
    return Tensor.ofDoubles(
        gates.get(0).weight(gates.get(0).sources().iterator().next()).type(),
        new long[] {1, (long) parts.size() * units},
        i -> parts.get(i / units) == null ? 0 : parts.get(i / units).doubleAt(i % units));
  }

  /** The operator's attributes. */
  Map<String, Object> attributes() {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("hidden_size", (long) units());
    attributes.put("activations", activations);
    if (op.equals("GRU")) {
      attributes.put("linear_before_reset", resetAfter ? 1L : 0L);
    }
    return attributes;
  }
}
