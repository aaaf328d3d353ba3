package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code DepthToSpace(x [n,h,w,c])} and {@code SpaceToDepth} to ONNX's operators of those names
 * (mode DCR); TF {@code SpaceToBatchND} and {@code BatchToSpaceND} to Pad or Slice, Reshape and
 * Transpose.
 */
final class SpaceConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("DepthToSpace", "SpaceToDepth", "SpaceToBatchND", "BatchToSpaceND");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.endsWith("ND") ? "sizes known only at run time, unless around a convolution" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    switch (n.op()) {
      case "SpaceToBatchND" -> toBatch(out);
      case "BatchToSpaceND" -> {
        OnnxValue conv = DilatedConv.of(n, out);
        if (conv == null) {
          toSpace(out);
        } else {
          out.out(conv);
        }
      }
      default -> {
        Layout layout = Layout.of(n, 2, out);
        Map<String, Object> attributes = Map.of("blocksize", n.integer("block_size", 2));
        out.out(layout.toTf(out.emit(n.op(), attributes, layout.toOnnx(out.in(0), out)), out));
      }
    }
  }

  private static void toBatch(Emitter out) {
    OnnxValue x = out.in(0);
    long[] block = out.known(1, "the block shape");
    long[] pads = out.known(2, "the paddings");
    int s = block.length;
    int rank = out.rank(x);
    long[] onnxPads = new long[2 * rank];
    for (int i = 0; i < s; i++) {
      onnxPads[i + 1] = pads[2 * i];
      onnxPads[i + 1 + rank] = pads[2 * i + 1];
    }
    OnnxValue padded = out.emit("Pad", x, out.longs(onnxPads));
    List<Long> cut = new ArrayList<>(List.of(-1L));
    List<Long> joined = new ArrayList<>(List.of(-1L));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < s; i++) {
      long blocks = known(out, padded, i + 1) / block[i];
      cut.addAll(List.of(blocks, block[i]));
      joined.add(blocks);
      order.add(2 * i + 2);
    }
    order.add(0);
    for (int i = 0; i < s; i++) {
      order.add(2 * i + 1);
    }
    addRest(out, x, s, cut, joined, order);
    out.out(
        out.reshape(out.transpose(out.reshape(padded, array(cut)), ints(order)), array(joined)));
  }

  private static void toSpace(Emitter out) {
    OnnxValue x = out.in(0);
    long[] block = out.known(1, "the block shape");
    long[] crops = out.known(2, "the crops");
    int s = block.length;
    List<Long> cut = new ArrayList<>();
    List<Long> joined = new ArrayList<>(List.of(-1L));
    List<Integer> order = new ArrayList<>(List.of(s));
    for (long b : block) {
      cut.add(b);
    }
    cut.add(-1L);
    for (int i = 0; i < s; i++) {
      long size = known(out, x, i + 1);
      cut.add(size);
      joined.add(size * block[i]);
      order.addAll(List.of(s + 1 + i, i));
    }
    addRest(out, x, s, cut, joined, order);
    OnnxValue y =
        out.reshape(out.transpose(out.reshape(x, array(cut)), ints(order)), array(joined));
    long[] starts = Emitter.numbers(s, i -> crops[2 * i]);
    long[] ends = Emitter.numbers(s, i -> joined.get(i + 1) - crops[2 * i + 1]);
    out.out(
        out.emit(
            "Slice",
            y,
            out.longs(starts),
            out.longs(ends),
            out.longs(Emitter.numbers(s, i -> i + 1))));
  }

  /** Dimensions behind the blocks stay as they are. */
  private static void addRest(
      Emitter out, OnnxValue x, int s, List<Long> cut, List<Long> joined, List<Integer> order) {
    for (int i = s + 1; i < out.rank(x); i++) {
      order.add(cut.size());
      cut.add(known(out, x, i));
      joined.add(known(out, x, i));
    }
  }

  private static long known(Emitter out, OnnxValue x, int axis) {
    Dim d = out.dim(x, axis);
    if (!d.isKnown()) {
      throw out.fail("axis " + axis + " has the size " + d, "expected a known size");
    }
    return d.value();
  }

  private static long[] array(List<Long> list) {
    return list.stream().mapToLong(l -> l).toArray();
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(i -> i).toArray();
  }
}
