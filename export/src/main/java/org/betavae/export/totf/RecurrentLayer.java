package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.export.onnx.Dim;

/**
 * One direction of a recurrent layer: weights in TensorFlow's order and what a step computes.
 *
 * <p>Source: the ONNX operator specification, LSTM, GRU and RNN.
 */
final class RecurrentLayer {
  private final OnnxOp node;
  private final int direction;
  private final int units;
  private final int gates;

  /** {@code [input, gates * units]}. */
  private final TfValue inputWeights;

  /** {@code [units, gates * units]}. */
  private final TfValue stateWeights;

  /** {@code [gates * units]} each; null without biases. */
  private final TfValue inputBias;

  private final TfValue stateBias;

  /** An LSTM's weights from memory to gates, {@code [3 * units]}; null without. */
  private final TfValue peepholes;

  /** Activations with a setting alpha. */
  private static final Set<String> WITH_ALPHA =
      Set.of("elu", "leakyrelu", "thresholdedrelu", "hardsigmoid", "affine", "scaledtanh");

  /** Activations with a setting beta. */
  private static final Set<String> WITH_BETA = Set.of("hardsigmoid", "affine", "scaledtanh");

  private final List<Activation> activations = new ArrayList<>();

  /** An activation with its settings; NaN where none is given. */
  private record Activation(String name, float alpha, float beta) {}

  RecurrentLayer(OnnxOp node, TfEmitter out, int direction) {
    this.node = node;
    this.direction = direction;
    this.units = out.size(out.in(2), 2);
    this.gates = node.is("LSTM") ? 4 : node.is("GRU") ? 3 : 1;
    this.inputWeights = out.transpose(part(out.in(1), out), 1, 0);
    this.stateWeights = out.transpose(part(out.in(2), out), 1, 0);
    TfValue bias = out.has(3) ? part(out.in(3), out) : null;
    long half = (long) gates * units;
    this.inputBias = bias == null ? null : out.slice(bias, 0, 0, half);
    this.stateBias = bias == null ? null : out.slice(bias, 0, half, 2 * half);
    this.peepholes = node.is("LSTM") && out.has(7) ? part(out.in(7), out) : null;
    readActivations();
  }

  private TfValue part(TfValue v, TfEmitter out) {
    List<Dim> rest = v.shape().subList(1, v.rank());
    return v.shape().get(0).is(1)
        ? out.reshape(v, rest)
        : out.reshape(out.slice(v, 0, direction, direction + 1L), rest);
  }

  private void readActivations() {
    List<String> defaults =
        switch (node.op()) {
          case "LSTM" -> List.of("Sigmoid", "Tanh", "Tanh");
          case "GRU" -> List.of("Sigmoid", "Tanh");
          default -> List.of("Tanh");
        };
    List<String> names = node.texts("activations");
    PrimitiveIterator.OfDouble alphas = numbers("activation_alpha");
    PrimitiveIterator.OfDouble betas = numbers("activation_beta");
    for (int i = 0; i < (direction + 1) * defaults.size(); i++) {
      String name = names == null ? defaults.get(i % defaults.size()) : names.get(i);
      Activation a =
          new Activation(name, next(WITH_ALPHA, name, alphas), next(WITH_BETA, name, betas));
      if (i >= direction * defaults.size()) {
        activations.add(a);
      }
    }
  }

  private PrimitiveIterator.OfDouble numbers(String attribute) {
    float[] given = node.numbers(attribute);
    return IntStream.range(0, given == null ? 0 : given.length)
        .mapToDouble(i -> given[i])
        .iterator();
  }

  /** The next number for a function that takes one; those that take none leave it to others. */
  private static float next(Set<String> taking, String name, PrimitiveIterator.OfDouble numbers) {
    return taking.contains(name.toLowerCase(Locale.ROOT)) && numbers.hasNext()
        ? (float) numbers.nextDouble()
        : Float.NaN;
  }

  /**
   * The states after a step.
   *
   * @param x {@code [batch, input]}
   * @param states {@code [batch, units]} each
   */
  List<TfValue> step(TfValue x, List<TfValue> states, TfEmitter out) {
    return switch (node.op()) {
      case "LSTM" -> lstm(x, states.get(0), states.get(1), out);
      case "GRU" -> List.of(gru(x, states.get(0), out));
      default -> List.of(activate(0, sum(x, states.get(0), out), out));
    };
  }

  private TfValue sum(TfValue x, TfValue h, TfEmitter out) {
    TfValue sum = out.binary("AddV2", out.matMul(x, inputWeights), out.matMul(h, stateWeights));
    return inputBias == null
        ? sum
        : out.binary("AddV2", out.binary("AddV2", sum, inputBias), stateBias);
  }

  private TfValue gate(TfValue v, int i, TfEmitter out) {
    return out.slice(v, v.rank() - 1, (long) i * units, (i + 1L) * units);
  }

  private TfValue activate(int i, TfValue v, TfEmitter out) {
    Activation a = activations.get(i);
    float clip = node.number("clip", 0);
    TfValue x = v;
    if (clip > 0) {
      x =
          out.binary(
              "Minimum",
              out.binary("Maximum", v, out.scalarLike(v, -clip)),
              out.scalarLike(v, clip));
    }
    return switch (a.name.toLowerCase(Locale.ROOT)) {
      case "sigmoid" -> out.unary("Sigmoid", x);
      case "tanh" -> out.unary("Tanh", x);
      case "relu" -> out.unary("Relu", x);
      case "softplus" -> out.unary("Softplus", x);
      case "softsign" -> out.unary("Softsign", x);
      case "elu" -> ActivationImporter.elu(x, or(a.alpha, 1), out);
      case "leakyrelu" -> ActivationImporter.leaky(x, or(a.alpha, 0.01f), out);
      case "thresholdedrelu" -> ActivationImporter.thresholded(x, or(a.alpha, 1), out);
      case "hardsigmoid" ->
          ActivationImporter.hardSigmoid(x, or(a.alpha, 0.2f), or(a.beta, 0.5f), out);
      case "affine" -> affine(x, or(a.alpha, 1), or(a.beta, 0), out);
      case "scaledtanh" ->
          out.binary(
              "Mul",
              out.unary("Tanh", affine(x, or(a.beta, 1), 0, out)),
              out.scalarLike(x, or(a.alpha, 1)));
      default -> throw out.fail("its activation is " + a.name, "expected one of the standard");
    };
  }

  private static float or(float given, float otherwise) {
    return Float.isNaN(given) ? otherwise : given;
  }

  private static TfValue affine(TfValue x, float alpha, float beta, TfEmitter out) {
    TfValue scaled = out.binary("Mul", x, out.scalarLike(x, alpha));
    return out.binary("AddV2", scaled, out.scalarLike(x, beta));
  }

  private List<TfValue> lstm(TfValue x, TfValue h, TfValue c, TfEmitter out) {
    TfValue sum = sum(x, h, out);
    TfValue i = activate(0, peep(gate(sum, 0, out), 0, c, out), out);
    TfValue g = activate(1, gate(sum, 3, out), out);
    TfValue f;
    if (node.integer("input_forget", 0) != 0) {
      f = out.binary("Sub", out.scalarLike(i, 1), i);
    } else {
      f = activate(0, peep(gate(sum, 2, out), 2, c, out), out);
    }
    TfValue next = out.binary("AddV2", out.binary("Mul", f, c), out.binary("Mul", i, g));
    TfValue o = activate(0, peep(gate(sum, 1, out), 1, next, out), out);
    return List.of(out.binary("Mul", o, activate(2, next, out)), next);
  }

  private TfValue peep(TfValue sum, int i, TfValue c, TfEmitter out) {
    return peepholes == null
        ? sum
        : out.binary("AddV2", sum, out.binary("Mul", gate(peepholes, i, out), c));
  }

  private TfValue gru(TfValue x, TfValue h, TfEmitter out) {
    TfValue ofInput = out.matMul(x, inputWeights);
    if (inputBias != null) {
      ofInput = out.binary("AddV2", ofInput, inputBias);
    }
    boolean after = node.integer("linear_before_reset", 0) != 0;
    TfValue ofState = out.matMul(h, stateWeights);
    if (stateBias != null) {
      ofState = out.binary("AddV2", ofState, stateBias);
    }
    TfValue z = activate(0, out.binary("AddV2", gate(ofInput, 0, out), gate(ofState, 0, out)), out);
    TfValue r = activate(0, out.binary("AddV2", gate(ofInput, 1, out), gate(ofState, 1, out)), out);
    TfValue reset;
    if (after) {
      reset = out.binary("Mul", r, gate(ofState, 2, out));
    } else {
      reset = out.matMul(out.binary("Mul", r, h), gate(stateWeights, 2, out));
      reset = stateBias == null ? reset : out.binary("AddV2", reset, gate(stateBias, 2, out));
    }
    TfValue made = activate(1, out.binary("AddV2", gate(ofInput, 2, out), reset), out);
    TfValue rest = out.binary("Sub", out.scalarLike(z, 1), z);
    return out.binary("AddV2", out.binary("Mul", rest, made), out.binary("Mul", z, h));
  }
}
