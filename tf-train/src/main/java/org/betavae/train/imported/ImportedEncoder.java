package org.betavae.train.imported;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.export.TensorSpec;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.betavae.train.network.Dense;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * An imported graph as an encoder of certain items.
 *
 * @param source the graph
 * @param input its input
 * @param layout how it takes items
 * @param latents its two outputs
 */
record ImportedEncoder(
    ImportedGraph source, TensorSpec input, ImageLayout layout, Roles.Latents latents) {
  /** Shows that an output's first size follows the batch; 1 would not. */
  static final int PROBE_BATCH = 2;

  /** Scope of the heads for another number of latents. */
  static final String NEW_HEADS = "new_heads";

  /** What may lie between the layer that makes mean or log-variance and the output itself. */
  private static final Set<String> AFTER_HEAD =
      Set.of(
          "Identity",
          "BiasAdd",
          "AddV2",
          "Add",
          "Sub",
          "Split",
          "SplitV",
          "Slice",
          "StridedSlice",
          "Reshape",
          "Squeeze",
          "ClipByValue",
          "Maximum",
          "Minimum",
          "Cast");

  /**
   * Finds out what is what.
   *
   * @throws IllegalArgumentException if it cannot be told, or the items do not fit
   */
  static ImportedEncoder of(ImportedGraph source, ItemShape item, RoleNames names) {
    TensorSpec input = Roles.input(source, names.input(), "input");
    List<Long> dims = input.shape() == null ? null : input.shape().subList(1, input.shape().size());
    Optional<ImageLayout> layout =
        dims == null
            ? ImageLayout.of(List.of(-1L, -1L, -1L), item, 1, source.channelsFirst())
            : ImageLayout.of(dims, item, 1, source.channelsFirst());
    if (layout.isEmpty()) {
      throw new IllegalArgumentException(
          "Encoder "
              + source.what()
              + " takes "
              + input.name()
              + input.shapeText()
              + ", and the data are "
              + item
              + ", expected items of that size. Give other data; pictures of a folder are resized"
              + " with --image-size.");
    }
    long[] shape = layout.get().probeShape(PROBE_BATCH);
    float[] probe = new float[PROBE_BATCH * item.size()];
    for (int i = 0; i < probe.length; i++) {
      probe[i] = i % 7 / 7f;
    }
    Roles.Latents latents =
        Roles.latents(source, GraphRun.run(source, shape, probe), PROBE_BATCH, names);
    return new ImportedEncoder(source, input, layout.get(), latents);
  }

  /** Adds it to a graph. */
  Network.Posterior encode(Pass pass, Operand<TFloat32> x, int latentSize, Set<String> barriers) {
    Ops tf = pass.tf();
    return at(pass, layout.toModel(tf, x), latentSize, barriers);
  }

  /** The same from what is in the model's own layout. */
  Network.Posterior at(
      Pass pass, Operand<TFloat32> modelInput, int latentSize, Set<String> barriers) {
    Pass inner = pass.in("imported_encoder");
    Replay replay = new Replay(source, inner, Map.of(source.input(), modelInput), barriers);
    if (latentSize == latents.size()) {
      return new Network.Posterior(
          head(inner, replay, latents.mean(), latentSize),
          head(inner, replay, latents.logVar(), latentSize));
    }
    return new Network.Posterior(
        newHead(inner, replay, latents.mean(), "mean", latentSize),
        newHead(inner, replay, latents.logVar(), "log_var", latentSize));
  }

  /** The features that the head of the mean reads, {@code [batch, f]}; the mean where unknown. */
  Operand<TFloat32> features(Pass pass, Operand<TFloat32> x) {
    Pass inner = pass.in("imported_encoder");
    Replay replay =
        new Replay(source, inner, Map.of(source.input(), layout.toModel(pass.tf(), x)), Set.of());
    return flat(inner, replay.floats(beforeHead(source.output(latents.mean()))));
  }

  private Operand<TFloat32> head(Pass pass, Replay replay, String name, int size) {
    Ops tf = pass.tf();
    return tf.reshape(replay.floats(source.output(name)), tf.constant(new int[] {-1, size}));
  }

  private Operand<TFloat32> newHead(
      Pass pass, Replay replay, String output, String name, int size) {
    Operand<TFloat32> features = flat(pass, replay.floats(beforeHead(source.output(output))));
    String scope = source.prefix() + NEW_HEADS + "/" + name;
    return new Dense(size).apply(pass, scope, features);
  }

  private Operand<TFloat32> flat(Pass pass, Operand<TFloat32> value) {
    Ops tf = pass.tf();
    int rank = value.shape().numDimensions();
    if (rank == 2 && value.shape().get(1) > 0) {
      return value;
    }
    return tf.reshape(value, tf.constant(new int[] {-1, latents.size()}));
  }

  /** What the dense layer reads that an output comes from, or the output where none is found. */
  private static TfOutput beforeHead(TfOutput output) {
    TfOutput at = output;
    while (AFTER_HEAD.contains(at.node().op())) {
      at = variableInput(at.node());
    }
    boolean dense = at.node().op().equals("MatMul") && !at.node().flag("transpose_a");
    return dense && holds(at.node().inputs().get(1)) ? at.node().inputs().get(0) : output;
  }

  /** The first input that is no constant or variable. */
  private static TfOutput variableInput(TfNode node) {
    return node.inputs().stream().filter(in -> !holds(in)).findFirst().orElseThrow();
  }

  private static boolean holds(TfOutput value) {
    return BatchNormForm.same(value).node().op().equals(TfNode.CONST);
  }
}
