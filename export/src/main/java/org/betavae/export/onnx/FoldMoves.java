package org.betavae.export.onnx;

import static org.betavae.export.onnx.Folding.at;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Folding.Kernel;

/** Constants through operators that move elements about. */
final class FoldMoves {
  private FoldMoves() {}

  static void register(Map<String, Kernel> kernels) {
    kernels.put("Shape", (n, in) -> List.of(Tensor.longs(in.get(0).shape())));
    kernels.put("Size", (n, in) -> List.of(Tensor.scalar(ElementType.INT64, in.get(0).size())));
    for (String op : List.of("Reshape", "Squeeze", "Unsqueeze")) {
      kernels.put(op, FoldMoves::reshape);
    }
    kernels.put(
        "Transpose",
        (n, in) ->
            List.of(
                in.get(0)
                    .transpose(
                        Arrays.stream(n.integers("perm")).mapToInt(p -> (int) p).toArray())));
    kernels.put("Concat", FoldMoves::concat);
    kernels.put("Slice", FoldMoves::slice);
    kernels.put("Split", FoldMoves::split);
    kernels.put("Gather", FoldMoves::gather);
    kernels.put("Expand", FoldMoves::expand);
    kernels.put("ConstantOfShape", FoldMoves::constantOfShape);
    kernels.put("Range", FoldMoves::range);
    kernels.put("Tile", FoldMoves::tile);
  }

  /** The shape that inference gives a node whose inputs are constants. */
  private static long[] inferred(OnnxNode n, List<Tensor> in) {
    List<OnnxValue> values = new ArrayList<>();
    OnnxGraph scratch = new OnnxGraph(0);
    in.forEach(t -> values.add(t == null ? null : scratch.constant("", t)));
    OnnxNode copy = new OnnxNode(n.op(), n.name(), values, n.attributes());
    copy.addOutput(new OnnxValue("", null, null, null));
    Inference.infer(copy, scratch);
    return Inference.known(copy.output().shape());
  }

  private static List<Tensor> reshape(OnnxNode n, List<Tensor> in) {
    return List.of(in.get(0).reshape(inferred(n, in)));
  }

  private static List<Tensor> concat(OnnxNode n, List<Tensor> in) {
    long[] shape = inferred(n, in);
    ElementType type = in.get(0).type();
    int axis = Inference.axis(n, n.integer("axis", 0), shape.length);
    int outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= (int) shape[i];
    }
    ByteBuffer data =
        ByteBuffer.allocate(
            Math.toIntExact(Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact)));
    for (int o = 0; o < outer; o++) {
      for (Tensor t : in) {
        int run = t.size() / Math.max(1, outer) * type.bytes();
        data.put(t.data().position(o * run).limit((o + 1) * run));
      }
    }
    return List.of(Tensor.of(type, shape, data.flip()));
  }

  private static List<Tensor> slice(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    long[] shape = inferred(n, in);
    int[] stride = x.strides();
    int offset = 0;
    Tensor axes = at(in, 3);
    Tensor steps = at(in, 4);
    for (int k = 0; k < in.get(1).size(); k++) {
      int axis = axes == null ? k : Inference.axis(n, axes.longAt(k), x.rank());
      long step = steps == null ? 1 : steps.longAt(k);
      long start = in.get(1).longAt(k);
      start = start < 0 ? start + x.dim(axis) : start;
      start =
          step > 0
              ? Math.max(0, Math.min(start, x.dim(axis)))
              : Math.max(-1, Math.min(start, x.dim(axis) - 1));
      offset += (int) start * stride[axis];
      stride[axis] = (int) (stride[axis] * step);
    }
    boolean empty = Arrays.stream(shape).anyMatch(d -> d == 0);
    return List.of(x.gather(shape, stride, empty ? 0 : offset));
  }

  private static List<Tensor> split(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    if (at(in, 1) == null) {
      return null;
    }
    int axis = Inference.axis(n, n.integer("axis", 0), x.rank());
    List<Tensor> out = new ArrayList<>();
    long at = 0;
    for (long size : in.get(1).toLongs()) {
      long[] shape = x.shape();
      shape[axis] = size;
      out.add(x.gather(shape, x.strides(), (int) at * x.strides()[axis]));
      at += size;
    }
    return out;
  }

  private static List<Tensor> gather(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    int axis = Inference.axis(n, n.integer("axis", 0), x.rank());
    long[] rows = x.shape();
    rows[axis] = 1;
    List<Tensor> picked = new ArrayList<>();
    for (long i : in.get(1).toLongs()) {
      long row = i < 0 ? i + x.dim(axis) : i;
      if (row < 0 || row >= x.dim(axis)) {
        throw Inference.fail(
            n, "index is " + i, "expected " + -x.dim(axis) + " to " + (x.dim(axis) - 1));
      }
      picked.add(x.gather(rows, x.strides(), (int) row * x.strides()[axis]));
    }
    if (picked.isEmpty() || picked.size() > Folding.LARGEST_GROWN) {
      return null;
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (i == axis) {
        Arrays.stream(in.get(1).shape()).forEach(shape::add);
      } else {
        shape.add(x.dim(i));
      }
    }
    OnnxNode join = new OnnxNode("Concat", n.name(), List.of(), Map.of("axis", (long) axis));
    return List.of(concat(join, picked).get(0).reshape(shape.stream().mapToLong(d -> d).toArray()));
  }

  private static List<Tensor> expand(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    long[] shape = inferred(n, in);
    if (tooLarge(shape)) {
      return null;
    }
    int[] stride = new int[shape.length];
    int lead = shape.length - x.rank();
    for (int i = 0; i < x.rank(); i++) {
      stride[lead + i] = x.dim(i) == 1 ? 0 : x.strides()[i];
    }
    return List.of(x.gather(shape, stride, 0));
  }

  private static List<Tensor> constantOfShape(OnnxNode n, List<Tensor> in) {
    long[] shape = in.get(0).toLongs();
    if (tooLarge(shape)) {
      return null;
    }
    Tensor value = (Tensor) n.attributes().get("value");
    Tensor one = value == null ? Tensor.floats(new long[] {1}, 0f) : value;
    return List.of(one.gather(shape, new int[shape.length], 0));
  }

  private static boolean tooLarge(long[] shape) {
    double size = 1;
    for (long d : shape) {
      size *= d;
    }
    return !(size <= Folding.LARGEST_GROWN);
  }

  private static List<Tensor> range(OnnxNode n, List<Tensor> in) {
    double start = in.get(0).doubleAt(0);
    double delta = in.get(2).doubleAt(0);
    double length = Math.max(0, Math.ceil((in.get(1).doubleAt(0) - start) / delta));
    if (!(length <= Folding.LARGEST_GROWN)) {
      return null;
    }
    ElementType type = in.get(0).type();
    long[] shape = {(long) length};
    return List.of(
        type.isFloat()
            ? Tensor.ofDoubles(type, shape, i -> start + i * delta)
            : Tensor.ofLongs(type, shape, i -> in.get(0).longAt(0) + i * in.get(2).longAt(0)));
  }

  private static List<Tensor> tile(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    if (tooLarge(inferred(n, in))) {
      return null;
    }
    Tensor out = x;
    for (int axis = 0; axis < x.rank(); axis++) {
      List<Tensor> copies = java.util.Collections.nCopies((int) in.get(1).longAt(axis), out);
      if (copies.isEmpty()) {
        return null;
      }
      out =
          concat(new OnnxNode("Concat", n.name(), List.of(), Map.of("axis", (long) axis)), copies)
              .get(0);
    }
    return List.of(out);
  }
}
