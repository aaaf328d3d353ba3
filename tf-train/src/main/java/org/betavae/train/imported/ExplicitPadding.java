package org.betavae.train.imported;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.tf.TfNode;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.types.TFloat32;

/**
 * Explicit padding of convolutions and pools as an operator of its own: the gradients that
 * TensorFlow's native library adds leave the attribute {@code explicit_paddings} out, and fail.
 */
final class ExplicitPadding {
  private static final Set<String> CONVOLUTIONS = Set.of("Conv2D", "DepthwiseConv2dNative");
  private static final String MAX_POOL = "MaxPool";
  private static final String PADDING = "padding";
  private static final String AMOUNTS = "explicit_paddings";

  private ExplicitPadding() {}

  static boolean isNeeded(TfNode node) {
    return (CONVOLUTIONS.contains(node.op()) || node.op().equals(MAX_POOL))
        && node.text(PADDING, "").equals("EXPLICIT");
  }

  /** The input with its border, of zeros, or for a maximum of the smallest number. */
  static Output<?> pad(Ops tf, TfNode node, Output<?> x) {
    List<Long> amounts = node.integers(AMOUNTS);
    int[][] pairs = new int[amounts.size() / 2][2];
    for (int i = 0; i < amounts.size(); i++) {
      pairs[i / 2][i % 2] = Math.toIntExact(amounts.get(i));
    }
    float border = node.op().equals(MAX_POOL) ? -Float.MAX_VALUE : 0;
    return tf.pad(x.expect(TFloat32.class), tf.constant(pairs), tf.constant(border)).asOutput();
  }

  /** The attributes of a node whose input has its border. */
  static Map<String, AttrValue> without(Map<String, AttrValue> attributes) {
    Map<String, AttrValue> others = new HashMap<>(attributes);
    others.remove(AMOUNTS);
    others.put(PADDING, AttrValue.newBuilder().setS(ByteString.copyFromUtf8("VALID")).build());
    return others;
  }
}
