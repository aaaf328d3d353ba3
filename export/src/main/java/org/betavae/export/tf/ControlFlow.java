package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * The functions of While, If and Case nodes. A value that a loop only passes on, such as a weight,
 * and what a branch reads are values of the graph around them; a choice by a constant is no choice.
 */
final class ControlFlow {
  private static final Set<String> LOOPS = Set.of("While", "StatelessWhile");
  private static final Set<String> IFS = Set.of("If", "StatelessIf");
  private static final Set<String> CASES = Set.of("Case", "StatelessCase");

  private final Inliner inliner;

  ControlFlow(Inliner inliner) {
    this.inliner = inliner;
  }

  /** True for a While. */
  static boolean isLoop(NodeDef n) {
    return LOOPS.contains(n.getOp());
  }

  /** True for an If or Case. */
  static boolean isChoice(NodeDef n) {
    return IFS.contains(n.getOp()) || CASES.contains(n.getOp());
  }

  /** The scope of a loop's condition. */
  Scope condition(Scope scope, NodeDef loop) {
    Scope body = body(scope, loop);
    Scope condition =
        inliner.enter(scope, loop, function(scope, loop, "cond"), "cond", Scope.Role.LOOP, 0);
    condition.unchanged.or(body.unchanged);
    return condition;
  }

  /** The scope of a loop's body, which knows what the loop only passes on. */
  Scope body(Scope scope, NodeDef loop) {
    boolean first = !scope.calls.containsKey(loop.getName() + ":body");
    Scope body =
        inliner.enter(scope, loop, function(scope, loop, "body"), "body", Scope.Role.LOOP, 0);
    if (first) {
      int count = body.function.getSignature().getOutputArgCount();
      if (count != body.function.getSignature().getInputArgCount()) {
        throw inliner.fail(
            "the body of the loop '"
                + scope.prefix
                + loop.getName()
                + "' takes "
                + body.function.getSignature().getInputArgCount()
                + " values and gives "
                + count,
            "expected as many");
      }
      BitSet unchanged = new BitSet();
      for (int i = 0; i < count; i++) {
        Inliner.Place result = inliner.locate(body, inliner.result(body, i), Set.of());
        boolean same =
            result.scope() == body && result.node().getName().equals(body.parameter(i).getName());
        unchanged.set(i, same);
      }
      body.unchanged.or(unchanged);
    }
    return body;
  }

  /** The scopes of the branches of an If or Case; of an If, that for true comes first. */
  List<Scope> branches(Scope scope, NodeDef choice) {
    List<String> names = functions(scope, choice);
    List<Scope> branches = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      branches.add(inliner.enter(scope, choice, names.get(i), "branch" + i, Scope.Role.BRANCH, 1));
    }
    return branches;
  }

  /**
   * The scope of the one branch that a constant chooses; null if the choice is made at run time.
   *
   * @param feeds outputs of the main graph that are no constants since they are fed
   */
  Scope onlyBranch(Scope scope, NodeDef choice, Set<String> feeds) {
    if (choice.getInputCount() == 0) {
      throw inliner.fail(
          "'" + scope.prefix + choice.getName() + "' has no inputs", "expected what it depends on");
    }
    Tensor chosen = constant(scope, choice.getInput(0), feeds);
    if (chosen == null) {
      return null;
    }
    List<String> names = functions(scope, choice);
    long at = chosen.longAt(0);
    if (IFS.contains(choice.getOp())) {
      at = chosen.doubleAt(0) != 0 ? 0 : 1;
    }
    int taken = at < 0 || at >= names.size() ? names.size() - 1 : (int) at;
    return inliner.enter(scope, choice, names.get(taken), "taken", Scope.Role.CALL, 1);
  }

  /** The single number that a reference is; null if it is none, or none that is known. */
  private Tensor constant(Scope scope, String reference, Set<String> feeds) {
    Inliner.Place at = inliner.locate(scope, reference, feeds);
    AttrValue v =
        at.node().getOp().equals(TfNode.CONST) ? at.node().getAttrMap().get("value") : null;
    ElementType type = v == null ? null : ElementType.ofTf(v.getTensor().getDtypeValue());
    boolean number =
        type != null
            && (type == ElementType.BOOL || type.isInteger() || type.isFloat())
            && v.getTensor().getTensorShape().getDimCount() == 0;
    return number ? TfTensors.read(v.getTensor(), "node '" + at.node().getName() + "'") : null;
  }

  private List<String> functions(Scope scope, NodeDef choice) {
    if (IFS.contains(choice.getOp())) {
      return List.of(
          function(scope, choice, "then_branch"), function(scope, choice, "else_branch"));
    }
    AttrValue branches = scope.attributes(choice).get("branches");
    if (branches == null || branches.getList().getFuncCount() == 0) {
      throw noFunction(scope, choice, "branches");
    }
    return branches.getList().getFuncList().stream().map(NameAttrList::getName).toList();
  }

  private String function(Scope scope, NodeDef n, String attribute) {
    AttrValue f = scope.attributes(n).get(attribute);
    if (f == null || !f.hasFunc()) {
      throw noFunction(scope, n, attribute);
    }
    return f.getFunc().getName();
  }

  private RuntimeException noFunction(Scope scope, NodeDef n, String attribute) {
    return inliner.fail(
        "'" + scope.prefix + n.getName() + "' (" + n.getOp() + ") names no function",
        "expected an attribute " + attribute);
  }
}
