package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;

/**
 * Lists of tensors of one shape as one tensor: {@code [length, ...shape of an element]}.
 *
 * <p>TensorFlow makes lists before it knows what will be in them. Until the first element is
 * written, unknown dimensions are 0 here, and all are missing where not even their number is known;
 * the emitter keeps account of such lists. A loop whose body writes the first element is built once
 * more with a list of that shape.
 */
final class Lists {
  private Lists() {}

  /**
   * A list full of zeros.
   *
   * @param length vector of one int64
   * @param shape of an element, -1 for unknown dimensions; a single number for an unknown rank
   */
  static OnnxValue reserve(OnnxValue length, OnnxValue shape, ElementType type, Emitter out) {
    if (out.rank(shape) == 0) {
      return out.unwritten(zeros(List.of(length), type, out));
    }
    if (shape.elements() == null) {
      OnnxValue none = out.constant(Tensor.scalar(ElementType.INT64, 0));
      return out.unwritten(
          zeros(List.of(length, out.emit("Max", out.int64(shape), none)), type, out));
    }
    if (shape.elements().stream().noneMatch(d -> d.is(-1))) {
      return zeros(List.of(length, out.int64(shape)), type, out);
    }
    List<OnnxValue> dims = new ArrayList<>(List.of(length));
    for (int i = 0; i < shape.elements().size(); i++) {
      Dim d = shape.elements().get(i);
      dims.add(d.is(-1) ? out.longs(0) : out.slice(out.int64(shape), 0, i, i + 1));
    }
    return out.unwritten(zeros(dims, type, out));
  }

  private static OnnxValue zeros(List<OnnxValue> dims, ElementType type, Emitter out) {
    return Fills.of(out, out.concat(0, dims), type, 0);
  }

  /** The number of elements as a vector of one int64. */
  static OnnxValue length(OnnxValue list, Emitter out) {
    return out.slice(out.shapeOf(list), 0, 0, 1);
  }

  /**
   * A list without elements so far with the shape that elements turn out to have.
   *
   * @param written a list of such elements, perhaps in a graph inside of this one
   */
  static OnnxValue ofElements(OnnxValue list, OnnxValue written, Emitter out) {
    List<OnnxValue> dims = new ArrayList<>(List.of(length(list, out)));
    for (int i = 1; i < out.rank(written); i++) {
      OnnxValue dim = out.dimension(written.shape().get(i));
      // What is not known outside stays 0 until the first element is written.
      dims.add(dim == null ? out.longs(0) : dim);
    }
    return zeros(dims, list.type(), out);
  }

  /** The list with room for elements like this one. */
  static OnnxValue room(OnnxValue list, OnnxValue item, Emitter out) {
    if (out.isUnwritten(list)) {
      return zeros(List.of(length(list, out), out.shapeOf(item)), item.type(), out);
    }
    int rank = out.rank(item);
    if (out.rank(list) != rank + 1) {
      throw out.fail(
          "an element has the shape " + item.shape() + " in a list " + list.shape(),
          "expected elements of one shape");
    }
    boolean same = true;
    for (int i = 0; i < rank; i++) {
      Dim have = list.shape().get(i + 1);
      Dim wanted = item.shape().get(i);
      if (have.isKnown() && wanted.isKnown() && !have.equals(wanted) && !have.is(0)) {
        throw out.fail(
            "an element has the shape " + item.shape() + " in a list " + list.shape(),
            "expected elements of one shape");
      }
      same &= have.equals(wanted);
    }
    return same ? list : roomAtRunTime(list, item, out);
  }

  /** Elements without content may be room for the first; other shapes fail when it is written. */
  private static OnnxValue roomAtRunTime(OnnxValue list, OnnxValue item, Emitter out) {
    OnnxValue empty =
        out.emit(
            "Equal", out.emit("Size", list), out.constant(Tensor.scalar(ElementType.INT64, 0)));
    OnnxValue length = length(list, out);
    return out.choose(
        empty,
        in -> zeros(List.of(in.captured(length), in.shapeOf(in.captured(item))), item.type(), in),
        in -> in.captured(list));
  }

  /** The list with one element replaced. */
  static OnnxValue set(OnnxValue list, OnnxValue index, OnnxValue item, Emitter out) {
    OnnxValue room = room(list, item, out);
    OnnxValue at = out.reshape(out.int64(index), 1, 1);
    return out.emit("ScatterND", room, at, out.unsqueeze(item, 0));
  }

  /** The list with some elements replaced. */
  static OnnxValue setAll(OnnxValue list, OnnxValue indices, OnnxValue items, Emitter out) {
    OnnxValue one = out.squeeze(out.slice(items, 0, 0, 1), 0);
    OnnxValue room =
        out.isUnwritten(list)
            ? zeros(
                List.of(length(list, out), out.slice(out.shapeOf(items), 0, 1, Integer.MAX_VALUE)),
                items.type(),
                out)
            : room(list, one, out);
    return out.emit("ScatterND", room, out.unsqueeze(out.int64(indices), 1), items);
  }

  /** The list with an element more. */
  static OnnxValue push(OnnxValue list, OnnxValue item, Emitter out) {
    return out.concat(0, List.of(room(list, item, out), out.unsqueeze(item, 0)));
  }

  /** The list cut off or filled up with zeros to a length, a vector of one int64. */
  static OnnxValue resize(OnnxValue list, OnnxValue length, Emitter out) {
    OnnxValue none = out.longs(0);
    OnnxValue kept = out.emit("Slice", list, none, length, none);
    OnnxValue more = out.emit("Max", out.emit("Sub", length, length(list, out)), none);
    List<OnnxValue> dims = new ArrayList<>(List.of(more));
    if (out.rank(list) > 1) {
      dims.add(out.slice(out.shapeOf(list), 0, 1, Integer.MAX_VALUE));
    }
    OnnxValue resized = out.concat(0, List.of(kept, zeros(dims, list.type(), out)));
    return out.isUnwritten(list) ? out.unwritten(resized) : resized;
  }

  /** The list as a tensor; of one that was never written, what its reader says of its shape. */
  static OnnxValue read(OnnxValue list, OnnxValue shape, Emitter out) {
    if (!out.isUnwritten(list)) {
      return list;
    }
    boolean known =
        shape != null
            && shape.rank() == 1
            && shape.elements() != null
            && shape.elements().stream().noneMatch(d -> d.is(-1));
    if (!known) {
      throw out.fail(
          "it reads a list that nothing was written to",
          "expected elements, or a shape for them that is known");
    }
    return reserve(length(list, out), shape, list.type(), out);
  }
}
