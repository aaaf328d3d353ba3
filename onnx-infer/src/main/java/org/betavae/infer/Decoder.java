package org.betavae.infer;

import java.nio.FloatBuffer;

/** Latents to images. Safe for threads, but for {@link #close()}. */
final class Decoder implements AutoCloseable {
  private final Network network;
  private final ItemLayout layout;
  private final ItemLayout latents;
  private final ItemShape latent;

  Decoder(Network network, ItemLayout layout, int latentSize) {
    this.network = network;
    this.layout = layout;
    this.latent = ItemShape.vector(latentSize);
    this.latents = new ItemLayout(latent, false);
  }

  /** Shape of one latent vector. */
  ItemShape latent() {
    return latent;
  }

  /** Shape of one image. */
  ItemShape shape() {
    return layout.shape();
  }

  Images decode(float[] z) {
    int count = Inputs.itemCount("z", z, latent);
    float[] images = new float[Inputs.arrayLength(count, layout.shape().size())];
    decode(
        new FloatArraySource("z", z, count, latent.size()),
        (first, items, values, file) -> file.fromFile(values, images, first, items));
    return new Images(count, layout.shape(), images);
  }

  void decode(ItemSource z, ImageSink images) {
    network.run(z.count(), new LatentsToImages(z, images));
  }

  @Override
  public void close() {
    network.close();
  }

  private final class LatentsToImages implements Network.Io {
    private final ItemSource z;
    private final ImageSink images;

    LatentsToImages(ItemSource z, ImageSink images) {
      this.z = z;
      this.images = images;
    }

    @Override
    public FloatBuffer inPlace(int firstItem, int count) {
      return z.inPlace(firstItem, count, latents, false);
    }

    @Override
    public void fill(int firstItem, int count, FloatBuffer input) {
      z.copy(firstItem, count, latents, false, input);
    }

    @Override
    public void drain(int firstItem, int count, Slot slot) {
      images.accept(firstItem, count, slot.output(0), layout);
    }
  }
}
