package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.export.TensorSpec;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.betavae.train.network.Dense;
import org.betavae.train.network.Initializer;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * An imported graph as a decoder of certain items.
 *
 * @param source the graph
 * @param input its input
 * @param latentDims the input's sizes without the batch
 * @param output name of its images
 * @param layout how it gives items
 * @param reading how the likelihood's parameters come from them
 */
record ImportedDecoder(
    ImportedGraph source,
    TensorSpec input,
    List<Long> latentDims,
    String output,
    ImageLayout layout,
    Reading reading) {
  private static final int PROBES = 16;
  private static final float ROUNDING = 1e-5f;

  /** A mean closer to 0 or 1 than this has no logit that float32 could tell from others. */
  private static final float SMALLEST_MEAN = 1e-6f;

  /** Scope of the first layer for another number of latents. */
  private static final String NEW_INPUT = "new_input";

  /** What leaves the order of values as it is. */
  private static final Set<String> RESHAPING =
      Set.of("Identity", "Reshape", "Squeeze", "ExpandDims", "Cast");

  /** How the likelihood's parameters come from the images of a model. */
  enum Reading {
    /** As they are. */
    AS_IS,
    /** What its last sigmoid reads. */
    UNDER_SIGMOID,
    /** The sigmoid of logits. */
    SIGMOID,
    /** The logit of means in [0, 1]. */
    LOGIT
  }

  /**
   * Finds out what is what.
   *
   * @param latentSize number of latents that the encoder gives
   * @throws IllegalArgumentException if it cannot be told, or latents or items do not fit
   */
  static ImportedDecoder of(
      ImportedGraph source,
      ItemShape item,
      int latentSize,
      String encoder,
      RoleNames names,
      ImportedNetwork.Wanted wanted) {
    TensorSpec input = Roles.input(source, names.latentInput(), "latent-input");
    List<Long> dims = latentDims(source, input, latentSize, encoder);
    List<Long> shape = new ArrayList<>(List.of((long) PROBES));
    shape.addAll(dims);
    Random random = new Random(0);
    float[] z = new float[PROBES * latentSize];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
    List<GraphRun.Array> outputs =
        GraphRun.run(source, shape.stream().mapToLong(Long::longValue).toArray(), z);
    GraphRun.Array images =
        Roles.images(
            source,
            outputs,
            PROBES,
            names,
            wanted.logits(),
            o -> layout(source, o, item, wanted.values()).isPresent());
    ImageLayout layout =
        layout(source, images, item, wanted.values())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Decoder "
                            + source.what()
                            + " gives "
                            + images
                            + " for "
                            + PROBES
                            + " latents, and the items are "
                            + item
                            + (wanted.values() == 1
                                ? ""
                                : ", with "
                                    + wanted.values()
                                    + " numbers for each value as the likelihood needs")
                            + ", expected images of that size. Use encoder and decoder of one"
                            + " model"
                            + (wanted.values() == 1 ? "." : ", or another --likelihood.")));
    return new ImportedDecoder(
        source, input, dims, images.name(), layout, reading(source, images, wanted));
  }

  private static List<Long> latentDims(
      ImportedGraph source, TensorSpec input, int latentSize, String encoder) {
    if (input.shape() == null) {
      return List.of((long) latentSize);
    }
    List<Long> dims = new ArrayList<>(input.shape().subList(1, input.shape().size()));
    long known = dims.stream().filter(d -> d > 0).reduce(1L, (a, b) -> a * b);
    int free = dims.indexOf(-1L);
    if (free >= 0 && latentSize % known == 0) {
      dims.set(free, latentSize / known);
    }
    if (dims.contains(-1L) || dims.stream().reduce(1L, (a, b) -> a * b) != latentSize) {
      throw new IllegalArgumentException(
          "Decoder "
              + source.what()
              + " takes latents "
              + input.name()
              + input.shapeText()
              + ", and encoder "
              + encoder
              + " gives [-1,"
              + latentSize
              + "], expected the same number. Use encoder and decoder of one model; for another"
              + " number of latents use --latent N.");
    }
    return dims;
  }

  private static Optional<ImageLayout> layout(
      ImportedGraph source, GraphRun.Array array, ItemShape item, int values) {
    return ImageLayout.of(array.itemDims(), item, values, source.channelsFirst());
  }

  private static Reading reading(
      ImportedGraph source, GraphRun.Array images, ImportedNetwork.Wanted wanted) {
    if (wanted.values() > 1) {
      return Reading.AS_IS;
    }
    boolean sigmoid = lastSigmoid(source.output(images.name())).isPresent();
    boolean named = Roles.isLogits(images.name());
    boolean outside = false;
    for (float value : images.values()) {
      outside |= value < -ROUNDING || value > 1 + ROUNDING;
    }
    boolean logits =
        wanted.isLogits() != null
            ? wanted.isLogits()
            : !sigmoid && (named || (wanted.logits() && outside));
    if (wanted.logits()) {
      return logits ? Reading.AS_IS : sigmoid ? Reading.UNDER_SIGMOID : Reading.LOGIT;
    }
    return logits ? Reading.SIGMOID : Reading.AS_IS;
  }

  /** The sigmoid that an output comes from, if only its order has changed since. */
  private static Optional<TfNode> lastSigmoid(TfOutput output) {
    TfOutput at = output;
    while (RESHAPING.contains(at.node().op()) || at.node().op().equals("Transpose")) {
      at = at.node().inputs().get(0);
    }
    return Optional.of(at.node()).filter(n -> n.op().equals("Sigmoid"));
  }

  /** Number of latents of the export. */
  int latentSize() {
    return Math.toIntExact(latentDims.stream().reduce(1L, (a, b) -> a * b));
  }

  /** Adds it to a graph; gives the likelihood's parameters in the items' own layout. */
  Operand<TFloat32> decode(Pass pass, Operand<TFloat32> z, int latentSize, Set<String> barriers) {
    Pass inner = pass.in("imported_decoder");
    Ops tf = inner.tf();
    Replay replay = begin(inner, z, latentSize, barriers);
    TfOutput images = source.output(output);
    if (reading == Reading.UNDER_SIGMOID) {
      TfNode sigmoid = lastSigmoid(images).orElseThrow();
      replay.give(new TfOutput(sigmoid, 0), replay.floats(sigmoid.inputs().get(0)));
    }
    Operand<TFloat32> given = layout.fromModel(tf, replay.floats(images));
    return switch (reading) {
      case AS_IS, UNDER_SIGMOID -> given;
      case SIGMOID -> tf.math.sigmoid(given);
      case LOGIT -> logit(tf, given);
    };
  }

  private static Operand<TFloat32> logit(Ops tf, Operand<TFloat32> mean) {
    Operand<TFloat32> inside =
        tf.clipByValue(mean, tf.constant(SMALLEST_MEAN), tf.constant(1 - SMALLEST_MEAN));
    return tf.math.sub(tf.math.log(inside), tf.math.log1p(tf.math.neg(inside)));
  }

  /** All its outputs by their names, as the export has them. */
  void outputs(Pass pass, Operand<TFloat32> z, int latentSize, Map<String, Operand<?>> target) {
    Replay replay = begin(pass.in("imported_decoder"), z, latentSize, Set.of());
    source.graph().outputs().forEach(o -> target.put(o.spec().name(), replay.value(o.value())));
  }

  private Replay begin(Pass pass, Operand<TFloat32> z, int latentSize, Set<String> barriers) {
    Ops tf = pass.tf();
    Optional<TfNode> first = firstDense();
    String scope = source.prefix() + NEW_INPUT;
    if (latentSize == latentSize()) {
      return new Replay(source, pass, Map.of(source.input(), shaped(tf, z)), barriers);
    }
    if (first.isEmpty()) {
      Operand<TFloat32> old = new Dense(latentSize()).apply(pass, scope, z);
      return new Replay(source, pass, Map.of(source.input(), shaped(tf, old)), barriers);
    }
    TfNode dense = first.get();
    long[] kernel = BatchNormForm.same(dense.inputs().get(1)).node().value().shape();
    long units = dense.flag("transpose_b") ? kernel[0] : kernel[1];
    Operand<TFloat32> product =
        tf.linalg.matMul(
            z,
            pass.weights()
                .get(scope + "/kernel", new long[] {latentSize, units}, Initializer.GLOROT_UNIFORM),
            new MatMul.Options[0]);
    return new Replay(source, pass, Map.of(new TfOutput(dense, 0), product), barriers);
  }

  private Operand<TFloat32> shaped(Ops tf, Operand<TFloat32> z) {
    if (latentDims.size() == 1) {
      return z;
    }
    int[] dims = new int[latentDims.size() + 1];
    dims[0] = -1;
    for (int i = 1; i < dims.length; i++) {
      dims[i] = Math.toIntExact(latentDims.get(i - 1));
    }
    return tf.reshape(z, tf.constant(dims));
  }

  /** The product that alone reads the latents, if there is such a one. */
  private Optional<TfNode> firstDense() {
    Set<TfOutput> latents = new HashSet<>(List.of(source.input()));
    List<TfNode> readers = new ArrayList<>();
    for (TfNode node : source.graph().nodes()) {
      boolean reads = node.inputs().stream().anyMatch(latents::contains);
      if (reads && RESHAPING.contains(node.op()) && latents.contains(node.inputs().get(0))) {
        latents.add(new TfOutput(node, 0));
      } else if (reads) {
        readers.add(node);
      }
    }
    return readers.stream()
        .filter(n -> readers.size() == 1 && n.op().equals("MatMul") && !n.flag("transpose_a"))
        .filter(n -> latents.contains(n.inputs().get(0)))
        .filter(
            n -> {
              TfNode kernel = BatchNormForm.same(n.inputs().get(1)).node();
              return kernel.value() != null && kernel.value().rank() == 2;
            })
        .findFirst();
  }
}
