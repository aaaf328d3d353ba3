package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code LSTM}, {@code GRU} and {@code RNN}: unrolled over few steps, which keeps their
 * gradients, else a TF {@code StatelessWhile} over the steps.
 */
final class RecurrentImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("LSTM", "GRU", "RNN");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    boolean batchFirst = n.integer("layout", 0) == 1;
    TfValue x = batchFirst ? out.transpose(out.in(0), 1, 0, 2) : out.in(0);
    String direction = n.text("direction", "forward");
    int directions = direction.equals("bidirectional") ? 2 : 1;
    int states = n.is("LSTM") ? 2 : 1;
    List<TfValue> all = new ArrayList<>();
    List<List<TfValue>> last = new ArrayList<>();
    for (int s = 0; s < states; s++) {
      last.add(new ArrayList<>());
    }
    for (int d = 0; d < directions; d++) {
      boolean backwards = direction.equals("reverse") || d == 1;
      RecurrentLayer layer = new RecurrentLayer(n, out, d);
      List<TfValue> begin = new ArrayList<>();
      for (int s = 0; s < states; s++) {
        begin.add(initial(5 + s, d, x, batchFirst, out));
      }
      List<TfValue> results = run(layer, x, begin, backwards, out);
      all.add(out.unsqueeze(results.get(0), 1));
      for (int s = 0; s < states; s++) {
        last.get(s).add(out.unsqueeze(results.get(1 + s), 0));
      }
    }
    TfValue y = out.concat(1, all);
    out.out(batchFirst ? out.transpose(y, 2, 0, 1, 3) : y);
    for (int s = 0; s < states; s++) {
      TfValue end = out.concat(0, last.get(s));
      out.out(1 + s, batchFirst ? out.transpose(end, 1, 0, 2) : end);
    }
  }

  /** {@code [batch, units]} before the first step. */
  private static TfValue initial(
      int input, int direction, TfValue x, boolean batchFirst, TfEmitter out) {
    if (out.has(input)) {
      TfValue given = out.in(input);
      given = batchFirst ? out.transpose(given, 1, 0, 2) : given;
      return out.plain(out.squeeze(out.slice(given, 0, direction, direction + 1L), 0));
    }
    List<Dim> shape = List.of(x.shape().get(1), Dim.of(out.size(out.in(2), 2)));
    long[] known = Shapes.known(shape);
    return known != null
        ? out.constant(Tensor.ofDoubles(x.type(), known, i -> 0))
        : out.node("Fill", Map.of(), shape, out.shapeVector(shape), out.scalar(x.type(), 0));
  }

  /** All outputs {@code [steps, batch, units]}, then the last states. */
  private static List<TfValue> run(
      RecurrentLayer layer, TfValue x, List<TfValue> begin, boolean backwards, TfEmitter out) {
    TfValue lengths = out.has(4) ? out.plain(out.in(4)) : null;
    TfValue sequence = out.plain(backwards ? reversed(x, lengths, out) : x);
    Dim steps = x.shape().get(0);
    boolean few =
        steps.isKnown() && steps.value() >= 1 && steps.value() <= out.options().longestUnrolled();
    List<TfValue> results =
        few
            ? unrolled(layer, sequence, begin, lengths, out)
            : looped(layer, sequence, begin, lengths, out);
    if (backwards) {
      results.set(0, reversed(results.get(0), lengths, out));
    }
    return results;
  }

  private static TfValue reversed(TfValue v, TfValue lengths, TfEmitter out) {
    if (lengths == null) {
      return ScanImporter.reversed(v, out);
    }
    TfValue plain = out.plain(v);
    return out.node(
        "ReverseSequence", Map.of("seq_dim", 0L, "batch_dim", 1L), plain.shape(), plain, lengths);
  }

  /** A step where a sequence that has ended keeps its state. */
  private static List<TfValue> step(
      RecurrentLayer layer, TfValue x, List<TfValue> states, TfValue running, TfEmitter out) {
    List<TfValue> next = layer.step(x, states, out);
    if (running == null) {
      return next;
    }
    List<TfValue> kept = new ArrayList<>();
    for (int i = 0; i < next.size(); i++) {
      kept.add(out.broadcasting("SelectV2", Map.of(), running, next.get(i), states.get(i)));
    }
    return kept;
  }

  private static TfValue output(TfValue state, TfValue running, TfEmitter out) {
    return running == null
        ? state
        : out.broadcasting("SelectV2", Map.of(), running, state, out.scalarLike(state, 0));
  }

  private static TfValue running(TfValue lengths, TfValue step, TfEmitter out) {
    return lengths == null
        ? null
        : out.unsqueeze(out.binary("Less", step, out.cast(lengths, ElementType.INT32)), 1);
  }

  private static List<TfValue> unrolled(
      RecurrentLayer layer, TfValue x, List<TfValue> begin, TfValue lengths, TfEmitter out) {
    List<TfValue> states = begin;
    List<TfValue> all = new ArrayList<>();
    int steps = out.size(x, 0);
    for (int t = 0; t < steps; t++) {
      TfValue at = out.squeeze(out.slice(x, 0, t, t + 1L), 0);
      TfValue running = running(lengths, out.integer(t), out);
      states = step(layer, at, states, running, out);
      all.add(out.unsqueeze(output(states.get(0), running, out), 0));
    }
    List<TfValue> results = new ArrayList<>(List.of(out.concat(0, all)));
    results.addAll(states);
    return results;
  }

  private static List<TfValue> looped(
      RecurrentLayer layer, TfValue x, List<TfValue> begin, TfValue lengths, TfEmitter out) {
    List<TfValue> carried = new ArrayList<>(begin);
    carried.add(0, out.integer(0));
    While loop = new While(out, carried);
    loop.length(x.shape().get(0));
    TfValue steps = out.plain(out.reshape(out.dimension(x.shape().get(0)), List.of()));
    loop.condition((in, v) -> in.binary("Less", v.get(0), steps));
    loop.body(
        1,
        (in, v) -> {
          TfValue at = in.gather(x, v.get(0), 0);
          TfValue running = running(lengths, v.get(0), in);
          List<TfValue> states = step(layer, at, v.subList(1, v.size()), running, in);
          List<TfValue> next = new ArrayList<>(states);
          next.add(0, in.binary("AddV2", v.get(0), in.integer(1)));
          next.add(output(states.get(0), running, in));
          return next;
        });
    List<TfValue> made = loop.build();
    List<TfValue> results = new ArrayList<>(List.of(made.get(made.size() - 1)));
    results.addAll(made.subList(1, made.size() - 1));
    return results;
  }
}
