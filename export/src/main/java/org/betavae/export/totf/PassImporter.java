package org.betavae.export.totf;

import java.util.Set;

/** ONNX operators that give what they take. */
final class PassImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Identity");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    out.out(out.isSequence(0) ? TfValue.ofSequence(out.sequence(0)) : out.in(0));
  }
}
