package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;

/** Rows that share a number, reduced to one row each. */
final class Segments {
  /** How rows are reduced. */
  enum Reduction {
    SUM("ReduceSum", "add", 16),
    PRODUCT("ReduceProd", "mul", 16),
    LARGEST("ReduceMax", "max", 18),
    LEAST("ReduceMin", "min", 18);

    private final String reduce;
    private final String scatter;
    private final int scatterFrom;

    Reduction(String reduce, String scatter, int scatterFrom) {
      this.reduce = reduce;
      this.scatter = scatter;
      this.scatterFrom = scatterFrom;
    }

    /** What a row without anything is: 0, 1, and the least and largest number of the type. */
    double neutral(ElementType type) {
      return switch (this) {
        case SUM -> 0;
        case PRODUCT -> 1;
        case LARGEST -> lowest(type);
        case LEAST -> highest(type);
      };
    }
  }

  private Segments() {}

  /**
   * Reduces rows by their numbers: {@code ScatterND} where the operator set has the reduction, else
   * a mask of every number and row.
   *
   * @param data {@code [rows, ...]} of known rank
   * @param numbers int64 {@code [rows]}; rows with a negative one count nowhere
   * @param count vector of one int64, how many segments there are
   * @return {@code [count, ...]}; segments without rows have the neutral number
   */
  static OnnxValue reduce(
      Reduction how, OnnxValue data, OnnxValue numbers, OnnxValue count, Emitter out) {
    return out.opset() < how.scatterFrom || data.type() == ElementType.BOOL
        ? masked(how, data, numbers, count, out)
        : scattered(how, data, numbers, count, out);
  }

  /** Rows that count nowhere go to a segment more, which is cut off. */
  private static OnnxValue scattered(
      Reduction how, OnnxValue data, OnnxValue numbers, OnnxValue count, Emitter out) {
    OnnxValue none = out.constant(Tensor.scalar(ElementType.INT64, 0));
    OnnxValue at = out.emit("Where", out.emit("Less", numbers, none), count, numbers);
    OnnxValue more = out.emit("Add", count, out.longs(1));
    OnnxValue fill = Fills.of(out, with(more, data, out), data.type(), how.neutral(data.type()));
    OnnxValue all =
        out.emit(
            "ScatterND",
            Map.of("reduction", how.scatter),
            fill,
            out.unsqueeze(at, out.rank(numbers)),
            data);
    return out.emit("Slice", all, out.longs(0), count, out.longs(0));
  }

  private static OnnxValue masked(
      Reduction how, OnnxValue data, OnnxValue numbers, OnnxValue count, Emitter out) {
    OnnxValue segments =
        out.emit(
            "Range",
            out.constant(Tensor.scalar(ElementType.INT64, 0)),
            out.squeeze(count, 0),
            out.constant(Tensor.scalar(ElementType.INT64, 1)));
    OnnxValue mask = out.emit("Equal", out.unsqueeze(segments, 1), out.unsqueeze(numbers, 0));
    int rest = out.rank(data) - 1;
    OnnxValue wide = out.unsqueeze(mask, Emitter.numbers(rest, i -> i + 2L));
    OnnxValue neutral = out.scalarLike(data, how.neutral(data.type()));
    OnnxValue spread = out.emit("Where", wide, out.unsqueeze(data, 0), neutral);
    return out.reduce(how.reduce, spread, false, 1);
  }

  /** The shape of data with another number of rows. */
  private static OnnxValue with(OnnxValue count, OnnxValue data, Emitter out) {
    return out.rank(data) == 1
        ? count
        : out.concat(0, List.of(count, out.slice(out.shapeOf(data), 0, 1, Integer.MAX_VALUE)));
  }

  private static double lowest(ElementType type) {
    return type.isFloat() ? -largestFloat(type) : type.isUnsigned() ? 0 : -power(type);
  }

  private static double highest(ElementType type) {
    return type.isFloat()
        ? largestFloat(type)
        : type.isUnsigned() ? 2 * power(type) - 1 : power(type) - 1;
  }

  private static double power(ElementType type) {
    return Math.pow(2, 8.0 * type.bytes() - 1);
  }

  private static double largestFloat(ElementType type) {
    return switch (type) {
      case FLOAT16 -> 65504;
      case FLOAT64 -> Double.MAX_VALUE;
      case BFLOAT16 -> 0x1.FEp127;
      default -> Float.MAX_VALUE;
    };
  }
}
