package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** ONNX {@code AffineGrid(theta [N,2,3], size)} and in 3 dimensions: a grid for GridSample. */
final class AffineGridImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("AffineGrid");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue theta = out.in(0);
    List<Dim> size = out.in(1).elements();
    if (size == null || !Shapes.isKnown(size.subList(2, size.size()))) {
      throw out.fail("its size is computed at run time", "expected a constant");
    }
    long[] spatial = Shapes.known(size.subList(2, size.size()));
    int count = spatial.length;
    boolean corners = n.flag("align_corners", false);
    long points = 1;
    for (long s : spatial) {
      points *= s;
    }
    // Rows are x, y (and z) and 1 for each point.
    Tensor grid =
        Tensor.ofDoubles(
            theta.type(), new long[] {count + 1L, points}, i -> place(i, spatial, corners));
    TfValue flat = out.matMul(theta, out.constant(grid));
    out.out(out.reshape(out.transpose(flat, 0, 2, 1), shape(theta, spatial, count)));
  }

  private static List<Dim> shape(TfValue theta, long[] spatial, int count) {
    List<Dim> shape = new ArrayList<>(List.of(theta.shape().get(0)));
    shape.addAll(Shapes.dims(spatial));
    shape.add(Dim.of(count));
    return shape;
  }

  private static double place(int i, long[] spatial, boolean corners) {
    int points = 1;
    for (long s : spatial) {
      points *= (int) s;
    }
    int row = i / points;
    if (row == spatial.length) {
      return 1;
    }
    int axis = spatial.length - 1 - row;
    int rest = i % points;
    for (int a = spatial.length - 1; a > axis; a--) {
      rest /= (int) spatial[a];
    }
    double at = rest % spatial[axis];
    double size = spatial[axis];
    return corners ? (size == 1 ? -1 : -1 + 2 * at / (size - 1)) : (2 * at + 1) / size - 1;
  }
}
