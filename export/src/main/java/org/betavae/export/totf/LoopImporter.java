package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxTensorReader;

/**
 * ONNX {@code Loop(M, cond, v...; body)} to TF {@code StatelessWhile}, what it collects in tensors
 * that grow by one element each time. Loops of few steps known beforehand are unrolled, which keeps
 * their gradients.
 */
final class LoopImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Loop");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    GraphProto body = n.graph("body");
    List<TfValue> carried = new ArrayList<>();
    for (int i = 2; i < out.inputCount(); i++) {
      carried.add(out.in(i));
    }
    long trips = out.has(0) && out.in(0).isConstant() ? out.in(0).constant().longAt(0) : -1;
    boolean always = !out.has(1) || isTrue(out.in(1));
    boolean keepsOn = always && keepsOn(body);
    if (keepsOn && trips >= 0 && trips <= out.options().longestUnrolled()) {
      unrolled(body, (int) trips, carried, out);
      return;
    }
    loop(body, keepsOn, carried, out);
  }

  private static boolean isTrue(TfValue v) {
    return v.isConstant() && v.constant().longAt(0) != 0;
  }

  /** True if the condition that the body gives is the one that it was given, or true. */
  private static boolean keepsOn(GraphProto body) {
    String condition = body.getOutput(0).getName();
    String given = body.getInputCount() > 1 ? body.getInput(1).getName() : "";
    for (int i = body.getNodeCount() - 1; i >= 0; i--) {
      var n = body.getNode(i);
      if (n.getOutputCount() == 1 && n.getOutput(0).equals(condition)) {
        if (n.getOpType().equals("Identity") || n.getOpType().equals("Cast")) {
          condition = n.getInput(0);
        } else {
          return n.getOpType().equals("Constant")
              && n.getAttributeCount() == 1
              && isTrue(TfValue.of(new OnnxOp(n, 1, Map.of()).tensor(n.getAttribute(0).getName())));
        }
      }
    }
    String wanted = condition;
    return condition.equals(given)
        || body.getInitializerList().stream()
            .anyMatch(t -> t.getName().equals(wanted) && OnnxTensorReader.read(t).longAt(0) != 0);
  }

  private static void unrolled(GraphProto body, int trips, List<TfValue> begin, TfEmitter out) {
    List<TfValue> values = begin;
    List<List<TfValue>> collected = new ArrayList<>();
    for (int k = begin.size() + 1; k < body.getOutputCount(); k++) {
      collected.add(new ArrayList<>());
    }
    for (int trip = 0; trip < trips; trip++) {
      List<TfValue> in = new ArrayList<>();
      in.add(out.constant(Tensor.scalar(ElementType.INT64, trip)));
      in.add(out.constant(Tensor.scalar(ElementType.BOOL, 1)));
      in.addAll(values);
      List<TfValue> made = out.inline(body, in);
      values = made.subList(1, 1 + begin.size());
      for (int k = 0; k < collected.size(); k++) {
        collected.get(k).add(out.unsqueeze(made.get(1 + begin.size() + k), 0));
      }
    }
    for (int i = 0; i < begin.size(); i++) {
      out.out(i, values.get(i));
    }
    for (int k = 0; k < collected.size(); k++) {
      if (collected.get(k).isEmpty()) {
        throw out.fail("it runs no step and its results are collected", "expected one step");
      }
      out.out(begin.size() + k, out.concat(0, collected.get(k)));
    }
  }

  private static void loop(GraphProto body, boolean always, List<TfValue> carried, TfEmitter out) {
    TfValue trips = out.has(0) ? out.plain(out.reshape(out.in(0), new long[0])) : null;
    TfValue condition =
        out.has(1)
            ? out.plain(out.reshape(out.in(1), new long[0]))
            : out.scalar(ElementType.BOOL, 1);
    List<TfValue> begin = new ArrayList<>(carried);
    begin.add(0, condition);
    begin.add(0, out.scalar(ElementType.INT64, 0));
    While loop = new While(out, begin);
    loop.condition(
        (in, v) -> {
          if (trips == null) {
            return v.get(1);
          }
          TfValue left = in.binary("Less", v.get(0), trips);
          return always ? left : in.binary("LogicalAnd", v.get(1), left);
        });
    int lists = body.getOutputCount() - 1 - carried.size();
    loop.body(
        lists,
        (in, v) -> {
          List<TfValue> made = in.inline(body, v);
          List<TfValue> next = new ArrayList<>();
          next.add(in.binary("AddV2", v.get(0), in.scalar(ElementType.INT64, 1)));
          next.addAll(made);
          return next;
        });
    List<TfValue> results = loop.build();
    for (int i = 2; i < results.size(); i++) {
      out.out(i - 2, results.get(i));
    }
  }
}
