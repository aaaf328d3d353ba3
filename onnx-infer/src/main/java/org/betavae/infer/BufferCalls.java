package org.betavae.infer;

import java.nio.FloatBuffer;

/** Calls whose results go to where the caller wants them. */
final class BufferCalls {
  private BufferCalls() {}

  static void embed(Encoder encoder, float[] images, float[] mean, float[] logVar) {
    int count = Inputs.itemCount("images", images, encoder.shape());
    int latents = encoder.latentSize();
    checkLength("mean", mean, (long) count * latents);
    checkLength("logVar", logVar, (long) count * latents);
    encoder.embed(
        new FloatArraySource("images", images, 0, count, encoder.shape().size()),
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
    decoder.decode(
        new FloatArraySource("z", z, 0, count, decoder.latent().size()),
        (first, items, values, layout) -> layout.fromFile(values, images, first, items));
  }

  static void decode(Decoder decoder, FloatBuffer z, FloatBuffer images) {
    int count = Inputs.itemCount("z", z, decoder.latent());
    int size = decoder.shape().size();
    Inputs.result("images", images, (long) count * size);
    int start = images.position();
    decoder.decode(
        new FloatBufferSource("z", z, count, decoder.latent().size()),
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
