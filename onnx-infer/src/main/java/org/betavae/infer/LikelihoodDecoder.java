package org.betavae.infer;

import java.nio.FloatBuffer;

/** −log p(x | z) of images x at latents z. Safe for threads, but for {@link #close()}. */
final class LikelihoodDecoder implements AutoCloseable {
  private final Network network;
  private final ItemLayout layout;
  private final int latentSize;
  private final int outputs;
  private final ItemLikelihood likelihood;

  /**
   * @param network with the outputs that the likelihood takes, in its order
   * @param outputs how many these are
   */
  LikelihoodDecoder(
      Network network, ItemLayout layout, int latentSize, int outputs, ItemLikelihood likelihood) {
    this.network = network;
    this.layout = layout;
    this.latentSize = latentSize;
    this.outputs = outputs;
    this.likelihood = likelihood;
  }

  /**
   * Each image at each of its latents.
   *
   * @param z shape {@code [N, samples, L]}
   * @return nats, shape {@code [N, samples]}
   */
  double[] negativeLog(float[] images, float[] z, int samples) {
    double[] nats = new double[z.length / latentSize];
    network.run(
        nats.length,
        new Network.Io() {
          @Override
          public void fill(int first, int count, FloatBuffer input) {
            input.put(0, z, first * latentSize, count * latentSize);
          }

          @Override
          public void drain(int first, int count, Slot slot) {
            int size = layout.shape().size();
            float[][] parameters = new float[outputs][count * size];
            for (int i = 0; i < outputs; i++) {
              layout.fromFile(slot.output(i), parameters[i], 0, count);
            }
            for (int i = 0; i < count; i++) {
              int item = (first + i) / samples;
              nats[first + i] =
                  likelihood.negativeLog(images, item * size, parameters, i * size, size);
            }
          }
        });
    return nats;
  }

  @Override
  public void close() {
    network.close();
  }
}
