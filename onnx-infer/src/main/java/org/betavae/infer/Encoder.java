package org.betavae.infer;

import java.nio.FloatBuffer;

/** Images to means and log-variances. Safe for threads, but for {@link #close()}. */
final class Encoder implements AutoCloseable {
  private final Network network;
  private final ItemLayout layout;
  private final int latentSize;
  private final boolean unitRange;

  /**
   * @param network with the outputs mean and log-variance, in this order
   * @param unitRange whether images have to be in [0,1]
   */
  Encoder(Network network, ItemLayout layout, int latentSize, boolean unitRange) {
    this.network = network;
    this.layout = layout;
    this.latentSize = latentSize;
    this.unitRange = unitRange;
  }

  ItemShape shape() {
    return layout.shape();
  }

  int latentSize() {
    return latentSize;
  }

  /** The images of an array {@code [N, C, H, W]}; whether they are whole is checked. */
  ItemSource source(float[] images) {
    int count = Inputs.itemCount("images", images, layout.shape());
    return new FloatArraySource("images", images, count, layout.shape().size());
  }

  /** The same of 8-bit levels. */
  ItemSource source(byte[] levels) {
    int count = Inputs.itemCount("levels", levels, layout.shape());
    return new ByteSource(levels, count, layout.shape().size());
  }

  /** The same of what lies between a buffer's position and its limit. */
  ItemSource source(FloatBuffer images) {
    int count = Inputs.itemCount("images", images, layout.shape());
    return new FloatBufferSource("images", images, count, layout.shape().size());
  }

  Embeddings embed(ItemSource images) {
    int length = Inputs.arrayLength(images.count(), latentSize);
    float[] mean = new float[length];
    float[] logVar = new float[length];
    embed(
        images,
        (first, count, means, logVars) -> {
          means.get(0, mean, first * latentSize, count * latentSize);
          logVars.get(0, logVar, first * latentSize, count * latentSize);
        });
    return new Embeddings(images.count(), latentSize, mean, logVar);
  }

  void embed(ItemSource images, LatentSink latents) {
    network.run(images.count(), new ImagesToLatents(images, latents));
  }

  /** Checks that each image is fit to be embedded. */
  void check(ItemSource images) {
    images.check(unitRange);
  }

  @Override
  public void close() {
    network.close();
  }

  private final class ImagesToLatents implements Network.Io {
    private final ItemSource images;
    private final LatentSink latents;

    ImagesToLatents(ItemSource images, LatentSink latents) {
      this.images = images;
      this.latents = latents;
    }

    @Override
    public FloatBuffer inPlace(int firstItem, int count) {
      return images.inPlace(firstItem, count, layout, unitRange);
    }

    @Override
    public void fill(int firstItem, int count, FloatBuffer input) {
      images.copy(firstItem, count, layout, unitRange, input);
    }

    @Override
    public void drain(int firstItem, int count, Slot slot) {
      latents.accept(firstItem, count, slot.output(0), slot.output(1));
    }
  }
}
