package org.betavae.export.tf;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.OpDef;

/** Writes a graph inside of a loop or branch as a function. */
final class FunctionWriter {
  private final ControlFlowWriter flow;
  private final TfBody body;
  private final List<Integer> results;
  private final NodeNames names = new NodeNames();
  private final Map<TfOutput, String> arguments = new LinkedHashMap<>();
  private final Map<TfNode, String> nodes = new HashMap<>();
  private final FunctionDef.Builder out = FunctionDef.newBuilder();

  FunctionWriter(ControlFlowWriter flow, String name, TfBody body, List<Integer> results) {
    this.flow = flow;
    this.body = body;
    this.results = results;
    out.getSignatureBuilder().setName(name);
  }

  /**
   * Writes it.
   *
   * @param carried which parameters are the first arguments
   * @param types of all arguments
   * @param captured what the further arguments are
   * @param passOn true to give the further arguments back as further results
   */
  FunctionDef write(
      List<Integer> carried, List<DataType> types, List<TfOutput> captured, boolean passOn) {
    for (int i = 0; i < types.size(); i++) {
      boolean isCarried = i < carried.size();
      String name = names.free(isCarried ? "arg" + i : "captured" + (i - carried.size()));
      out.getSignatureBuilder()
          .addInputArg(OpDef.ArgDef.newBuilder().setName(name).setType(types.get(i)));
      if (!isCarried) {
        arguments.put(captured.get(i - carried.size()), name);
        continue;
      }
      int at = carried.get(i);
      TfNode parameter = at < body.parameters().size() ? body.parameters().get(at) : null;
      if (parameter != null) {
        arguments.put(new TfOutput(parameter, 0), name);
      }
    }
    for (TfNode n : body.nodes()) {
      boolean own = n.variable() == TfNode.Variable.NONE && !body.parameters().contains(n);
      if (own) {
        nodes.put(n, names.free(n.name()));
        out.addNodeDef(flow.node(n, nodes.get(n), this::reference));
      }
    }
    for (int i : results) {
      result(flow.type(body.results().get(i)), reference(body.results().get(i)));
    }
    for (int i = 0; passOn && i < captured.size(); i++) {
      result(types.get(carried.size() + i), arguments.get(captured.get(i)));
    }
    return out.build();
  }

  private void result(DataType type, String reference) {
    String name = "result" + out.getSignature().getOutputArgCount();
    out.getSignatureBuilder().addOutputArg(OpDef.ArgDef.newBuilder().setName(name).setType(type));
    out.putRet(name, reference);
  }

  private String reference(TfOutput o) {
    String argument = arguments.get(o);
    if (argument != null) {
      return argument;
    }
    String name = nodes.get(o.node());
    if (name == null) {
      throw new ConversionException(
          "Cannot write the graph: a loop or branch reads "
              + o.node()
              + " before it is made, expected every node after those that it reads. Order them.");
    }
    boolean control = !o.node().bodies().isEmpty();
    return name
        + ":"
        + (o.node().value() != null
            ? "output:0"
            : control ? "output:" + flow.index(o) : TfOperators.reference(o.node(), o.index()));
  }
}
