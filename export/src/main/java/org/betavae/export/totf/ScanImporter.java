package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Scan(state..., sequences...; body)}: unrolled over few steps, else a TF {@code
 * StatelessWhile}. Operator set 8 has a batch in front, over which it is computed item by item.
 */
final class ScanImporter implements OpImporter {
  /** Before this operator set a Scan has a batch dimension. */
  private static final int WITHOUT_BATCH_SINCE = 9;

  @Override
  public Set<String> onnxOps() {
    return Set.of("Scan");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    List<TfValue> in = new ArrayList<>(out.ins());
    if (n.opset() >= WITHOUT_BATCH_SINCE) {
      List<TfValue> results = scan(n, in, out);
      for (int i = 0; i < results.size(); i++) {
        out.out(i, results.get(i));
      }
      return;
    }
    if (out.has(0)) {
      throw out.fail("its sequences have lengths of their own", "expected one length");
    }
    int batch = out.size(in.get(0), 0);
    List<List<TfValue>> items = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      int at = b;
      List<TfValue> item =
          in.stream().map(v -> out.squeeze(out.slice(v, 0, at, at + 1L), 0)).toList();
      items.add(scan(n, item, out));
    }
    for (int i = 0; i < items.get(0).size(); i++) {
      int k = i;
      out.out(i, out.concat(0, items.stream().map(r -> out.unsqueeze(r.get(k), 0)).toList()));
    }
  }

  private static List<TfValue> scan(OnnxOp n, List<TfValue> in, TfEmitter out) {
    GraphProto body = n.graph("body");
    int scanned = Math.toIntExact(n.integer("num_scan_inputs", 1));
    int states = in.size() - scanned;
    int collected = body.getOutputCount() - states;
    boolean old = n.opset() < WITHOUT_BATCH_SINCE;
    long[] inAxes = n.integers("scan_input_axes", scanned, 0);
    long[] backwards = n.integers(old ? "directions" : "scan_input_directions", scanned, 0);
    long[] outAxes = n.integers("scan_output_axes", collected, 0);
    long[] outBack = n.integers("scan_output_directions", collected, 0);
    List<TfValue> sequences = new ArrayList<>();
    for (int i = 0; i < scanned; i++) {
      TfValue s = in.get(states + i);
      int axis = out.axis(inAxes[i], out.rank(s));
      s = out.transpose(s, toFront(s.rank(), axis));
      sequences.add(out.plain(backwards[i] == 1 ? reversed(s, out) : s));
    }
    List<TfValue> results =
        new ArrayList<>(run(body, in.subList(0, states), sequences, collected, out));
    for (int k = 0; k < collected; k++) {
      TfValue v = results.get(states + k);
      v = outBack[k] == 1 ? reversed(v, out) : v;
      int axis = out.axis(outAxes[k], out.rank(v));
      results.set(states + k, out.transpose(v, Shapes.inverse(toFront(v.rank(), axis))));
    }
    return results;
  }

  private static int[] toFront(int rank, int axis) {
    int[] order = new int[rank];
    order[0] = axis;
    for (int i = 1; i < rank; i++) {
      order[i] = i <= axis ? i - 1 : i;
    }
    return order;
  }

  static TfValue reversed(TfValue v, TfEmitter out) {
    TfValue plain = out.plain(v);
    return out.node("ReverseV2", Map.of(), plain.shape(), plain, out.ints(0));
  }

  private static List<TfValue> run(
      GraphProto body, List<TfValue> states, List<TfValue> sequences, int lists, TfEmitter out) {
    Dim length = out.dim(sequences.get(0), 0);
    if (length.isKnown()
        && length.value() >= 1
        && length.value() <= out.options().longestUnrolled()) {
      return unrolled(body, states, sequences, lists, out);
    }
    List<TfValue> begin = new ArrayList<>(states);
    begin.add(0, out.scalar(ElementType.INT32, 0));
    While loop = new While(out, begin);
    loop.length(length);
    TfValue steps = out.plain(out.reshape(out.dimension(length), List.of()));
    loop.condition((in, v) -> in.binary("Less", v.get(0), steps));
    loop.body(
        lists,
        (in, v) -> {
          List<TfValue> arguments = new ArrayList<>(v.subList(1, v.size()));
          sequences.forEach(s -> arguments.add(in.gather(s, v.get(0), 0)));
          List<TfValue> next = new ArrayList<>(in.inline(body, arguments));
          next.add(0, in.binary("AddV2", v.get(0), in.scalar(ElementType.INT32, 1)));
          return next;
        });
    List<TfValue> results = loop.build();
    return results.subList(1, results.size());
  }

  private static List<TfValue> unrolled(
      GraphProto body, List<TfValue> begin, List<TfValue> sequences, int lists, TfEmitter out) {
    List<TfValue> states = begin;
    List<List<TfValue>> collected = new ArrayList<>();
    for (int k = 0; k < lists; k++) {
      collected.add(new ArrayList<>());
    }
    int steps = out.size(sequences.get(0), 0);
    for (int step = 0; step < steps; step++) {
      List<TfValue> arguments = new ArrayList<>(states);
      for (TfValue s : sequences) {
        arguments.add(out.squeeze(out.slice(s, 0, step, step + 1L), 0));
      }
      List<TfValue> made = out.inline(body, arguments);
      states = made.subList(0, begin.size());
      for (int k = 0; k < lists; k++) {
        collected.get(k).add(out.unsqueeze(made.get(begin.size() + k), 0));
      }
    }
    List<TfValue> results = new ArrayList<>(states);
    collected.forEach(parts -> results.add(out.concat(0, parts)));
    return results;
  }
}
