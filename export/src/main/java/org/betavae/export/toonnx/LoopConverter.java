package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code While(v...; cond, body)}, which asks before each iteration, to ONNX {@code Loop(M,
 * cond, v...; body)}, which asks after each: the condition is computed once before the loop and at
 * the end of its body, but for bounds of the number of iterations, which are M. Loops that are
 * recurrent layers become ONNX's.
 */
final class LoopConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("While", "StatelessWhile");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue[] values = new OnnxValue[n.inputs().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = n.inputs().get(i) == null ? null : out.in(i);
    }
    OnnxValue begins = out.truth(out.body(n.bodies().get(0), Arrays.asList(values)).get(0));
    LoopBody body = new LoopBody(n, values, out);
    if (begins.isConstant() && begins.constant().longAt(0) == 0) {
      body.carried().forEach(i -> out.out(i, body.begin(i)));
    } else if (!RecurrentLoop.convert(body, out)) {
      loop(begins, body, out);
    }
  }

  private static void loop(OnnxValue begins, LoopBody body, Emitter out) {
    LoopTrips trips = LoopTrips.of(begins, body, out);
    List<OnnxValue> inputs = new ArrayList<>(Arrays.asList(trips.most(), trips.begins()));
    body.carried().forEach(i -> inputs.add(body.begin(i)));
    Rewrites.apply(body.withOutputs(), out.returned());
    List<OnnxValue> results =
        out.emitAll(
            "Loop",
            Map.of("body", body.graph()),
            body.carried().size(),
            inputs.toArray(OnnxValue[]::new));
    for (int k = 0; k < results.size(); k++) {
      int i = body.carried().get(k);
      boolean unwritten = out.isUnwritten(body.begin(i));
      out.out(i, unwritten ? out.unwritten(results.get(k)) : results.get(k));
    }
  }
}
