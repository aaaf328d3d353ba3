package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** TensorFlow's own operators on images {@code [N,H,W,C]}, where they sample as ONNX says. */
final class ImageResize {
  private ImageResize() {}

  /**
   * To known sizes.
   *
   * @param axes null for those that stay
   * @return null if no operator samples in the same way
   */
  static TfValue known(
      TfValue x, List<ResizeAxis> axes, ResizeAxis.Settings settings, TfEmitter out) {
    boolean image = x.rank() == 4 && axes.get(0) == null && axes.get(1) == null;
    List<ResizeAxis> two = image ? axes.subList(2, 4) : List.of();
    if (!image || two.contains(null) || settings.mode().equals("cubic")) {
      return null;
    }
    for (boolean half : new boolean[] {false, true}) {
      if (settings.mode().equals("nearest")
          && two.stream().allMatch(a -> Arrays.equals(a.nearest(), a.tfNearest(half)))) {
        return toKnown("ResizeNearestNeighbor", x, two, false, half, out);
      }
      for (boolean corners : new boolean[] {false, true}) {
        if (settings.mode().equals("linear")
            && x.type() == ElementType.FLOAT32
            && !(half && corners)
            && two.stream().allMatch(a -> a.isTfLinear(corners, half))) {
          return toKnown("ResizeBilinear", x, two, corners, half, out);
        }
      }
    }
    return null;
  }

  private static TfValue toKnown(
      String op, TfValue x, List<ResizeAxis> axes, boolean corners, boolean half, TfEmitter out) {
    TfValue size = out.ints(axes.get(0).to(), axes.get(1).to());
    List<Dim> to = Shapes.dims(axes.get(0).to(), axes.get(1).to());
    return node(op, x, size, to, Map.of("align_corners", corners, "half_pixel_centers", half), out);
  }

  private static TfValue node(
      String op,
      TfValue x,
      TfValue size,
      List<Dim> to,
      Map<String, Boolean> attributes,
      TfEmitter out) {
    TfValue last = out.plain(out.transpose(x, 0, 2, 3, 1));
    List<Dim> shape = new ArrayList<>(last.shape());
    shape.set(1, to.get(0));
    shape.set(2, to.get(1));
    return out.transpose(out.node(op, attributes, shape, last, size), 0, 3, 1, 2);
  }

  /**
   * By whole factors, whatever the sizes are.
   *
   * @return null if no operator samples in the same way
   */
  static TfValue byFactors(
      TfValue x, double[] scales, ResizeAxis.Settings settings, TfEmitter out) {
    boolean whole = Arrays.stream(scales).allMatch(s -> s >= 1 && s == Math.rint(s));
    boolean nearest =
        settings.mode().equals("nearest")
            && settings.transform().equals("asymmetric")
            && settings.nearest().equals("floor");
    boolean linear =
        settings.mode().equals("linear")
            && settings.transform().equals("half_pixel")
            && x.type() == ElementType.FLOAT32;
    if (x.rank() != 4 || scales[0] != 1 || scales[1] != 1 || !whole || !(nearest || linear)) {
      return null;
    }
    List<Dim> sizes = x.shape().subList(2, 4);
    TfValue size = out.shapeVector(sizes);
    size = out.binary("Mul", size, out.constantInts((long) scales[2], (long) scales[3]));
    List<Dim> to =
        List.of(sizes.get(0).times((long) scales[2]), sizes.get(1).times((long) scales[3]));
    String op = nearest ? "ResizeNearestNeighbor" : "ResizeBilinear";
    return node(op, x, size, to, Map.of("half_pixel_centers", linear), out);
  }
}
