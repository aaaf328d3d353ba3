package org.betavae.infer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens the files of a model, finds out what is what in them, and checks that they fit together.
 */
final class ModelLoader {
  /** Shows that an output's first size follows the batch; 1 would not. */
  private static final int PROBE_BATCH = 2;

  /** What was seen of a file when it was run once. */
  private record Probed(TensorSpec input, int batch, List<TensorSpec> outputs) {
    /** Whether an output's first size is the batch. */
    boolean followsBatch() {
      return !TensorSpec.where(outputs, o -> o.fixedBatch() == batch).isEmpty();
    }
  }

  private final ModelOptions options;
  private final NativeHandles handles;
  private final Opener opener;
  private final Workers workers;
  private final Provider provider;

  private ModelLoader(ModelOptions options, NativeHandles handles, Opener opener) {
    this.options = options;
    this.handles = handles;
    this.opener = opener;
    this.workers = handles.add(new Workers(options.threads()));
    this.provider = Ort.available(options.provider(), Ort::log);
  }

  /** Opens a file; what it is to be run on is found by then. */
  interface Opener {
    OnnxFile open(OnnxSource source, ModelOptions options, Provider provider);
  }

  /**
   * An open model.
   *
   * @param handles closes all of it
   */
  record Loaded(
      Optional<Encoder> encoder,
      Optional<Decoder> decoder,
      Scorer scorer,
      ModelInfo info,
      Provider provider,
      NativeHandles handles) {}

  /**
   * One open file.
   *
   * @param outputs those that are wanted, with their true sizes
   * @param all all outputs with their true sizes
   */
  private record Half(
      OnnxFile file,
      Metadata metadata,
      TensorSpec input,
      List<TensorSpec> outputs,
      List<TensorSpec> all) {

    TensorSpec output() {
      return outputs.get(0);
    }
  }

  /** At least one of the files has to be given. */
  static Loaded load(
      Optional<OnnxSource> encoder, Optional<OnnxSource> decoder, ModelOptions options) {
    return load(encoder, decoder, options, SessionFile::new);
  }

  /** The same by other means of opening a file. */
  static Loaded load(
      Optional<OnnxSource> encoder,
      Optional<OnnxSource> decoder,
      ModelOptions options,
      Opener opener) {
    NativeHandles handles = new NativeHandles();
    try {
      ModelLoader loader = new ModelLoader(options, handles, opener);
      return loader.load(encoder, decoder);
    } catch (RuntimeException | Error e) {
      handles.close();
      throw e;
    }
  }

  private Loaded load(Optional<OnnxSource> encoderSource, Optional<OnnxSource> decoderSource) {
    Optional<Half> encoder = encoderSource.map(this::openEncoder);
    Optional<Half> decoder = decoderSource.map(source -> openDecoder(source, encoder));
    Optional<ItemShape> declared =
        encoder
            .flatMap(half -> half.metadata().inputShape())
            .or(() -> decoder.flatMap(half -> half.metadata().inputShape()));
    Optional<ItemLayout> in = encoder.map(half -> layout(half.file(), half.input(), declared));
    Optional<ItemShape> known = declared.or(() -> in.map(ItemLayout::shape));
    Optional<ItemLayout> out = decoder.map(half -> layout(half.file(), half.output(), known));
    if (encoder.isPresent() && decoder.isPresent()) {
      checkLatents(encoder.get(), decoder.get());
      checkImages(encoder.get(), in.get(), decoder.get(), out.get());
    }
    // A half that works on plain vectors speaks of them in the image layout of the other half.
    Optional<ItemLayout> images =
        in.filter(layout -> !layout.shape().isVector()).or(() -> out).or(() -> in);
    Optional<ItemLayout> encoderLayout =
        in.map(layout -> layout.shape().isVector() ? images.get() : layout);
    Optional<ItemLayout> decoderLayout =
        out.map(layout -> layout.shape().isVector() ? images.get() : layout);

    int latentSize =
        encoder.map(Half::output).or(() -> decoder.map(Half::input)).orElseThrow().itemSize();
    Metadata metadata = metadata(encoder, decoder);
    ModelInfo info =
        metadata.info(
            encoder.isPresent(), decoder.isPresent(), images.orElseThrow().shape(), latentSize);
    Optional<Encoder> openEncoder =
        encoder.map(half -> encoder(half, encoderLayout.get(), latentSize));
    return new Loaded(
        openEncoder,
        decoder.map(half -> decoder(half, decoderLayout.get(), latentSize, info.likelihood())),
        scorer(openEncoder, decoder, decoderLayout, info),
        info,
        provider,
        handles);
  }

  private Half openEncoder(OnnxSource source) {
    Path path = source.path();
    OnnxFile file = handles.add(opener.open(source, options, provider));
    Metadata metadata = new Metadata(path, file.properties());
    metadata.checkRole("encoder");
    TensorSpec declared = Roles.input(path, file.inputs(), options.input(), "input");
    TensorSpec sized =
        sized(path, declared, metadata.inputShape().map(ItemShape::asList).orElse(List.of()));
    metadata
        .inputShape()
        .filter(shape -> shape.size() != sized.itemSize())
        .ifPresent(shape -> contradiction(path, "input_shape", shape.asList(), sized));
    Probed probed = probe(file, sized);
    TensorSpec input = probed.input();
    Roles.Latents latents =
        Roles.latents(path, input, probed.outputs(), probed.batch(), named(metadata));
    metadata
        .latentSize()
        .filter(size -> size != latents.mean().itemSize())
        .ifPresent(size -> contradiction(path, "latent_size", size, latents.mean()));
    return new Half(
        file, metadata, input, List.of(latents.mean(), latents.logVar()), probed.outputs());
  }

  private Half openDecoder(OnnxSource source, Optional<Half> encoder) {
    Path path = source.path();
    OnnxFile file = handles.add(opener.open(source, options, provider));
    Metadata metadata = new Metadata(path, file.properties());
    metadata.checkRole("decoder");
    TensorSpec declared = Roles.input(path, file.inputs(), options.latent(), "latent");
    Optional<Integer> latentSize =
        metadata.latentSize().or(() -> encoder.map(half -> half.output().itemSize()));
    TensorSpec sized = sized(path, declared, latentSize.map(List::of).orElse(List.of()));
    metadata
        .latentSize()
        .filter(size -> size != sized.itemSize())
        .ifPresent(size -> contradiction(path, "latent_size", size, sized));
    Probed probed = probe(file, sized);
    TensorSpec input = probed.input();
    List<TensorSpec> outputs = probed.outputs();
    ModelOptions named = named(metadata);
    if (named.output().isEmpty() && metadata.text("role").isEmpty()) {
      Roles.requireDecoder(path, input, outputs);
    }
    Optional<Integer> imageSize = encoder.map(half -> half.input().itemSize());
    TensorSpec images = Roles.images(path, outputs, probed.batch(), named, imageSize);
    metadata
        .inputShape()
        .filter(shape -> shape.size() != images.itemSize())
        .ifPresent(shape -> contradiction(path, "input_shape", shape.asList(), images));
    return new Half(file, metadata, input, List.of(images), outputs);
  }

  private Encoder encoder(Half half, ItemLayout layout, int latentSize) {
    Network network =
        handles.add(new Network(half.file(), half.input(), half.outputs(), false, workers));
    boolean unitRange = half.metadata().inputShape().filter(shape -> !shape.isVector()).isPresent();
    return new Encoder(network, layout, latentSize, unitRange);
  }

  private Decoder decoder(
      Half half, ItemLayout layout, int latentSize, Optional<String> likelihood) {
    boolean sigmoid = imagesAreLogits(half, likelihood);
    Network network =
        handles.add(new Network(half.file(), half.input(), half.outputs(), sigmoid, workers));
    return new Decoder(network, layout, latentSize);
  }

  /** Whether the images' mean is 1/(1 + exp(−x)) of what the file gives for them. */
  private static boolean imagesAreLogits(Half half, Optional<String> likelihood) {
    String output = half.output().name();
    if (half.metadata().text("image_output").filter(output::equals).isPresent()) {
      return half.metadata().text("image_output_is").filter("logits"::equals).isPresent();
    }
    boolean bernoulli = likelihood.map(name -> name.equalsIgnoreCase("bernoulli")).orElse(true);
    return Roles.isLogits(output) && (bernoulli || half.all().size() == 1);
  }

  /** The options, with what the file itself says of its outputs where they say nothing. */
  private ModelOptions named(Metadata metadata) {
    ModelOptions named = options;
    if (named.mean().isEmpty()) {
      named = metadata.text("mean_output").map(named::withMean).orElse(named);
    }
    if (named.logVar().isEmpty()) {
      named = metadata.text("log_var_output").map(named::withLogVar).orElse(named);
    }
    return named.output().isPresent()
        ? named
        : metadata.text("image_output").map(named::withOutput).orElse(named);
  }

  private Scorer scorer(
      Optional<Encoder> encoder,
      Optional<Half> decoder,
      Optional<ItemLayout> layout,
      ModelInfo info) {
    if (decoder.isEmpty()) {
      return new Scorer(
          encoder,
          Optional.empty(),
          info,
          false,
          "it is an encoder alone and has no decoder, expected one. Open it with its decoder.");
    }
    Half half = decoder.get();
    boolean logits = imagesAreLogits(half, info.likelihood());
    LikelihoodFinder.Found found =
        LikelihoodFinder.find(
            options.likelihood().or(info::likelihood),
            options.likelihoodScale().isPresent()
                ? options.likelihoodScale()
                : info.likelihoodScale(),
            half.output(),
            logits,
            half.all());
    if (found.problem().isPresent()) {
      return new Scorer(encoder, Optional.empty(), info, false, found.problem().get());
    }
    Network network =
        handles.add(
            new Network(half.file(), half.input(), found.outputs(), found.sigmoid(), workers));
    LikelihoodDecoder likelihood =
        new LikelihoodDecoder(
            network,
            layout.orElseThrow(),
            info.latentSize(),
            found.outputs().size(),
            found.likelihood());
    return new Scorer(encoder, Optional.of(likelihood), info, found.unitInterval(), "");
  }

  /** The input with its free sizes, other than the batch, taken from what is known otherwise. */
  private static TensorSpec sized(Path path, TensorSpec input, List<Integer> known) {
    List<Long> dims = new ArrayList<>(input.dims());
    if (known.size() == dims.size() - 1) {
      for (int i = 0; i < known.size(); i++) {
        if (dims.get(i + 1) < 0) {
          dims.set(i + 1, (long) known.get(i));
        }
      }
    }
    TensorSpec sized = new TensorSpec(input.name(), input.type(), dims);
    if (sized.itemSize() == 0) {
      throw new ModelException(
          path,
          "its input is "
              + input
              + ", expected fixed sizes of 1 and more besides the batch N. Export the model with"
              + " only the batch left free.");
    }
    return sized;
  }

  /**
   * Runs a file once. Exports of one example often declare a free batch and have 1 written into
   * their graph: where two items fail, or come out as one, and one works, the batch is fixed to 1.
   */
  private static Probed probe(OnnxFile file, TensorSpec input) {
    if (input.fixedBatch() > 0) {
      return probe(file, input, input.fixedBatch());
    }
    try {
      Probed two = probe(file, input, PROBE_BATCH);
      if (two.followsBatch()) {
        return two;
      }
      Probed one = probe(file, input.withBatch(1), 1);
      return one.followsBatch() ? one : two;
    } catch (ModelException e) {
      try {
        return probe(file, input.withBatch(1), 1);
      } catch (ModelException alsoOfOne) {
        e.addSuppressed(alsoOfOne);
        throw e;
      }
    }
  }

  private static Probed probe(OnnxFile file, TensorSpec input, int batch) {
    return new Probed(input, batch, file.probe(input, batch));
  }

  private static ItemLayout layout(OnnxFile file, TensorSpec images, Optional<ItemShape> known) {
    return ItemLayout.of(images.itemDims(), known)
        .orElseThrow(
            () ->
                new ModelException(
                    file.path(),
                    images
                        + " has too many sizes for images, expected [N, C, H, W], [N, H, W, C],"
                        + " [N, H, W] or [N, D]. Export the model with one of these."));
  }

  private static void contradiction(Path path, String key, Object value, TensorSpec actual) {
    throw new ModelException(
        path,
        "its property betavae."
            + key
            + " is "
            + value
            + ", but the graph has "
            + actual
            + ", expected the same. Export the model again.");
  }

  private static void checkLatents(Half encoder, Half decoder) {
    if (encoder.output().itemSize() != decoder.input().itemSize()) {
      throw new ModelException(
          decoder.file().path(),
          "it takes latents [N, "
              + decoder.input().itemSize()
              + "], but the encoder "
              + encoder.file().path()
              + " gives [N, "
              + encoder.output().itemSize()
              + "], expected the same. Use two files of one model.");
    }
  }

  private static void checkImages(Half encoder, ItemLayout in, Half decoder, ItemLayout out) {
    boolean oneIsVector = in.shape().isVector() || out.shape().isVector();
    boolean fit =
        oneIsVector ? in.shape().size() == out.shape().size() : in.shape().equals(out.shape());
    if (!fit) {
      throw new ModelException(
          decoder.file().path(),
          "it makes images "
              + out.shape().batchShape("N")
              + ", but the encoder "
              + encoder.file().path()
              + " takes "
              + in.shape().batchShape("N")
              + ", expected the same. Use two files of one model.");
    }
  }

  private static Metadata metadata(Optional<Half> encoder, Optional<Half> decoder) {
    if (encoder.isEmpty()) {
      return decoder.orElseThrow().metadata();
    }
    return decoder.isEmpty()
        ? encoder.get().metadata()
        : encoder.get().metadata().orElse(decoder.get().metadata());
  }
}
