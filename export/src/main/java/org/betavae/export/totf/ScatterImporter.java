package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.tf.TfNode;

/**
 * ONNX {@code ScatterElements} and {@code ScatterND} with their reductions. TensorFlow's {@code
 * TensorScatter} operators have no gradient, so floating point numbers go by way of {@code
 * ScatterNd} and {@code UnsortedSegment} operators, which have one but for products.
 */
final class ScatterImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Scatter", "ScatterElements", "ScatterND");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue data = out.plain(out.in(0));
    TfValue indices = out.cast(out.in(1), ElementType.INT64);
    TfValue updates = out.plain(out.in(2));
    String reduction = n.text("reduction", "none");
    if (n.is("ScatterND")) {
      int depth = out.size(indices, out.rank(indices) - 1);
      TfValue sizes = out.slice(out.shapeOf(data), 0, 0, depth);
      TfValue places = Indices.wrapped(out, indices, sizes);
      out.out(scatter(out, data, places, updates, depth, reduction));
      return;
    }
    int rank = out.rank(data);
    int axis = out.axis(n.integer("axis", 0), rank);
    TfValue wrapped = Indices.wrapped(out, indices, Indices.size(out, data, axis));
    TfValue places = Indices.elements(out, wrapped, axis);
    out.out(scatter(out, data, places, updates, rank, reduction));
  }

  /**
   * The data with updates at some places.
   *
   * @param places coordinates of the first dimensions of the data, in the last dimension
   * @param depth how many
   */
  private static TfValue scatter(
      TfEmitter out, TfValue data, TfValue places, TfValue updates, int depth, String reduction) {
    switch (reduction) {
      case "add" -> {
        TfValue shape = ofZeros(data);
        if (shape != null) {
          return out.node("ScatterNd", Map.of(), data.shape(), places, updates, shape);
        }
        TfValue sum =
            out.node("ScatterNd", Map.of(), data.shape(), places, updates, out.shapeOf(data));
        return out.binary("AddV2", data, sum);
      }
      case "mul" -> {
        return out.binary("Mul", data, segments(out, "Prod", data, places, updates, depth));
      }
      case "max" -> {
        return out.binary("Maximum", data, segments(out, "Max", data, places, updates, depth));
      }
      case "min" -> {
        return out.binary("Minimum", data, segments(out, "Min", data, places, updates, depth));
      }
      default -> {
        return data.type().isFloat()
            ? replaced(out, data, places, updates, depth)
            : out.node("TensorScatterUpdate", Map.of(), data.shape(), data, places, updates);
      }
    }
  }

  /** The shape that zeros were made in at run time; null for anything else. */
  private static TfValue ofZeros(TfValue data) {
    TfNode fill = data.isConstant() || data.output() == null ? null : data.output().node();
    if (fill == null || !fill.op().equals("Fill")) {
      return null;
    }
    Tensor number = fill.inputs().get(1).node().value();
    boolean zeros = number != null && number.size() == 1 && number.doubleAt(0) == 0;
    return zeros ? TfValue.of(fill.inputs().get(0), ElementType.INT64, null) : null;
  }

  private static TfValue replaced(
      TfEmitter out, TfValue data, TfValue places, TfValue updates, int depth) {
    TfValue shape = out.shapeOf(data);
    TfValue values = out.node("ScatterNd", Map.of(), data.shape(), places, updates, shape);
    TfValue first = out.slice(places, out.rank(places) - 1, 0, 1);
    TfValue ones = out.unary("OnesLike", out.squeeze(first, out.rank(places) - 1));
    TfValue counts =
        out.node(
            "ScatterNd",
            Map.of(),
            data.shape().subList(0, depth),
            places,
            out.cast(ones, ElementType.INT32),
            out.slice(shape, 0, 0, depth));
    TfValue touched = out.binary("Greater", counts, out.integer(0));
    List<Dim> mask = new ArrayList<>(touched.shape());
    while (mask.size() < data.rank()) {
      mask.add(Dim.ONE);
    }
    return out.broadcasting("SelectV2", Map.of(), out.reshape(touched, mask), values, data);
  }

  /** The updates of each place combined, in the data's shape; places without any are neutral. */
  private static TfValue segments(
      TfEmitter out, String op, TfValue data, TfValue places, TfValue updates, int depth) {
    TfValue shape = out.shapeOf(data);
    TfValue head = out.slice(shape, 0, 0, depth);
    TfValue strides =
        out.node(
            "Cumprod",
            Map.of("exclusive", true, "reverse", true),
            List.of(Dim.of(depth)),
            head,
            out.integer(0));
    TfValue flat =
        out.node(
            "Sum",
            Map.of(),
            places.shape().subList(0, places.rank() - 1),
            out.binary("Mul", places, strides),
            out.constantInts(places.rank() - 1L));
    TfValue count = out.node("Prod", Map.of(), List.of(), head, out.constantInts(0));
    TfValue combined = out.node("UnsortedSegment" + op, Map.of(), null, updates, flat, count);
    return out.node("Reshape", Map.of(), data.shape(), combined, shape);
  }
}
