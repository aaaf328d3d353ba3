package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code AffineGrid(theta [N,2,3], size)} and in 3 dimensions, {@code theta [N,3,4]}: a grid
 * {@code [N, spatial..., 2 or 3]} for GridSample, its last dimension x, y (and z).
 */
final class AffineGridImporter implements OpImporter {
  /** More are computed at run time. */
  private static final int MOST_PLACES = 1 << 16;

  @Override
  public Set<String> onnxOps() {
    return Set.of("AffineGrid");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue theta = out.in(0);
    TfValue size = out.in(1);
    if (out.rank(theta) != 3) {
      throw out.fail("its input is " + theta, "expected [N,2,3] or [N,3,4]");
    }
    int count = out.size(theta, 2) - 1;
    boolean corners = n.flag("align_corners", false);
    // Each column of theta times the place along its axis; axes are in the order z, y, x.
    TfValue grid = column(theta, count, count, out);
    for (int axis = 0; axis < count; axis++) {
      TfValue places = places(size, axis + 2, corners, theta.type(), out);
      List<Dim> spread = new ArrayList<>(Collections.nCopies(count + 2, Dim.ONE));
      spread.set(axis + 1, places.shape().get(0));
      TfValue along = out.reshape(places, spread);
      TfValue turned = out.binary("Mul", column(theta, count - 1 - axis, count, out), along);
      grid = out.binary("AddV2", grid, turned);
    }
    out.out(grid);
  }

  /** One column of theta as {@code [N, 1..., count]}. */
  private static TfValue column(TfValue theta, int i, int count, TfEmitter out) {
    List<Dim> shape = new ArrayList<>(List.of(theta.shape().get(0)));
    shape.addAll(Collections.nCopies(count, Dim.ONE));
    shape.add(Dim.of(count));
    return out.reshape(out.plain(out.slice(theta, 2, i, i + 1L)), shape);
  }

  /** Where the points of an axis lie between -1 and 1. */
  private static TfValue places(
      TfValue size, int i, boolean corners, ElementType type, TfEmitter out) {
    List<Dim> elements = size.elements();
    if (elements != null && elements.get(i).orElse(Long.MAX_VALUE) <= MOST_PLACES) {
      long length = elements.get(i).value();
      return out.constant(
          Tensor.ofDoubles(type, new long[] {length}, k -> place(k, length, corners)));
    }
    TfValue one = out.reshape(out.slice(out.plain(size), 0, i, i + 1L), new long[0]);
    TfValue length = out.cast(one, ElementType.INT32);
    Dim to = elements == null ? out.freshDim() : elements.get(i);
    TfValue numbers =
        out.node("Range", Map.of(), List.of(to), out.integer(0), length, out.integer(1));
    TfValue k = out.cast(numbers, type);
    TfValue gaps = out.cast(length, type);
    TfValue two = out.binary("Mul", k, out.scalar(type, 2));
    if (corners) {
      TfValue less = out.binary("Sub", gaps, out.scalar(type, 1));
      gaps = out.binary("Maximum", less, out.scalar(type, 1));
    } else {
      two = out.binary("AddV2", two, out.scalar(type, 1));
    }
    return out.binary("Sub", out.binary("RealDiv", two, gaps), out.scalar(type, 1));
  }

  private static double place(long k, long length, boolean corners) {
    return corners ? 2.0 * k / Math.max(1, length - 1) - 1 : (2.0 * k + 1) / length - 1;
  }
}
