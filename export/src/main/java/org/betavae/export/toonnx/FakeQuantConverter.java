package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code FakeQuantWithMinMaxArgs(x)}, {@code FakeQuantWithMinMaxVars(x, min, max)} and {@code
 * FakeQuantWithMinMaxVarsPerChannel}, which round to the steps of whole numbers, as a formula.
 *
 * <p>Source: TensorFlow 2.18, {@code core/kernels/fake_quant_ops_functor.h}: the bounds are moved
 * so that 0 is a step.
 */
final class FakeQuantConverter implements OpConverter {
  private static final String NAME = "FakeQuantWithMinMax";

  @Override
  public Set<String> tfOps() {
    return Set.of(NAME + "Args", NAME + "Vars", NAME + "VarsPerChannel");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    boolean fixed = n.op().endsWith("Args");
    OnnxValue low = fixed ? out.scalarLike(x, n.number("min", -6)) : out.in(1);
    OnnxValue high = fixed ? out.scalarLike(x, n.number("max", 6)) : out.in(2);
    double first = n.flag("narrow_range") ? 1 : 0;
    double last = Math.pow(2, (double) n.integer("num_bits", 8)) - 1;
    OnnxValue step = out.emit("Div", out.emit("Sub", high, low), out.scalarLike(x, last - first));
    OnnxValue zeroAt = out.emit("Sub", out.scalarLike(x, first), out.emit("Div", low, step));
    OnnxValue rounded = halfUp(zeroAt, out);
    OnnxValue zero =
        out.emit(
            "Min", out.emit("Max", rounded, out.scalarLike(x, first)), out.scalarLike(x, last));
    OnnxValue least = out.emit("Mul", out.emit("Sub", out.scalarLike(x, first), zero), step);
    OnnxValue most = out.emit("Mul", out.emit("Sub", out.scalarLike(x, last), zero), step);
    OnnxValue inside = out.emit("Min", out.emit("Max", x, least), most);
    OnnxValue steps = halfUp(out.emit("Div", out.emit("Sub", inside, least), step), out);
    OnnxValue y = out.emit("Add", out.emit("Mul", steps, step), least);
    // Bounds that are both 0 give 0.
    OnnxValue none = out.scalarLike(x, 0);
    List<OnnxValue> flat = List.of(out.emit("Equal", low, none), out.emit("Equal", high, none));
    out.out(out.emit("Where", out.emit("And", flat.get(0), flat.get(1)), none, y));
  }

  private static OnnxValue halfUp(OnnxValue x, Emitter out) {
    return out.emit("Floor", out.emit("Add", x, out.scalarLike(x, 0.5)));
  }
}
