package org.betavae.infer;

import java.nio.file.Path;

/**
 * An open model: embeds images, decodes latents, generates.
 *
 * <p>Safe for use by many threads at once, which share {@link ModelOptions#threads()} processor
 * threads. {@link #close()} lets calls in flight finish and then frees the native memory; a call
 * made later is refused with an {@link IllegalStateException}. Closing twice is fine.
 */
public final class BetaVaeModel implements AutoCloseable {

  private BetaVaeModel() {}

  /** Opens {@code encoder.onnx} and {@code decoder.onnx} of a folder; either may be missing. */
  public static BetaVaeModel open(Path folder) {
    return open(folder, ModelOptions.defaults());
  }

  /** Opens {@code encoder.onnx} and {@code decoder.onnx} of a folder; either may be missing. */
  public static BetaVaeModel open(Path folder, ModelOptions options) {
    return pending(BetaVaeModel.class);
  }

  /** Opens an encoder and a decoder under any names; either may be null. */
  public static BetaVaeModel open(Path encoderFile, Path decoderFile, ModelOptions options) {
    return pending(BetaVaeModel.class);
  }

  /** What is known of the model. */
  public ModelInfo info() {
    return pending(ModelInfo.class);
  }

  /** Embeds images, shape {@code [N, C, H, W]} or {@code [N, D]}, N inferred from the length. */
  public Embeddings embed(float[] images) {
    return pending(Embeddings.class);
  }

  /** Decodes latents, shape {@code [N, L]}. */
  public Images decode(float[] z) {
    return pending(Images.class);
  }

  /** Decodes {@code count} latents drawn from the prior, z ~ temperature · N(0, I). */
  public Images generate(int count, long seed, double temperature) {
    return pending(Images.class);
  }

  /** The latents that {@link #generate} decodes, shape {@code [count, L]}. */
  public float[] samplePrior(int count, long seed, double temperature) {
    return pending(float[].class);
  }

  /** Decodes the means of the images' embeddings. */
  public Images reconstruct(float[] images) {
    return pending(Images.class);
  }

  /** Decodes one latent vector with one of its dimensions set to each of {@code values}. */
  public Images traverse(float[] z, int dimension, float[] values) {
    return pending(Images.class);
  }

  /** {@link #traverse} for every dimension, L·values.length images, one dimension after another. */
  public Images traverseAll(float[] z, float[] values) {
    return pending(Images.class);
  }

  /** Decodes {@code steps} latents on the way between two, both ends included. */
  public Images interpolate(float[] from, float[] to, int steps, Interpolation how) {
    return pending(Images.class);
  }

  @Override
  public void close() {}

  private static <T> T pending(Class<T> type) {
    if (type != null) {
      throw new UnsupportedOperationException("not built yet");
    }
    return null;
  }
}
