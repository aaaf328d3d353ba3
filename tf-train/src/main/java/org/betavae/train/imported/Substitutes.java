package org.betavae.train.imported;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.tf.TfNode;
import org.betavae.train.network.Pass;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * Operators of an export that stand in the training graph as others: those on variables, which are
 * plain values here, those whose random state the export lacks, and, while training, those of which
 * TensorFlow's native library has no gradient though the same can be computed with one.
 */
final class Substitutes {
  private static final String READ = "ReadVariableOp";
  private static final String GATHER = "ResourceGather";
  private static final String ERFC = "Erfc";

  /** Those that draw from the same distribution with a state of their own. */
  private static final Map<String, String> RANDOM =
      Map.of(
          "StatelessRandomNormal", "RandomStandardNormal",
          "StatelessRandomNormalV2", "RandomStandardNormal",
          "StatelessRandomUniform", "RandomUniform",
          "StatelessRandomUniformV2", "RandomUniform",
          "StatelessTruncatedNormal", "TruncatedNormal",
          "StatelessTruncatedNormalV2", "TruncatedNormal");

  /** Makes an operation with a name after the node's. */
  interface Builder {
    /** Begins one of this operator. */
    OperationBuilder of(String op);
  }

  private Substitutes() {}

  /** Whether an operator stands as another one in every pass. */
  static boolean isAlways(String op) {
    return Set.of(READ, GATHER).contains(op) || isRandom(op);
  }

  /** Whether an operator reads a random state, which is not there. */
  static boolean isRandom(String op) {
    return RANDOM.containsKey(op);
  }

  /** Whether an operator without a gradient stands as one that has it. */
  static boolean gainsGradient(String op) {
    return op.equals(ERFC);
  }

  /**
   * What stands for a node, if anything else does.
   *
   * @param inputs the node's, those that are there
   */
  static Optional<Output<?>> of(Pass pass, TfNode node, List<Output<?>> inputs, Builder builder) {
    if (node.op().equals(READ)) {
      return Optional.of(inputs.get(0));
    }
    if (node.op().equals(GATHER)) {
      return Optional.of(gather(pass.tf(), node, inputs, builder));
    }
    if (isRandom(node.op())) {
      return Optional.of(drawn(node, inputs.get(0), builder));
    }
    if (pass.training() && gainsGradient(node.op()) && isFloat(node)) {
      return Optional.of(complement(pass.tf(), inputs.get(0).expect(TFloat32.class)));
    }
    return Optional.empty();
  }

  private static boolean isFloat(TfNode node) {
    return node.type("T", ElementType.FLOAT32) == ElementType.FLOAT32;
  }

  /** 1 − erf(x), which has a gradient; far out it is 0 where erfc is smaller than 6e-8. */
  private static Output<?> complement(Ops tf, Output<TFloat32> x) {
    return tf.math.sub(tf.constant(1f), tf.math.erf(x)).asOutput();
  }

  private static Output<?> gather(Ops tf, TfNode node, List<Output<?>> inputs, Builder builder) {
    Output<?> axis = tf.constant(0).asOutput();
    return builder
        .of("GatherV2")
        .addInput(inputs.get(0))
        .addInput(inputs.get(1))
        .addInput(axis)
        .setAttr("batch_dims", node.integer("batch_dims", 0))
        .build()
        .output(0);
  }

  private static Output<?> drawn(TfNode node, Output<?> shape, Builder builder) {
    return builder
        .of(RANDOM.get(node.op()))
        .addInput(shape)
        .setAttr("dtype", DataType.forNumber(node.type("dtype", ElementType.FLOAT32).tfNumber()))
        .build()
        .output(0);
  }
}
