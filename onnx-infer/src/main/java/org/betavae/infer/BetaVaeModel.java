package org.betavae.infer;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An open model: embeds images, decodes latents, generates. Images are flat arrays in the order
 * {@code [N, C, H, W]} with values in [0,1] (or {@code [N, D]} for models of plain vectors),
 * latents {@code [N, L]}, whatever the files' own names and layouts are.
 *
 * <pre>{@code
 * try (BetaVaeModel model = BetaVaeModel.open(Path.of("model"))) {
 *   float[] latents = model.embed(images).mean();
 *   Images samples = model.generate(16, 42L, 1.0);
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> One open model serves any number of threads. All calls together use at most
 * {@link ModelOptions#threads()} processor threads; more callers than that take turns. A call on up
 * to 4 items that finds the model idle uses all of them for the least latency; larger batches are
 * cut into chunks that are computed at the same time, so that a batch of any size needs little
 * memory besides its own arrays. How many threads computed a result shows in the rounding of its
 * last digits at most.
 *
 * <p><b>Closing.</b> {@link #close()} waits for the calls in flight, then frees the native memory;
 * a later call is an {@link IllegalStateException}. Closing again does nothing.
 *
 * <p><b>Models made elsewhere</b> (by PyTorch, Keras and others) need not follow this project's
 * names. The encoder's mean and log-variance are found by shape and usual names ({@code mu}, {@code
 * logvar} ...), or named in {@link ModelOptions}. Images {@code [N, H, W, C]} are recognised by
 * their last size (4 at most, where the first is more) and turned. A decoder without an output for
 * the images' mean gets a sigmoid: if the output is named like {@code logits}, and the likelihood
 * is unknown or {@code bernoulli}, or there is no other output.
 *
 * <p>Wrong arguments (null, a wrong length, NaN or infinite values, images outside [0,1] where the
 * encoder's metadata say that it takes images) are an {@link IllegalArgumentException}.
 */
public final class BetaVaeModel implements AutoCloseable {
  private static final String ENCODER = "encoder.onnx";
  private static final String DECODER = "decoder.onnx";

  private final CallGate gate = new CallGate();
  private final ModelLoader.Loaded loaded;

  private BetaVaeModel(ModelLoader.Loaded loaded) {
    this.loaded = loaded;
  }

  /**
   * Opens a model folder with {@link ModelOptions#defaults()}.
   *
   * @param folder holds {@code encoder.onnx}, {@code decoder.onnx}, or both
   * @throws ModelException if the folder has neither, a file cannot be used, or the two do not fit
   *     together
   */
  public static BetaVaeModel open(Path folder) {
    return open(folder, ModelOptions.defaults());
  }

  /**
   * Opens a model folder.
   *
   * @param folder holds {@code encoder.onnx}, {@code decoder.onnx}, or both
   * @throws ModelException if the folder has neither, a file cannot be used, or the two do not fit
   *     together
   */
  public static BetaVaeModel open(Path folder, ModelOptions options) {
    if (folder == null) {
      throw new IllegalArgumentException("folder is null, expected a model folder. Pass its path.");
    }
    if (!Files.isDirectory(folder)) {
      throw new ModelException(
          folder,
          (Files.exists(folder) ? "it is no folder" : "there is no such folder")
              + ", expected one with "
              + ENCODER
              + " and "
              + DECODER
              + ". Check the path, or open the files by their own names.");
    }
    Path encoder = folder.resolve(ENCODER);
    Path decoder = folder.resolve(DECODER);
    if (!Files.exists(encoder) && !Files.exists(decoder)) {
      throw new ModelException(
          folder,
          "it has neither "
              + ENCODER
              + " nor "
              + DECODER
              + ", expected at least one. Export a model into it, or open the files by their own"
              + " names.");
    }
    return open(
        Files.exists(encoder) ? encoder : null, Files.exists(decoder) ? decoder : null, options);
  }

  /**
   * Opens an encoder and a decoder under any names.
   *
   * @param encoderFile an ONNX file, or null for a model that only decodes
   * @param decoderFile an ONNX file, or null for a model that only embeds
   * @throws ModelException if a file cannot be used or the two do not fit together
   */
  public static BetaVaeModel open(Path encoderFile, Path decoderFile, ModelOptions options) {
    if (encoderFile == null && decoderFile == null) {
      throw new IllegalArgumentException(
          "encoderFile and decoderFile are null, expected at least one ONNX file. Pass its path.");
    }
    begin(options);
    return new BetaVaeModel(
        ModelLoader.load(
            Optional.ofNullable(encoderFile).map(OnnxSource::file),
            Optional.ofNullable(decoderFile).map(OnnxSource::file),
            options));
  }

  /**
   * Opens an encoder and a decoder that lie in memory. Weights in files of their own ({@code
   * .onnx.data}) cannot be found from there.
   *
   * @param encoder the content of an ONNX file, or null for a model that only decodes
   * @param decoder the content of an ONNX file, or null for a model that only embeds
   * @throws ModelException if one of them cannot be used or the two do not fit together
   */
  public static BetaVaeModel open(byte[] encoder, byte[] decoder, ModelOptions options) {
    if (encoder == null && decoder == null) {
      throw new IllegalArgumentException(
          "encoder and decoder are null, expected the bytes of at least one ONNX file.");
    }
    begin(options);
    return new BetaVaeModel(
        ModelLoader.load(
            Optional.ofNullable(encoder).map(b -> OnnxSource.memory("bytes of the encoder", b)),
            Optional.ofNullable(decoder).map(b -> OnnxSource.memory("bytes of the decoder", b)),
            options));
  }

  /**
   * Opens a model folder on the class path, such as one in a program's own jar.
   *
   * @param loader finds it: mostly {@code MyService.class.getClassLoader()}
   * @param folder without a slash in front, such as {@code models/faces}; in a named module not the
   *     name of one of its packages, which hide what is in them
   * @throws ModelException if the folder has neither file, a file cannot be used, or the two do not
   *     fit together
   */
  public static BetaVaeModel openResources(
      ClassLoader loader, String folder, ModelOptions options) {
    if (loader == null || folder == null) {
      throw new IllegalArgumentException(
          (loader == null ? "loader" : "folder")
              + " is null, expected a class loader and the name of a folder. Pass both.");
    }
    begin(options);
    String base = folder.isEmpty() || folder.endsWith("/") ? folder : folder + "/";
    Optional<OnnxSource> encoder = OnnxSource.resource(loader, base + ENCODER);
    Optional<OnnxSource> decoder = OnnxSource.resource(loader, base + DECODER);
    if (encoder.isEmpty() && decoder.isEmpty()) {
      throw new ModelException(
          Path.of("class path " + base),
          "it has neither "
              + ENCODER
              + " nor "
              + DECODER
              + ", expected at least one. Check the name, which has no slash in front, and that the"
              + " files are packed.");
    }
    return new BetaVaeModel(ModelLoader.load(encoder, decoder, options));
  }

  /** Checks the options and begins what opening always needs, which takes longest. */
  private static void begin(ModelOptions options) {
    if (options == null) {
      throw new IllegalArgumentException(
          "options is null, expected how to open. Pass ModelOptions.defaults().");
    }
    Rehearsal.whileOnnxRuntimeStarts(options);
  }

  /** What is known of the model; also after it was closed. */
  public ModelInfo info() {
    return loaded.info();
  }

  /** Where the model is computed: not what was asked for if that is not to be had here. */
  public Provider provider() {
    return loaded.provider();
  }

  /**
   * Embeds images: the mean and the log-variance of q(z|x) for each.
   *
   * @param images shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @throws IllegalStateException if the model is closed or has no encoder
   */
  public Embeddings embed(float[] images) {
    return encode(e -> e.embed(e.source(images)));
  }

  /**
   * Embeds images of 8-bit levels, 0 to 255 unsigned, which stand for 0 to 1.
   *
   * @param levels shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @throws IllegalStateException if the model is closed or has no encoder
   */
  public Embeddings embed(byte[] levels) {
    return encode(e -> e.embed(e.source(levels)));
  }

  /**
   * Embeds the images between a buffer's position and its limit. A direct buffer is computed from
   * where it is, without a copy, unless the file has another layout. Position and limit stay.
   *
   * @param images of native byte order, shape {@code [N, C, H, W]} or {@code [N, D]}; must not
   *     change during the call
   * @throws IllegalStateException if the model is closed or has no encoder
   */
  public Embeddings embed(FloatBuffer images) {
    return encode(e -> e.embed(e.source(images)));
  }

  /**
   * Embeds images into the caller's arrays.
   *
   * @param images shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @param mean receives the means, exactly {@code [N, L]}
   * @param logVar receives the natural log of the variances, exactly {@code [N, L]}
   * @throws IllegalStateException if the model is closed or has no encoder
   */
  public void embed(float[] images, float[] mean, float[] logVar) {
    run(() -> BufferCalls.embed(encoder(), encoder().source(images), mean, logVar));
  }

  /**
   * Embeds the images between a buffer's position and its limit into the caller's buffers; see
   * {@link #embed(FloatBuffer)}.
   *
   * @param mean receives the means from its position on; has room for exactly {@code [N, L]}
   * @param logVar receives the log-variances in the same way
   * @throws IllegalStateException if the model is closed or has no encoder
   */
  public void embed(FloatBuffer images, FloatBuffer mean, FloatBuffer logVar) {
    run(() -> BufferCalls.embed(encoder(), encoder().source(images), mean, logVar));
  }

  /**
   * Decodes latents to images: the mean of p(x|z) for each.
   *
   * @param z shape {@code [N, L]}, N follows from the length
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public Images decode(float[] z) {
    return call(() -> decoder().decode(z));
  }

  /**
   * Decodes latents into the caller's array.
   *
   * @param z shape {@code [N, L]}, N follows from the length
   * @param images receives the images, exactly {@code [N, C, H, W]}
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public void decode(float[] z, float[] images) {
    run(() -> BufferCalls.decode(decoder(), z, images));
  }

  /**
   * Decodes the latents between a buffer's position and its limit into the caller's buffer.
   * Position and limit of both stay.
   *
   * @param z of native byte order, shape {@code [N, L]}; must not change during the call
   * @param images receives the images from its position on; has room for exactly {@code [N, C, H,
   *     W]}
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public void decode(FloatBuffer z, FloatBuffer images) {
    run(() -> BufferCalls.decode(decoder(), z, images));
  }

  /**
   * Decodes {@link #samplePrior samples of the prior}.
   *
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public Images generate(int count, long seed, double temperature) {
    return call(() -> decoder().decode(samplePrior(count, seed, temperature)));
  }

  /**
   * Latents z = temperature · ε, ε ~ N(0, I), shape {@code [count, L]}. The same on every machine
   * and in every release: {@code new java.util.Random(seed).nextGaussian()}, whose algorithm is
   * part of its documentation, row by row, times the temperature, rounded to float.
   *
   * @param count 1 and more
   * @param temperature 0 and more; 1 is the prior itself
   */
  public float[] samplePrior(int count, long seed, double temperature) {
    return LatentPaths.prior(count, info().latentSize(), seed, temperature);
  }

  /**
   * Embeds images and decodes the means.
   *
   * @param images shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @throws IllegalStateException if the model is closed, or has no encoder or no decoder
   */
  public Images reconstruct(float[] images) {
    return reconstruct(e -> e.source(images));
  }

  /**
   * {@link #reconstruct(float[])} of 8-bit levels, 0 to 255 unsigned, which stand for 0 to 1.
   *
   * @param levels shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @throws IllegalStateException if the model is closed, or has no encoder or no decoder
   */
  public Images reconstruct(byte[] levels) {
    return reconstruct(e -> e.source(levels));
  }

  /**
   * {@link #reconstruct(float[])} of the images between a buffer's position and its limit; see
   * {@link #embed(FloatBuffer)}.
   *
   * @throws IllegalStateException if the model is closed, or has no encoder or no decoder
   */
  public Images reconstruct(FloatBuffer images) {
    return reconstruct(e -> e.source(images));
  }

  /**
   * {@link #reconstruct(float[])} into the caller's array.
   *
   * @param images shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @param reconstructions receives as many images; may be the same array
   * @throws IllegalStateException if the model is closed, or has no encoder or no decoder
   */
  public void reconstruct(float[] images, float[] reconstructions) {
    run(
        () ->
            BufferCalls.reconstruct(
                encoder().source(images), encoder(), decoder(), reconstructions));
  }

  /**
   * {@link #reconstruct(FloatBuffer)} into the caller's buffer.
   *
   * @param reconstructions receives as many images from its position on; has room for exactly these
   * @throws IllegalStateException if the model is closed, or has no encoder or no decoder
   */
  public void reconstruct(FloatBuffer images, FloatBuffer reconstructions) {
    run(
        () ->
            BufferCalls.reconstruct(
                encoder().source(images), encoder(), decoder(), reconstructions));
  }

  private Images reconstruct(Function<Encoder, ItemSource> images) {
    return encode(
        e -> {
          Decoder decoder = decoder();
          return decoder.decode(e.embed(images.apply(e)).mean());
        });
  }

  /**
   * Scores images by how unusual they are for the model: one number for each, in {@link Score}'s
   * unit. The same image has the same score in any batch.
   *
   * @param images shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @return shape {@code [N]}
   * @throws IllegalArgumentException also if the likelihood is one of values in [0,1] and the
   *     images have others
   * @throws IllegalStateException if the model is closed, or cannot be scored so: its message says
   *     what is missing
   */
  public double[] score(float[] images, ScoreOptions options) {
    return score(e -> e.source(images), options);
  }

  /**
   * {@link #score(float[], ScoreOptions)} of 8-bit levels, 0 to 255 unsigned, which stand for 0 to
   * 1.
   *
   * @param levels shape {@code [N, C, H, W]} or {@code [N, D]}, N follows from the length
   * @return shape {@code [N]}
   * @throws IllegalStateException if the model is closed, or cannot be scored so
   */
  public double[] score(byte[] levels, ScoreOptions options) {
    return score(e -> e.source(levels), options);
  }

  /**
   * {@link #score(float[], ScoreOptions)} of the images between a buffer's position and its limit;
   * see {@link #embed(FloatBuffer)}.
   *
   * @return shape {@code [N]}
   * @throws IllegalStateException if the model is closed, or cannot be scored so
   */
  public double[] score(FloatBuffer images, ScoreOptions options) {
    return score(e -> e.source(images), options);
  }

  private double[] score(Function<Encoder, ItemSource> images, ScoreOptions options) {
    if (options == null) {
      throw new IllegalArgumentException(
          "options is null, expected what to score by. Pass ScoreOptions.of(Score.NEGATIVE_ELBO).");
    }
    return call(
        () -> {
          Scorer scorer = loaded.scorer();
          return scorer.score(images.apply(scorer.encoderFor(options.score())), options);
        });
  }

  /** What the model can be scored by; also after it was closed. */
  public Set<Score> scores() {
    return loaded.scorer().possible();
  }

  /** What is missing for a score, what was expected, what to do; empty where nothing is. */
  public Optional<String> whyNot(Score score) {
    return loaded.scorer().whyNot(score);
  }

  /**
   * Decodes one latent vector with one of its dimensions set to each value in turn.
   *
   * @param z shape {@code [L]}; stays as it is
   * @param dimension from 0
   * @return {@code values.length} images
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public Images traverse(float[] z, int dimension, float[] values) {
    Inputs.vector("z", z, info().latentSize());
    return call(() -> decoder().decode(LatentPaths.sweep(z, dimension, values)));
  }

  /**
   * {@link #traverse} for every dimension, one after another.
   *
   * @param z shape {@code [L]}; stays as it is
   * @return {@code L * values.length} images
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public Images traverseAll(float[] z, float[] values) {
    Inputs.vector("z", z, info().latentSize());
    return call(() -> decoder().decode(LatentPaths.sweepAll(z, values)));
  }

  /**
   * Decodes latents on the way from one to another, both ends included, at equal steps.
   *
   * @param from shape {@code [L]}
   * @param to shape {@code [L]}
   * @param steps 2 and more
   * @return {@code steps} images
   * @throws IllegalStateException if the model is closed or has no decoder
   */
  public Images interpolate(float[] from, float[] to, int steps, Interpolation how) {
    Inputs.vector("from", from, info().latentSize());
    Inputs.vector("to", to, info().latentSize());
    return call(() -> decoder().decode(LatentPaths.between(from, to, steps, how)));
  }

  @Override
  public void close() {
    if (gate.close()) {
      loaded.handles().close();
    }
  }

  /**
   * What a {@link BatchingEncoder} needs.
   *
   * @throws IllegalStateException if the model is closed or has no encoder
   */
  BatchingEncoder.Model forBatching() {
    Encoder encoder = call(this::encoder);
    return new BatchingEncoder.Model() {
      @Override
      public int check(float[] images) {
        ItemSource source = encoder.source(images);
        encoder.check(source);
        return source.count();
      }

      @Override
      public Embeddings embed(float[] images) {
        return BetaVaeModel.this.embed(images);
      }
    };
  }

  private void run(Runnable work) {
    gate.enter();
    try {
      work.run();
    } finally {
      gate.exit();
    }
  }

  private <T> T encode(Function<Encoder, T> work) {
    return call(() -> work.apply(encoder()));
  }

  private <T> T call(Supplier<T> work) {
    gate.enter();
    try {
      return work.get();
    } finally {
      gate.exit();
    }
  }

  private Encoder encoder() {
    return loaded.encoder().orElseThrow(() -> missing("encoder", "a decoder", ENCODER));
  }

  private Decoder decoder() {
    return loaded.decoder().orElseThrow(() -> missing("decoder", "an encoder", DECODER));
  }

  private static IllegalStateException missing(String role, String other, String file) {
    return new IllegalStateException(
        "The model is "
            + other
            + " alone and has no "
            + role
            + ", expected one for this call. Open it with its "
            + role
            + " (in a model folder "
            + file
            + ").");
  }
}
