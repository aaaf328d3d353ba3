package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Col2Im([N, C*block, L], image_shape, block_shape)}: the elements of each block added
 * up at their places in the image.
 */
final class Col2ImImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Col2Im");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    int axes = out.size(out.in(1), 0);
    TfValue image = out.cast(out.in(1), ElementType.INT64);
    TfValue block = out.cast(out.in(2), ElementType.INT64);
    long[] strides = n.integers("strides", axes, 1);
    long[] dilations = n.integers("dilations", axes, 1);
    long[] pads = n.integers("pads", 2 * axes, 0);
    TfValue one = Indices.number(out, 1);
    // The places of all blocks' elements along each axis: [block..., blocks...].
    List<TfValue> places = new ArrayList<>();
    List<TfValue> counts = new ArrayList<>();
    TfValue inside = null;
    for (int i = 0; i < axes; i++) {
      TfValue size = part(out, image, i);
      TfValue length = part(out, block, i);
      TfValue reach =
          out.binary("Mul", out.binary("Sub", length, one), Indices.number(out, dilations[i]));
      TfValue room =
          out.binary(
              "Sub",
              out.binary("AddV2", size, Indices.number(out, pads[i] + pads[axes + i] - 1)),
              reach);
      TfValue blocks =
          out.binary("AddV2", out.binary("FloorDiv", room, Indices.number(out, strides[i])), one);
      counts.add(blocks);
      TfValue within = Indices.counted(out, length, out.freshDim(), i, 2 * axes);
      TfValue start = Indices.counted(out, blocks, out.freshDim(), axes + i, 2 * axes);
      TfValue at =
          out.binary(
              "Sub",
              out.binary(
                  "AddV2",
                  out.binary("Mul", within, Indices.number(out, dilations[i])),
                  out.binary("Mul", start, Indices.number(out, strides[i]))),
              Indices.number(out, pads[i]));
      TfValue ok =
          out.binary(
              "LogicalAnd",
              out.binary("GreaterEqual", at, Indices.number(out, 0)),
              out.binary("Less", at, size));
      inside = inside == null ? ok : out.binary("LogicalAnd", inside, ok);
      places.add(at);
    }
    out.out(sum(out, image, block, places, counts, inside, axes));
  }

  private static TfValue part(TfEmitter out, TfValue vector, int i) {
    return out.squeeze(out.slice(vector, 0, i, i + 1), 0);
  }

  private static TfValue sum(
      TfEmitter out,
      TfValue image,
      TfValue block,
      List<TfValue> places,
      List<TfValue> counts,
      TfValue inside,
      int axes) {
    TfValue x = out.plain(out.in(0));
    TfValue flat = null;
    for (int i = 0; i < axes; i++) {
      TfValue before =
          flat == null
              ? places.get(i)
              : out.binary("AddV2", out.binary("Mul", flat, part(out, image, i)), places.get(i));
      flat = before;
    }
    // Elements beyond the border go to a segment of their own, which is dropped: a negative one.
    TfValue at = out.broadcasting("SelectV2", Map.of(), inside, flat, Indices.number(out, -1));
    TfValue ids = out.node("Reshape", Map.of(), List.of(out.freshDim()), at, out.constantInts(-1));
    TfValue pixels = out.node("Prod", Map.of(), List.of(), image, out.constantInts(0));
    TfValue elements = out.node("Prod", Map.of(), List.of(), block, out.constantInts(0));
    TfValue total = counts.get(0);
    for (TfValue c : counts.subList(1, counts.size())) {
      total = out.binary("Mul", total, c);
    }
    TfValue items = Indices.size(out, x, 0);
    TfValue channels = out.binary("FloorDiv", Indices.size(out, x, 1), elements);
    TfValue length = out.binary("Mul", elements, total);
    TfValue rows = out.binary("Mul", items, channels);
    TfValue table =
        out.node(
            "Reshape",
            Map.of(),
            List.of(out.freshDim(), out.freshDim()),
            x,
            out.node("Pack", Map.of(), Shapes.dims(2), rows, length));
    TfValue turned = out.plain(out.transpose(table, 1, 0));
    List<Dim> open = List.of(out.freshDim(), out.freshDim());
    TfValue sums = out.node("UnsortedSegmentSum", Map.of(), open, turned, ids, pixels);
    TfValue back = out.plain(out.transpose(sums, 1, 0));
    TfValue head = out.node("Pack", Map.of(), Shapes.dims(2), items, channels);
    TfValue shape =
        out.node("ConcatV2", Map.of(), Shapes.dims(2 + axes), head, image, out.integer(0));
    List<Dim> dims = new ArrayList<>();
    dims.add(x.shape().get(0));
    for (int i = 0; i <= axes; i++) {
      dims.add(out.freshDim());
    }
    return out.node("Reshape", Map.of(), dims, back, shape);
  }
}
