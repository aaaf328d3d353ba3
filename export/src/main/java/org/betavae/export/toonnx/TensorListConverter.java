package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code TensorList...}, lists of tensors as TensorFlow 2 keeps them, to one ONNX tensor whose
 * first dimension counts the elements: they all must have one shape. TensorListElementShape gives
 * that shape, even where TensorFlow's own list knows it in part only.
 */
final class TensorListConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "EmptyTensorList",
        "TensorListReserve",
        "TensorListFromTensor",
        "TensorListStack",
        "TensorListGetItem",
        "TensorListSetItem",
        "TensorListLength",
        "TensorListElementShape",
        "TensorListPushBack",
        "TensorListPopBack",
        "TensorListResize",
        "TensorListGather",
        "TensorListScatter",
        "TensorListScatterV2",
        "TensorListScatterIntoExistingList",
        "TensorListConcat",
        "TensorListConcatV2",
        "TensorListConcatLists");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    switch (n.op()) {
      case "EmptyTensorList" ->
          out.out(Lists.reserve(out.longs(0), out.in(0), n.type("element_dtype"), out));
      case "TensorListReserve" ->
          out.out(Lists.reserve(vector(out.in(1), out), out.in(0), n.type("element_dtype"), out));
      case "TensorListFromTensor" -> out.out(out.in(0));
      case "TensorListStack" -> out.out(Lists.read(out.in(0), out.in(1), out));
      case "TensorListGetItem" ->
          out.out(item(Lists.read(out.in(0), out.in(2), out), out.in(1), out));
      case "TensorListSetItem" -> out.out(set(n, out));
      case "TensorListLength" ->
          out.out(out.cast(out.squeeze(Lists.length(out.in(0), out), 0), ElementType.INT32));
      case "TensorListElementShape" ->
          out.out(
              out.cast(
                  out.slice(out.shapeOf(out.in(0)), 0, 1, Integer.MAX_VALUE),
                  n.type("shape_type", ElementType.INT64)));
      case "TensorListPushBack" -> out.out(Lists.push(out.in(0), out.in(1), out));
      case "TensorListPopBack" -> pop(out);
      case "TensorListResize" -> out.out(Lists.resize(out.in(0), vector(out.in(1), out), out));
      case "TensorListGather" ->
          out.out(out.emit("Gather", Lists.read(out.in(0), out.in(2), out), out.in(1)));
      case "TensorListScatter" -> out.out(scatter(null, n, out));
      case "TensorListScatterV2" -> out.out(scatter(out.in(3), n, out));
      case "TensorListScatterIntoExistingList" ->
          out.out(Lists.setAll(out.in(0), out.in(2), out.in(1), out));
      case "TensorListConcatLists" ->
          out.out(
              out.concat(
                  0, List.of(Lists.read(out.in(0), null, out), Lists.read(out.in(1), null, out))));
      default -> concat(out);
    }
  }

  private static OnnxValue vector(OnnxValue number, Emitter out) {
    return out.reshape(out.int64(number), 1);
  }

  private static OnnxValue item(OnnxValue list, OnnxValue index, Emitter out) {
    return out.emit("Gather", list, index);
  }

  private static OnnxValue set(TfNode n, Emitter out) {
    OnnxValue list = out.in(0);
    OnnxValue index = out.in(1);
    if (n.flag("resize_if_index_out_of_bounds")) {
      OnnxValue one = out.constant(Tensor.longs(1));
      OnnxValue wanted = out.emit("Add", vector(index, out), one);
      list = Lists.resize(list, out.emit("Max", Lists.length(list, out), wanted), out);
    }
    return Lists.set(list, index, out.in(2), out);
  }

  private static void pop(Emitter out) {
    OnnxValue list = Lists.read(out.in(0), out.in(1), out);
    out.out(0, out.slice(list, 0, 0, -1));
    out.out(1, item(list, out.constant(Tensor.scalar(ElementType.INT64, -1)), out));
  }

  /** A list of elements given in any order; without a length it ends with the last of them. */
  private static OnnxValue scatter(OnnxValue length, TfNode n, Emitter out) {
    OnnxValue items = out.in(0);
    OnnxValue indices = out.int64(out.in(1));
    OnnxValue count = length == null ? null : vector(length, out);
    boolean given = count != null && count.isConstant() && count.constant().longAt(0) >= 0;
    if (!given) {
      OnnxValue one = out.constant(Tensor.longs(1));
      OnnxValue fitting = out.emit("Add", out.reduce("ReduceMax", indices, true, 0), one);
      count = count == null || count.isConstant() ? fitting : out.emit("Max", count, fitting);
    }
    OnnxValue list = Lists.reserve(count, out.in(2), n.type("element_dtype", items.type()), out);
    return Lists.setAll(list, indices, items, out);
  }

  /** Elements one after another along their first dimension, and how long each is. */
  private static void concat(Emitter out) {
    OnnxValue list = Lists.read(out.in(0), null, out);
    if (out.rank(list) < 2) {
      throw out.fail("its elements have the shape []", "expected at least one dimension");
    }
    OnnxValue shape = out.shapeOf(list);
    OnnxValue length = out.slice(shape, 0, 0, 1);
    OnnxValue each = out.slice(shape, 0, 1, 2);
    OnnxValue rest = out.slice(shape, 0, 2, Integer.MAX_VALUE);
    OnnxValue all = out.emit("Mul", length, each);
    out.out(
        0,
        out.emit(
            "Reshape",
            out.opset() >= 14 ? Map.of("allowzero", 1L) : Emitter.NONE,
            list,
            out.rank(list) == 2 ? all : out.concat(0, List.of(all, rest))));
    out.out(1, out.emit("Expand", each, length));
  }
}
