package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX's operators on sequences, as PyTorch writes {@code chunk}, {@code stack} and lists: which
 * tensors a sequence holds is followed while importing, so its length and the places have to be
 * known before running.
 */
final class SequenceImporter implements OpImporter {
  private static final int MOST = 4096;

  @Override
  public Set<String> onnxOps() {
    return Set.of(
        "SequenceEmpty",
        "SequenceConstruct",
        "SequenceInsert",
        "SequenceErase",
        "SequenceAt",
        "SequenceLength",
        "SequenceMap",
        "SplitToSequence",
        "ConcatFromSequence");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "SequenceEmpty" -> out.out(TfValue.ofSequence(List.of()));
      case "SequenceConstruct" -> out.out(TfValue.ofSequence(out.ins()));
      case "SequenceInsert" -> {
        List<TfValue> items = new ArrayList<>(out.sequence(0));
        int at = out.has(2) ? place(2, items.size() + 1, 0, out) : items.size();
        items.add(at, out.in(1));
        out.out(TfValue.ofSequence(items));
      }
      case "SequenceErase" -> {
        List<TfValue> items = new ArrayList<>(out.sequence(0));
        requireItems(items, out);
        items.remove(out.has(1) ? place(1, items.size(), 1, out) : items.size() - 1);
        out.out(TfValue.ofSequence(items));
      }
      case "SequenceAt" -> {
        List<TfValue> items = out.sequence(0);
        out.out(items.get(place(1, items.size(), 1, out)));
      }
      case "SequenceLength" ->
          out.out(out.constant(Tensor.scalar(ElementType.INT64, out.sequence(0).size())));
      case "SequenceMap" -> map(n, out);
      case "SplitToSequence" -> split(n, out);
      default -> join(n, out);
    }
  }

  /**
   * A place in a sequence, counted from the front.
   *
   * @param count how many places there are
   * @param end 1, or 0 where the last place lies behind the last item, which -1 never means
   */
  private static int place(int input, int count, int end, TfEmitter out) {
    long given = out.known(input, "the place in the sequence")[0];
    long at = given < 0 ? given + count - (1 - end) : given;
    if (at < 0 || at >= count) {
      throw out.fail("its place is " + given, "expected one of " + count + " places");
    }
    return (int) at;
  }

  private static void requireItems(List<TfValue> items, TfEmitter out) {
    if (items.isEmpty()) {
      throw out.fail("its sequence is empty", "expected at least one tensor");
    }
  }

  private static void map(OnnxOp n, TfEmitter out) {
    List<TfValue> first = out.sequence(0);
    List<List<TfValue>> results = new ArrayList<>();
    for (int k = 0; k < out.outputCount(); k++) {
      results.add(new ArrayList<>());
    }
    for (int i = 0; i < first.size(); i++) {
      List<TfValue> arguments = new ArrayList<>(List.of(first.get(i)));
      for (int k = 1; k < out.inputCount(); k++) {
        arguments.add(out.isSequence(k) ? out.sequence(k).get(i) : out.in(k));
      }
      List<TfValue> made = out.inline(n.graph("body"), arguments);
      for (int k = 0; k < results.size(); k++) {
        results.get(k).add(made.get(k));
      }
    }
    for (int k = 0; k < results.size(); k++) {
      out.out(k, TfValue.ofSequence(results.get(k)));
    }
  }

  private static void split(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int axis = out.axis(n.integer("axis", 0), out.rank(x));
    boolean single = !out.has(1);
    long[] sizes;
    if (!single && out.in(1).rank() == 1) {
      sizes = out.known(1, "the sizes");
    } else {
      long part = single ? 1 : out.known(1, "the size")[0];
      long whole = out.size(x, axis);
      if (part < 1 || (whole + part - 1) / part > MOST) {
        throw out.fail(
            "it splits " + whole + " into parts of " + part, "expected 1 to " + MOST + " parts");
      }
      sizes = new long[(int) ((whole + part - 1) / part)];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = Math.min(part, whole - i * part);
      }
    }
    List<List<Dim>> shapes = new ArrayList<>();
    for (long size : sizes) {
      shapes.add(Shapes.with(x.shape(), axis, Dim.of(size)));
    }
    List<TfValue> parts =
        out.nodes(
            "SplitV",
            Map.of("num_split", sizes.length),
            shapes,
            x,
            out.constant(Tensor.longs(sizes)),
            out.integer(axis));
    boolean gone = single && n.integer("keepdims", 1) == 0;
    out.out(
        TfValue.ofSequence(gone ? parts.stream().map(p -> out.squeeze(p, axis)).toList() : parts));
  }

  private static void join(OnnxOp n, TfEmitter out) {
    List<TfValue> items = out.sequence(0);
    requireItems(items, out);
    boolean stack = n.integer("new_axis", 0) != 0;
    int rank = out.rank(items.get(0)) + (stack ? 1 : 0);
    int axis = out.axis(n.integer("axis", 0), rank);
    List<TfValue> parts = stack ? items.stream().map(v -> out.unsqueeze(v, axis)).toList() : items;
    out.out(out.concat(axis, parts));
  }
}
