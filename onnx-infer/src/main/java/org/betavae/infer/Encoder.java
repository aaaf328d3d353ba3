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

  Embeddings embed(float[] images) {
    int count = Inputs.itemCount("images", images, layout.shape());
    int length = Inputs.arrayLength(count, latentSize);
    float[] mean = new float[length];
    float[] logVar = new float[length];
    network.run(count, new ImagesToLatents(images, mean, logVar));
    return new Embeddings(count, latentSize, mean, logVar);
  }

  /** The number of images, each of which is fit to be embedded. */
  int check(float[] images) {
    int count = Inputs.itemCount("images", images, layout.shape());
    checkValues(images, 0, images.length);
    return count;
  }

  private void checkValues(float[] images, int from, int to) {
    if (unitRange) {
      Inputs.unitRange("images", images, from, to);
    } else {
      Inputs.finite("images", images, from, to);
    }
  }

  @Override
  public void close() {
    network.close();
  }

  private final class ImagesToLatents implements Network.Io {
    private final float[] images;
    private final float[] mean;
    private final float[] logVar;

    ImagesToLatents(float[] images, float[] mean, float[] logVar) {
      this.images = images;
      this.mean = mean;
      this.logVar = logVar;
    }

    @Override
    public void fill(int firstItem, int count, FloatBuffer input) {
      int size = layout.shape().size();
      int from = firstItem * size;
      checkValues(images, from, from + count * size);
      layout.toFile(images, firstItem, count, input);
    }

    @Override
    public void drain(int firstItem, int count, Slot slot) {
      int from = firstItem * latentSize;
      slot.output(0).get(0, mean, from, count * latentSize);
      slot.output(1).get(0, logVar, from, count * latentSize);
    }
  }
}
