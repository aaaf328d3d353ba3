package org.betavae.infer;

import java.nio.FloatBuffer;

/** Latents to images. Safe for threads, but for {@link #close()}. */
final class Decoder implements AutoCloseable {
  private final Network network;
  private final ItemLayout layout;
  private final int latentSize;
  private final ItemShape latent;

  Decoder(Network network, ItemLayout layout, int latentSize) {
    this.network = network;
    this.layout = layout;
    this.latentSize = latentSize;
    this.latent = ItemShape.vector(latentSize);
  }

  Images decode(float[] z) {
    int count = Inputs.itemCount("z", z, latent);
    float[] images = new float[Inputs.arrayLength(count, layout.shape().size())];
    network.run(count, new LatentsToImages(z, images));
    return new Images(count, layout.shape(), images);
  }

  @Override
  public void close() {
    network.close();
  }

  private final class LatentsToImages implements Network.Io {
    private final float[] z;
    private final float[] images;

    LatentsToImages(float[] z, float[] images) {
      this.z = z;
      this.images = images;
    }

    @Override
    public void fill(int firstItem, int count, FloatBuffer input) {
      int from = firstItem * latentSize;
      int length = count * latentSize;
      Inputs.finite("z", z, from, from + length);
      input.put(0, z, from, length);
    }

    @Override
    public void drain(int firstItem, int count, Slot slot) {
      layout.fromFile(slot.output(0), images, firstItem, count);
    }
  }
}
