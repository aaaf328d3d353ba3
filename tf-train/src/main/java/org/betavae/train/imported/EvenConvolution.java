package org.betavae.train.imported;

import java.util.List;
import java.util.function.Function;
import org.betavae.export.tf.TfNode;
import org.betavae.train.network.EvenChannels;
import org.betavae.train.network.Pass;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Convolutions of an imported graph with an even number of channels, see {@link EvenChannels}. */
final class EvenConvolution {
  private static final String CONVOLUTION = "Conv2D";
  private static final String TRANSPOSED = "Conv2DBackpropInput";

  private EvenConvolution() {}

  /** Whether the node is a convolution with its channels last. */
  static boolean suits(TfNode node) {
    return (node.op().equals(CONVOLUTION) || node.op().equals(TRANSPOSED))
        && node.text("data_format", "NHWC").equals("NHWC");
  }

  /**
   * The node's output.
   *
   * @param inputs the node's
   * @param build adds the node with other inputs in their place
   */
  static Output<?> of(
      Pass pass, TfNode node, List<Output<?>> inputs, Function<List<Output<?>>, Output<?>> build) {
    if (node.op().equals(CONVOLUTION)) {
      return EvenChannels.convolution(
              pass,
              inputs.get(0).expect(TFloat32.class),
              inputs.get(1).expect(TFloat32.class),
              (x, kernel) ->
                  build.apply(List.of(x.asOutput(), kernel.asOutput())).expect(TFloat32.class))
          .asOutput();
    }
    return EvenChannels.transposed(
            pass,
            inputs.get(0).expect(TInt32.class),
            inputs.get(1).expect(TFloat32.class),
            inputs.get(2).expect(TFloat32.class),
            (sizes, kernel, x) ->
                build
                    .apply(List.of(sizes.asOutput(), kernel.asOutput(), x.asOutput()))
                    .expect(TFloat32.class))
        .asOutput();
  }
}
