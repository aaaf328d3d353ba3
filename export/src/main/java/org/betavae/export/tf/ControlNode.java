package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.proto.NodeDef;

/**
 * A loop or choice of the flat graph while it is made: of its functions only what the outputs that
 * are read need is followed, so values that a loop carries for training alone fall away.
 */
final class ControlNode {
  private final Inliner inliner;
  private final Scope scope;
  private final NodeDef def;
  private final TfNode node;
  private final boolean loop;

  /** Condition and body of a loop, or the branches of a choice. */
  private final List<Scope> parts;

  private final List<List<TfNode>> parameters = new ArrayList<>();
  private final List<List<TfOutput>> results = new ArrayList<>();
  private final BitSet needed = new BitSet();

  ControlNode(Inliner inliner, Scope scope, NodeDef def, TfNode node) {
    this.inliner = inliner;
    this.scope = scope;
    this.def = def;
    this.node = node;
    this.loop = ControlFlow.isLoop(def);
    ControlFlow flow = inliner.controlFlow();
    this.parts =
        loop
            ? List.of(flow.condition(scope, def), flow.body(scope, def))
            : flow.branches(scope, def);
    for (Scope part : parts) {
      int takes = part.function.getSignature().getInputArgCount();
      int gives = part.function.getSignature().getOutputArgCount();
      parameters.add(new ArrayList<>(Collections.nCopies(loop ? takes : 0, null)));
      results.add(new ArrayList<>(Collections.nCopies(gives, null)));
    }
  }

  /** True for an operator that has functions inside of it. */
  static boolean is(NodeDef def) {
    return ControlFlow.isLoop(def) || ControlFlow.isChoice(def);
  }

  /** Follows what the node needs whatever is read of it: its condition. */
  void start(BiFunction<Scope, String, TfOutput> resolve) {
    if (loop) {
      results.get(0).set(0, resolve.apply(parts.get(0), inliner.result(parts.get(0), 0)));
    } else {
      node.setInput(0, resolve.apply(scope, def.getInput(0)));
    }
  }

  /** True if an output is read for the first time. */
  boolean isNew(int output) {
    boolean first = !needed.get(output);
    needed.set(output);
    return first;
  }

  /** Follows an output, in a loop the value carried from one iteration to the next. */
  void follow(int output, BiFunction<Scope, String, TfOutput> resolve) {
    if (loop) {
      String input = parts.get(1).input(output);
      if (input == null) {
        throw inliner.fail(
            "the loop '" + node.name() + "' lacks input " + output,
            "expected a value to begin with");
      }
      node.setInput(output, resolve.apply(scope, input));
    }
    for (int i = loop ? 1 : 0; i < parts.size(); i++) {
      String result = inliner.result(parts.get(i), output);
      results.get(i).set(output, resolve.apply(parts.get(i), result));
    }
  }

  /** Notes the node that stands for a value which the loop carries. */
  void setParameter(Scope part, int i, TfNode parameter) {
    parameters.get(parts.indexOf(part)).set(i, parameter);
  }

  /** The graphs inside, once all is followed. */
  List<TfBody> bodies(BiFunction<Scope, List<TfNode>, List<TfNode>> inOrder) {
    List<TfBody> bodies = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      List<TfNode> ends =
          results.get(i).stream().filter(r -> r != null).map(TfOutput::node).toList();
      bodies.add(new TfBody(inOrder.apply(parts.get(i), ends), parameters.get(i), results.get(i)));
    }
    return bodies;
  }
}
