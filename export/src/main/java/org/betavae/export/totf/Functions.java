package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;

/** The functions that a model brings along; their calls are replaced by their nodes. */
final class Functions {
  private final Map<String, FunctionProto> byKey = new HashMap<>();
  private final Map<String, Integer> modelOpsets;
  private final Set<FunctionProto> open = new LinkedHashSet<>();

  Functions(ModelProto model) {
    model.getFunctionsList().forEach(f -> byKey.put(key(f.getDomain(), f.getName()), f));
    modelOpsets = opsets(model.getOpsetImportList());
  }

  private static String key(String domain, String name) {
    return (domain.equals("ai.onnx") ? "" : domain) + ':' + name;
  }

  /** Domain of a node; empty for ONNX's own. */
  static String domain(NodeProto n) {
    return n.getDomain().equals("ai.onnx") ? "" : n.getDomain();
  }

  /** Versions by domain. */
  static Map<String, Integer> opsets(List<OperatorSetIdProto> imports) {
    Map<String, Integer> out = new HashMap<>();
    for (OperatorSetIdProto o : imports) {
      String domain = o.getDomain().equals("ai.onnx") ? "" : o.getDomain();
      out.merge(domain, (int) Math.min(o.getVersion(), Integer.MAX_VALUE), Math::max);
    }
    return out;
  }

  /** Versions by domain inside of a function. */
  Map<String, Integer> opsets(FunctionProto f) {
    Map<String, Integer> out = new HashMap<>(modelOpsets);
    out.putAll(opsets(f.getOpsetImportList()));
    return out;
  }

  /** The function that a node calls; null if it calls none. */
  FunctionProto find(NodeProto n) {
    return byKey.get(key(n.getDomain(), n.getOpType()));
  }

  /** Begins a call; fails if the function is running already. */
  void enter(FunctionProto f, NodeProto call) {
    if (!open.add(f)) {
      throw new ConversionException(
          "Cannot convert: function '"
              + f.getName()
              + "' calls itself through "
              + OnnxOp.label(call)
              + ", expected functions without recursion. The model is damaged; export it again.");
    }
  }

  /** Ends a call. */
  void leave(FunctionProto f) {
    open.remove(f);
  }
}
