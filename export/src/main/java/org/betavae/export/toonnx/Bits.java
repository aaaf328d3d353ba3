package org.betavae.export.toonnx;

import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;

/** Whole numbers taken apart into bits and put together again, for operators that ONNX lacks. */
final class Bits {
  private static final int HALF = 32;

  private Bits() {}

  /** The bits of a number, lowest first, true or false, in a dimension behind the others. */
  static OnnxValue of(OnnxValue x, Emitter out) {
    int count = 8 * x.type().bytes();
    OnnxValue places = out.constant(Tensor.ofLongs(ElementType.UINT64, new long[] {count}, i -> i));
    OnnxValue wide = out.unsqueeze(out.cast(x, ElementType.UINT64), out.rank(x));
    OnnxValue moved = out.emit("BitShift", Map.of("direction", "RIGHT"), wide, places);
    OnnxValue two = out.constant(Tensor.ofLongs(ElementType.UINT64, new long[0], i -> 2));
    return out.cast(out.emit("Mod", moved, two), ElementType.BOOL);
  }

  /**
   * The number of some bits, or how many are set.
   *
   * @param type of the number; null to count
   */
  static OnnxValue number(OnnxValue bits, ElementType type, Emitter out) {
    int last = out.rank(bits) - 1;
    OnnxValue ones = out.cast(bits, ElementType.INT64);
    if (type == null) {
      return out.reduce("ReduceSum", ones, false, last);
    }
    int count = 8 * type.bytes();
    if (count <= HALF) {
      return out.cast(sum(ones, count, !type.isUnsigned(), out), type);
    }
    // ONNX Runtime adds whole numbers up as float64, which holds 53 bits.
    OnnxValue low = sum(out.slice(ones, last, 0, HALF), HALF, false, out);
    OnnxValue high = sum(out.slice(ones, last, HALF, count), HALF, true, out);
    OnnxValue worth = out.constant(Tensor.ofLongs(ElementType.INT64, new long[0], i -> 1L << HALF));
    return out.cast(out.emit("Add", low, out.emit("Mul", high, worth)), type);
  }

  private static OnnxValue sum(OnnxValue ones, int count, boolean signed, Emitter out) {
    OnnxValue worth =
        out.constant(
            Tensor.ofLongs(
                ElementType.INT64,
                new long[] {count},
                i -> i == count - 1 && signed ? -(1L << i) : 1L << i));
    return out.reduce("ReduceSum", out.emit("Mul", ones, worth), false, out.rank(ones) - 1);
  }

  /** And, Or or Xor of two numbers, bit by bit. */
  static OnnxValue combined(String op, OnnxValue x, OnnxValue y, Emitter out) {
    // As many dimensions on both sides, so that those of bits are one.
    int rank = Math.max(out.rank(x), out.rank(y));
    OnnxValue a = of(toRank(x, rank, out), out);
    OnnxValue b = of(toRank(y, rank, out), out);
    return number(out.emit(op, a, b), x.type(), out);
  }

  private static OnnxValue toRank(OnnxValue v, int rank, Emitter out) {
    return out.unsqueeze(v, Emitter.numbers(rank - out.rank(v), i -> i));
  }

  /** A number with its bits moved; to the right the sign comes in from the left. */
  static OnnxValue shifted(OnnxValue x, OnnxValue by, boolean left, Emitter out) {
    OnnxValue places = out.cast(by, ElementType.UINT64);
    if (left) {
      OnnxValue wide = out.cast(x, ElementType.UINT64);
      return out.cast(out.emit("BitShift", Map.of("direction", "LEFT"), wide, places), x.type());
    }
    if (x.type().isUnsigned()) {
      OnnxValue wide = out.cast(x, ElementType.UINT64);
      return out.cast(out.emit("BitShift", Map.of("direction", "RIGHT"), wide, places), x.type());
    }
    // floor(x / 2^n) of negative numbers is -1 - floor((-1 - x) / 2^n).
    OnnxValue one = out.constant(Tensor.scalar(ElementType.INT64, -1));
    OnnxValue number = out.int64(x);
    OnnxValue negative =
        out.emit("Less", number, out.constant(Tensor.scalar(ElementType.INT64, 0)));
    OnnxValue plain = out.emit("Where", negative, out.emit("Sub", one, number), number);
    OnnxValue moved =
        out.int64(
            out.emit(
                "BitShift",
                Map.of("direction", "RIGHT"),
                out.cast(plain, ElementType.UINT64),
                places));
    return out.cast(out.emit("Where", negative, out.emit("Sub", one, moved), moved), x.type());
  }
}
