package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** Places in tensors, as TensorFlow counts them. */
final class Indices {
  private Indices() {}

  /** A whole number of int64 without dimensions. */
  static TfValue number(TfEmitter out, long value) {
    return out.constant(Tensor.ofLongs(ElementType.INT64, new long[0], i -> value));
  }

  /** One dimension as a number of int64, read at run time where it is not known. */
  static TfValue size(TfEmitter out, TfValue v, int axis) {
    Dim d = out.dim(v, axis);
    if (d.isKnown()) {
      return number(out, d.value());
    }
    return out.gather(out.shapeOf(v), out.integer(axis), 0);
  }

  /**
   * Places counted from the front: ONNX counts negative ones from the end.
   *
   * @param indices of type int32 or int64
   * @param size how many places there are: an int64 without dimensions or one for each place of the
   *     last dimension
   */
  static TfValue wrapped(TfEmitter out, TfValue indices, TfValue size) {
    if (indices.isConstant()) {
      long[] all = indices.constant().toLongs();
      if (Arrays.stream(all).allMatch(i -> i >= 0)) {
        return indices;
      }
      if (size.isConstant() && size.constant().size() == 1) {
        long n = size.constant().longAt(0);
        Tensor t = indices.constant();
        return out.constant(
            Tensor.ofLongs(t.type(), t.shape(), i -> all[i] < 0 ? all[i] + n : all[i]));
      }
    }
    TfValue zero = out.scalarLike(indices, 0);
    TfValue moved = out.binary("AddV2", indices, out.cast(size, indices.type()));
    TfValue negative = out.binary("Less", indices, zero);
    return out.broadcasting("SelectV2", Map.of(), negative, moved, indices);
  }

  /**
   * The numbers 0, 1, ... of int64 along one axis of a tensor of a rank; other axes have size 1.
   */
  static TfValue counted(TfEmitter out, TfValue size, Dim length, int axis, int rank) {
    TfValue numbers =
        out.node(
            "Range",
            Map.of(),
            List.of(length),
            out.scalar(ElementType.INT64, 0),
            size,
            out.scalar(ElementType.INT64, 1));
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[axis] = -1;
    List<Dim> dims = new ArrayList<>(Shapes.dims(shape));
    dims.set(axis, length);
    return out.node("Reshape", Map.of(), dims, numbers, out.constantInts(shape));
  }

  /**
   * Full coordinates of what ONNX's {@code GatherElements} and {@code ScatterElements} name: along
   * one axis those given, along the others the place of the element itself.
   *
   * @param indices int64, counted from the front
   * @return int64, one dimension more than the indices, which holds the coordinates
   */
  static TfValue elements(TfEmitter out, TfValue indices, int axis) {
    int rank = out.rank(indices);
    TfValue zeros = out.unary("ZerosLike", indices);
    TfValue[] coordinates = new TfValue[rank];
    for (int i = 0; i < rank; i++) {
      coordinates[i] =
          i == axis
              ? indices
              : out.binary(
                  "AddV2",
                  counted(out, size(out, indices, i), out.dim(indices, i), i, rank),
                  zeros);
    }
    List<Dim> shape = new ArrayList<>(indices.shape());
    shape.add(Dim.of(rank));
    return out.node("Pack", Map.of("axis", rank), shape, coordinates);
  }
}
