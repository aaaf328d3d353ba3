package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code TensorArray...V3(handle, ..., flow)}, lists of tensors as TensorFlow 1 keeps them, to
 * one ONNX tensor whose first dimension counts the elements; the flow, which TensorFlow uses to
 * order writes and reads, carries it.
 */
final class TensorArrayConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "TensorArrayV3",
        "TensorArrayReadV3",
        "TensorArrayWriteV3",
        "TensorArrayGatherV3",
        "TensorArrayScatterV3",
        "TensorArraySizeV3");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue flow = out.in(n.inputs().size() - 1);
    switch (n.op()) {
      case "TensorArrayV3" -> out.out(1, reserve(n, out));
      case "TensorArrayReadV3" ->
          out.out(out.emit("Gather", Lists.read(flow, null, out), out.in(1)));
      case "TensorArrayWriteV3" -> out.out(Lists.set(flow, out.in(1), out.in(2), out));
      case "TensorArrayGatherV3" -> {
        OnnxValue list = Lists.read(flow, null, out);
        out.out(isAll(out.in(1), list) ? list : out.emit("Gather", list, out.in(1)));
      }
      case "TensorArrayScatterV3" -> {
        boolean whole =
            isAll(out.in(1), out.in(2))
                && flow.shape() != null
                && flow.shape().get(0).equals(out.in(2).shape().get(0));
        out.out(whole ? out.in(2) : Lists.setAll(flow, out.in(1), out.in(2), out));
      }
      default -> out.out(out.cast(out.squeeze(Lists.length(flow, out), 0), ElementType.INT32));
    }
  }

  private static OnnxValue reserve(TfNode n, Emitter out) {
    if (n.flag("dynamic_size")) {
      throw out.fail("it grows as it is written", "expected a TensorArray of one size");
    }
    List<Long> shape = n.shape("element_shape");
    OnnxValue dims =
        out.constant(
            shape == null
                ? Tensor.scalar(ElementType.INT64, -1)
                : Tensor.longs(shape.stream().mapToLong(Long::longValue).toArray()));
    OnnxValue length = out.reshape(out.int64(out.in(0)), 1);
    return Lists.reserve(length, dims, n.type("dtype"), out);
  }

  /** True if indices are 0, 1, ... up to the number of elements. */
  private static boolean isAll(OnnxValue indices, OnnxValue list) {
    if (indices.rank() != 1
        || list.shape() == null
        || !indices.shape().get(0).equals(list.shape().get(0))) {
      return false;
    }
    if (indices.isConstant()) {
      long[] all = indices.constant().toLongs();
      boolean rising = true;
      for (int i = 0; i < all.length; i++) {
        rising &= all[i] == i;
      }
      return rising;
    }
    OnnxNode range = indices.producer();
    return range != null
        && range.is("Range")
        && isNumber(range.input(0), 0)
        && isNumber(range.input(2), 1);
  }

  private static boolean isNumber(OnnxValue v, long number) {
    return v.isConstant() && v.constant().longAt(0) == number;
  }
}
