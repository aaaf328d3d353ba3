package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** Matrix products. */
final class Products {
  private Products() {}

  /** Product of the last two dimensions, with those before broadcast as numpy does. */
  static TfValue matMul(
      TfEmitter out, TfValue a, TfValue b, boolean transposeA, boolean transposeB) {
    ElementType type = a.type();
    if (type == ElementType.FLOAT16 || type == ElementType.BFLOAT16) {
      // TensorFlow's own sums in half precision lose digits that other runtimes keep.
      ElementType wide = ElementType.FLOAT32;
      TfValue y = matMul(out, out.cast(a, wide), out.cast(b, wide), transposeA, transposeB);
      return out.cast(y, type);
    }
    TfValue left = a;
    TfValue right = b;
    boolean ta = transposeA;
    boolean tb = transposeB;
    if (right.isConstant() && tb && right.rank() == 2) {
      right = out.transpose(right, 1, 0);
      tb = false;
    }
    if (left.isShuffled() && !ta && right.isConstant() && right.rank() == 2) {
      TfValue.Reordered order = left.reordered();
      TfValue turned = Alignment.shuffle(out, out.transpose(right, 1, 0), order);
      right = out.transpose(turned, 1, 0);
      left = order.base();
    }
    left = out.plain(left);
    right = out.plain(right);
    List<Dim> shape = shape(out, left, right, ta, tb);
    return left.rank() == 2 && right.rank() == 2
        ? out.node("MatMul", Map.of("transpose_a", ta, "transpose_b", tb), shape, left, right)
        : out.node("BatchMatMulV2", Map.of("adj_x", ta, "adj_y", tb), shape, left, right);
  }

  private static List<Dim> shape(TfEmitter out, TfValue a, TfValue b, boolean ta, boolean tb) {
    if (a.rank() < 2 || b.rank() < 2) {
      return null;
    }
    int ra = a.rank();
    int rb = b.rank();
    Dim rows = a.shape().get(ta ? ra - 1 : ra - 2);
    Dim columns = b.shape().get(tb ? rb - 2 : rb - 1);
    Dim innerA = a.shape().get(ta ? ra - 2 : ra - 1);
    Dim innerB = b.shape().get(tb ? rb - 1 : rb - 2);
    if (innerA.isKnown() && innerB.isKnown() && !innerA.equals(innerB)) {
      throw out.fail(
          "shapes are " + a.shape() + " and " + b.shape(), "expected equal inner dimensions");
    }
    List<Dim> shape =
        new ArrayList<>(out.broadcast(a.shape().subList(0, ra - 2), b.shape().subList(0, rb - 2)));
    shape.add(rows);
    shape.add(columns);
    return shape;
  }
}
