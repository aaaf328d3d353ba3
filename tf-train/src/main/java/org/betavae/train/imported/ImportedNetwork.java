package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.export.tf.TfGraph;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * An encoder and a decoder that were exported by some program, as a network to be trained.
 *
 * <p>With another number of latents than the export has, mean and log-variance get new dense heads
 * on the features that the old ones read, and the decoder's first dense layer gets a new kernel;
 * where it does not begin with a dense layer, one that leads to the old number of latents is put
 * before it. All else stays.
 */
public final class ImportedNetwork implements Network {
  private final ImportedEncoder encoder;
  private final ImportedDecoder decoder;
  private final int latentSize;
  private final boolean logitsWanted;
  private final Set<String> barriers;

  /**
   * How the decoder's output is to be read.
   *
   * @param values numbers that the likelihood needs for each value of an item
   * @param logits whether the likelihood takes a sigmoid of the first of them itself
   * @param isLogits whether somebody said that the model's images are logits; null if nobody did
   */
  public record Wanted(int values, boolean logits, Boolean isLogits) {}

  private ImportedNetwork(
      ImportedEncoder encoder,
      ImportedDecoder decoder,
      int latentSize,
      boolean logitsWanted,
      Set<String> barriers) {
    this.encoder = encoder;
    this.decoder = decoder;
    this.latentSize = latentSize;
    this.logitsWanted = logitsWanted;
    this.barriers = Set.copyOf(barriers);
  }

  /**
   * A network of two graphs.
   *
   * @param latentSize number of latents to train with
   * @throws IllegalArgumentException if inputs and outputs cannot be told, or do not fit each other
   *     or the items
   */
  public static ImportedNetwork of(
      ImportedGraph encoder,
      ImportedGraph decoder,
      ItemShape item,
      int latentSize,
      RoleNames names,
      Wanted wanted) {
    ImportedEncoder in = ImportedEncoder.of(encoder, item, names);
    ImportedDecoder out =
        ImportedDecoder.of(decoder, item, in.latents().size(), encoder.what(), names, wanted);
    return new ImportedNetwork(in, out, latentSize, wanted.logits(), Set.of());
  }

  /** A network that can encode, and nothing else. */
  public static ImportedNetwork ofEncoder(
      ImportedGraph encoder, ItemShape item, int latentSize, RoleNames names) {
    ImportedEncoder in = ImportedEncoder.of(encoder, item, names);
    return new ImportedNetwork(in, null, latentSize, false, Set.of());
  }

  /** Whether it can decode. */
  boolean hasDecoder() {
    return decoder != null;
  }

  /** The same, through some of whose operators no gradient is passed. */
  ImportedNetwork with(Set<String> newBarriers) {
    return new ImportedNetwork(encoder, decoder, latentSize, logitsWanted, newBarriers);
  }

  @Override
  public String name() {
    return "imported";
  }

  @Override
  public boolean hasBatchNorm() {
    return graphs().stream().anyMatch(g -> !g.norms().isEmpty());
  }

  @Override
  public Posterior encode(Pass pass, Operand<TFloat32> x, int latents) {
    return encoder.encode(pass, x, latents, barriers);
  }

  @Override
  public Operand<TFloat32> decode(Pass pass, Operand<TFloat32> z) {
    if (decoder == null) {
      throw new IllegalStateException(encoder.source().what() + " is an encoder alone.");
    }
    return decoder.decode(pass, z, latentSize, barriers);
  }

  /** Names of inputs and outputs as they were found. */
  public RoleNames names() {
    return new RoleNames(
        encoder.input().name(),
        encoder.latents().mean(),
        encoder.latents().logVar(),
        decoder == null ? null : decoder.input().name(),
        decoder == null ? null : decoder.output());
  }

  /** Whether the decoder's images are logits. */
  public boolean outputIsLogits() {
    return decoder.reading() == ImportedDecoder.Reading.SIGMOID
        || (logitsWanted && decoder.reading() == ImportedDecoder.Reading.AS_IS);
  }

  /** Whether images, where both layouts would fit, have their channels first. */
  public boolean channelsFirst() {
    return encoder.source().channelsFirst();
  }

  /** The name that a variable has in its export; new ones have it without the half's name. */
  public String exportedName(String weight) {
    for (ImportedGraph graph : graphs()) {
      String known = graph.exportedNames().get(weight);
      if (known != null) {
        return known;
      }
      String start = graph.role() + "/";
      if (weight.startsWith(start) && !graph.prefix().isEmpty()) {
        return weight.substring(start.length());
      }
    }
    return weight;
  }

  /** The encoder as it came. */
  public TfGraph encoderGraph() {
    return encoder.source().graph();
  }

  /** The decoder as it came. */
  public TfGraph decoderGraph() {
    return decoder.source().graph();
  }

  List<ImportedGraph> graphs() {
    return decoder == null
        ? List.of(encoder.source())
        : List.of(encoder.source(), decoder.source());
  }

  /** Adds the encoder's input as its export had it. */
  public Placeholder<TFloat32> encoderInput(Ops tf) {
    return input(tf, encoder.input().shape(), encoder.layout().dims().size());
  }

  /** Adds the encoder of items that are laid out as its export has them. */
  public Posterior encodeAsIs(Pass pass, Operand<TFloat32> x) {
    return encoder.at(pass, x, latentSize, Set.of());
  }

  /**
   * Adds the encoder as its export had it: names, layout and all outputs; with another number of
   * latents only mean and log-variance.
   *
   * @param pass one that does not train
   */
  public Signature encoderSignature(Pass pass) {
    Ops tf = pass.tf();
    Placeholder<TFloat32> x = encoderInput(tf);
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    if (latentSize == encoder.latents().size()) {
      Replay replay = new Replay(encoder.source(), pass, Map.of(encoder.source().input(), x));
      encoder
          .source()
          .graph()
          .outputs()
          .forEach(o -> outputs.put(o.spec().name(), replay.value(o.value())));
    } else {
      Posterior q = encoder.at(pass, x, latentSize, Set.of());
      outputs.put(encoder.latents().mean(), q.mean());
      outputs.put(encoder.latents().logVar(), q.logVar());
    }
    return signature(tf, encoder.input().name(), x, outputs);
  }

  /**
   * Adds the decoder as its export had it.
   *
   * @param pass one that does not train
   */
  public Signature decoderSignature(Pass pass) {
    Ops tf = pass.tf();
    boolean same = latentSize == decoder.latentSize();
    Placeholder<TFloat32> z =
        same
            ? input(tf, decoder.input().shape(), decoder.latentDims().size())
            : input(tf, List.of(-1L, (long) latentSize), 1);
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    Operand<TFloat32> flat = same ? tf.reshape(z, tf.constant(new int[] {-1, latentSize})) : z;
    decoder.outputs(pass, decoder.latentDims().size() == 1 ? z : flat, latentSize, outputs);
    return signature(tf, decoder.input().name(), z, outputs);
  }

  private static Placeholder<TFloat32> input(Ops tf, List<Long> shape, int rank) {
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i <= rank; i++) {
      dims.add(-1L);
    }
    List<Long> known = shape == null ? dims : shape;
    return tf.withName("input")
        .placeholder(
            TFloat32.class,
            Placeholder.shape(Shape.of(known.stream().mapToLong(Long::longValue).toArray())));
  }

  private static Signature signature(
      Ops tf, String input, Operand<TFloat32> x, Map<String, Operand<?>> outputs) {
    Signature.Builder signature =
        Signature.builder()
            .key(Signature.DEFAULT_KEY)
            .input(input, x)
            .methodName("tensorflow/serving/predict");
    outputs.forEach((name, value) -> signature.output(name, tf.identity(value)));
    return signature.build();
  }
}
