package org.betavae.infer;

import java.nio.FloatBuffer;

/** Calls whose results go to where the caller wants them. */
final class BufferCalls {
  private BufferCalls() {}

  static void embed(Encoder encoder, ItemSource images, float[] mean, float[] logVar) {
    int latents = encoder.latentSize();
    checkLength("mean", mean, (long) images.count() * latents);
    checkLength("logVar", logVar, (long) images.count() * latents);
    encoder.embed(
        images,
        (first, items, means, logVars) -> {
          means.get(0, mean, first * latents, items * latents);
          logVars.get(0, logVar, first * latents, items * latents);
        });
  }

  static void embed(Encoder encoder, ItemSource images, FloatBuffer mean, FloatBuffer logVar) {
    int latents = encoder.latentSize();
    Inputs.result("mean", mean, (long) images.count() * latents);
    Inputs.result("logVar", logVar, (long) images.count() * latents);
    int meanStart = mean.position();
    int logVarStart = logVar.position();
    encoder.embed(
        images,
        (first, items, means, logVars) -> {
          mean.put(meanStart + first * latents, means, 0, items * latents);
          logVar.put(logVarStart + first * latents, logVars, 0, items * latents);
        });
  }

  static void decode(Decoder decoder, float[] z, float[] images) {
    int count = Inputs.itemCount("z", z, decoder.latent());
    checkLength("images", images, (long) count * decoder.shape().size());
    decode(decoder, new FloatArraySource("z", z, count, decoder.latent().size()), images);
  }

  static void decode(Decoder decoder, FloatBuffer z, FloatBuffer images) {
    int count = Inputs.itemCount("z", z, decoder.latent());
    Inputs.result("images", images, (long) count * decoder.shape().size());
    decode(decoder, new FloatBufferSource("z", z, count, decoder.latent().size()), images);
  }

  static void reconstruct(ItemSource images, Encoder encoder, Decoder decoder, float[] result) {
    checkLength("reconstructions", result, (long) images.count() * decoder.shape().size());
    decode(decoder, means(images, encoder), result);
  }

  static void reconstruct(ItemSource images, Encoder encoder, Decoder decoder, FloatBuffer result) {
    Inputs.result("reconstructions", result, (long) images.count() * decoder.shape().size());
    decode(decoder, means(images, encoder), result);
  }

  private static ItemSource means(ItemSource images, Encoder encoder) {
    float[] means = encoder.embed(images).mean();
    return new FloatArraySource("mean", means, images.count(), encoder.latentSize());
  }

  private static void decode(Decoder decoder, ItemSource z, float[] images) {
    decoder.decode(
        z, (first, items, values, layout) -> layout.fromFile(values, images, first, items));
  }

  private static void decode(Decoder decoder, ItemSource z, FloatBuffer images) {
    int size = decoder.shape().size();
    int start = images.position();
    decoder.decode(
        z,
        (first, items, values, layout) ->
            layout.fromFile(values, images, start + first * size, items));
  }

  private static void checkLength(String what, float[] values, long expected) {
    if (values == null) {
      throw new IllegalArgumentException(what + " is null, expected an array for the result.");
    }
    Inputs.resultLength(what, values.length, expected);
  }
}
