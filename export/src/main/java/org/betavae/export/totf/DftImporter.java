package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code DFT} of real numbers [..., n, 1] or complex ones [..., n, 2] to TF {@code FFT},
 * {@code IFFT} and {@code IRFFT}; forwards in float64, since sums of float32 lose the small
 * numbers.
 */
final class DftImporter implements OpImporter {
  private static final int AXIS_AS_INPUT = 20;

  @Override
  public Set<String> onnxOps() {
    return Set.of("DFT");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    int rank = out.rank(x);
    TfValue toLast = order(n, out, rank);
    boolean real = out.size(x, rank - 1) == 1;
    boolean inverse = n.flag("inverse", false);
    boolean half = n.flag("onesided", false);
    TfValue z = complex(out, x, real, !inverse || x.type() == ElementType.FLOAT64);
    z = turned(out, z, toLast);
    TfValue length =
        out.has(1) ? out.cast(out.reshape(out.in(1), List.of()), ElementType.INT64) : null;
    if (inverse && half) {
      out.out(out.cast(irfft(out, z, length, toLast), x.type()));
      return;
    }
    if (length != null) {
      z = resized(out, z, length);
    }
    z = out.node(inverse ? "IFFT" : "FFT", Map.of(), z.shape(), z);
    if (half) {
      z = firstHalf(out, z);
    }
    z = turned(out, z, toLast);
    List<Dim> parts = new ArrayList<>(z.shape());
    parts.add(Dim.of(2));
    TfValue pairs =
        out.node(
            "Pack", Map.of("axis", rank - 1), parts, part(out, "Real", z), part(out, "Imag", z));
    out.out(out.cast(pairs, x.type()));
  }

  /** Which dimensions change places so that the transformed one is the last; its own inverse. */
  private static TfValue order(OnnxOp n, TfEmitter out, int rank) {
    long given = n.integer("axis", n.opset() < AXIS_AS_INPUT ? 1 : -2);
    if (out.has(2) && !out.in(2).isConstant()) {
      TfValue axis = out.cast(out.reshape(out.in(2), List.of()), ElementType.INT32);
      TfValue at = out.binary("FloorMod", axis, out.integer(rank));
      TfValue places = out.ints(Shapes.range(rank - 1));
      TfValue last = out.integer(rank - 2L);
      TfValue swapped =
          out.broadcasting("SelectV2", Map.of(), out.binary("Equal", places, last), at, places);
      return out.broadcasting("SelectV2", Map.of(), out.binary("Equal", places, at), last, swapped);
    }
    int axis = out.axis(out.has(2) ? out.known(2, "axis")[0] : given, rank);
    if (axis == rank - 1) {
      throw out.fail("axis is " + given, "expected another than the last, which holds the parts");
    }
    int[] perm = Shapes.range(rank - 1);
    perm[axis] = rank - 2;
    perm[rank - 2] = axis;
    return out.ints(perm);
  }

  private static TfValue turned(TfEmitter out, TfValue z, TfValue order) {
    if (order.isConstant()) {
      int[] perm = Arrays.stream(order.constant().toLongs()).mapToInt(i -> (int) i).toArray();
      return out.plain(out.transpose(z, perm));
    }
    List<Dim> shape = new ArrayList<>(z.shape());
    shape.replaceAll(d -> out.freshDim());
    return out.node("Transpose", Map.of(), shape, z, order);
  }

  private static TfValue complex(TfEmitter out, TfValue x, boolean real, boolean wide) {
    TfValue v = out.cast(x, wide ? ElementType.FLOAT64 : ElementType.FLOAT32);
    int last = x.rank() - 1;
    TfValue re = out.squeeze(out.slice(v, last, 0, 1), last);
    TfValue im = real ? out.unary("ZerosLike", re) : out.squeeze(out.slice(v, last, 1, 2), last);
    ElementType type = wide ? ElementType.COMPLEX128 : ElementType.COMPLEX64;
    return out.node("Complex", Map.of("Tout", type), re.shape(), re, im);
  }

  private static ElementType partType(TfValue z) {
    return z.type() == ElementType.COMPLEX128 ? ElementType.FLOAT64 : ElementType.FLOAT32;
  }

  private static TfValue part(TfEmitter out, String op, TfValue z) {
    return out.unary(op, Map.of("Tout", partType(z)), z);
  }

  /** The last dimension cut or filled with zeros to a length. */
  private static TfValue resized(TfEmitter out, TfValue z, TfValue length) {
    int last = z.rank() - 1;
    TfValue size = Indices.size(out, z, last);
    TfValue zero = Indices.number(out, 0);
    TfValue kept = out.binary("Minimum", size, length);
    TfValue more = out.binary("Sub", length, kept);
    TfValue[] ends = new TfValue[z.rank()];
    TfValue[] after = new TfValue[z.rank()];
    for (int i = 0; i < z.rank(); i++) {
      ends[i] = i == last ? kept : Indices.number(out, -1);
      after[i] = i == last ? more : zero;
    }
    List<Dim> vector = Shapes.dims(z.rank());
    TfValue begin = out.constant(Tensor.longs(new long[z.rank()]));
    TfValue end = out.node("Pack", Map.of(), vector, ends);
    Dim d = length.isConstant() ? Dim.of(length.constant().longAt(0)) : out.freshDim();
    List<Dim> shape = Shapes.with(z.shape(), last, d);
    TfValue cut = out.node("Slice", Map.of(), shape, z, begin, end);
    TfValue pads =
        out.node(
            "Pack",
            Map.of("axis", 1),
            Shapes.dims(z.rank(), 2),
            begin,
            out.node("Pack", Map.of(), vector, after));
    return out.node("Pad", Map.of(), shape, cut, pads);
  }

  private static TfValue firstHalf(TfEmitter out, TfValue z) {
    int last = z.rank() - 1;
    Dim d = z.shape().get(last);
    if (d.isKnown()) {
      return out.slice(z, last, 0, d.value() / 2 + 1);
    }
    TfValue half = out.binary("FloorDiv", Indices.size(out, z, last), Indices.number(out, 2));
    return resized(out, z, out.binary("AddV2", half, Indices.number(out, 1)));
  }

  private static TfValue irfft(TfEmitter out, TfValue z, TfValue length, TfValue toLast) {
    int last = z.rank() - 1;
    TfValue size = length;
    if (size == null) {
      TfValue twice = out.binary("Mul", Indices.size(out, z, last), Indices.number(out, 2));
      size = out.binary("Sub", twice, Indices.number(out, 2));
    }
    Dim d = size.isConstant() ? Dim.of(size.constant().longAt(0)) : out.freshDim();
    TfValue vector = out.unsqueeze(out.cast(size, ElementType.INT32), 0);
    TfValue y =
        out.node("IRFFT", Map.of("Treal", partType(z)), Shapes.with(z.shape(), last, d), z, vector);
    TfValue turned = turned(out, y, toLast);
    return out.unsqueeze(turned, turned.rank());
  }
}
