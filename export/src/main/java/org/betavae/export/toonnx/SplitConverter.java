package org.betavae.export.toonnx;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Split(axis, x)}, {@code SplitV(x, sizes, axis)} and {@code Unpack(x)} to ONNX {@code
 * Split}, followed by {@code Squeeze} for Unpack.
 */
final class SplitConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Split", "SplitV", "Unpack");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("SplitV") ? "-1 among the sizes of an axis of unknown size" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(n.op().equals("Split") ? 1 : 0);
    int rank = out.rank(x);
    switch (n.op()) {
      case "Split" -> {
        int parts = (int) n.integer("num_split", 1);
        bind(even(x, out.axis(out.known(0, "the axis")[0], rank), parts, out), out);
      }
      case "SplitV" -> {
        int axis = out.axis(out.known(2, "the axis")[0], rank);
        boolean told = out.in(1).isConstant();
        bind(
            told
                ? split(x, axis, sizes(out.known(1, "the sizes"), out.dim(x, axis), out), out)
                : atRunTime(x, axis, (int) n.integer("num_split", 1), out),
            out);
      }
      default -> {
        int axis = out.axis(n.integer("axis", 0), rank);
        int parts = (int) n.integer("num", 1);
        bind(even(x, axis, parts, out).stream().map(v -> out.squeeze(v, axis)).toList(), out);
      }
    }
  }

  private static void bind(List<OnnxValue> values, Emitter out) {
    for (int i = 0; i < values.size(); i++) {
      out.out(i, values.get(i));
    }
  }

  private static List<OnnxValue> even(OnnxValue x, int axis, int parts, Emitter out) {
    Dim size = out.dim(x, axis);
    if (size.isKnown()) {
      long each = size.value() / Math.max(1, parts);
      if (parts < 1 || each * parts != size.value()) {
        throw out.fail(
            "axis " + axis + " has the size " + size,
            "expected a multiple of its " + parts + " parts");
      }
      return split(x, axis, Emitter.numbers(parts, i -> each), out);
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("axis", (long) axis);
    if (out.opset() >= 18) {
      attributes.put("num_outputs", (long) parts);
    }
    return parts == 1 ? List.of(x) : out.emitAll("Split", attributes, parts, x);
  }

  private static List<OnnxValue> split(OnnxValue x, int axis, long[] sizes, Emitter out) {
    return sizes.length == 1
        ? List.of(x)
        : out.emitAll("Split", Map.of("axis", (long) axis), sizes.length, x, out.longs(sizes));
  }

  /** Sizes that are computed; none of them may be -1. */
  private static List<OnnxValue> atRunTime(OnnxValue x, int axis, int parts, Emitter out) {
    return out.emitAll("Split", Map.of("axis", (long) axis), parts, x, out.int64(out.in(1)));
  }

  /** Fills in a size of -1. */
  private static long[] sizes(long[] given, Dim size, Emitter out) {
    long rest = size.orElse(-1) - Arrays.stream(given).filter(s -> s >= 0).sum();
    if (Arrays.stream(given).anyMatch(s -> s < 0) && (!size.isKnown() || rest < 0)) {
      throw out.fail(
          "sizes are " + Arrays.toString(given) + " of " + size,
          "expected sizes that can be told before running");
    }
    return Arrays.stream(given).map(s -> s < 0 ? rest : s).toArray();
  }
}
