package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;

/** The residual network learns colours at once, where it once took the latents for noise. */
class ColourTrainingTest {
  private static final ItemShape SHAPE = ItemShape.image(64, 64, 3);
  private static final int BATCH = 16;
  private static final int STEPS = 30;
  private static final double SIGMA = 0.1;
  private static final double RATE_A_STEP = 5e-6; // a warm-up of 100 steps to 5e-4

  @Test
  void resnet_leavesTheConstantPictureBehind_andUsesItsLatents() {
    TrainConfig config =
        TrainConfig.defaults().toBuilder()
            .arch("resnet")
            .objective("vae")
            .set("likelihood", "gaussian")
            .set("sigma", SIGMA)
            .set("decoder-mean", "sigmoid")
            .latent(32)
            .batch(BATCH)
            .threads(1)
            .build();
    try (VaeSession session = new VaeSession(config, SHAPE, BATCH, "cpu")) {
      session.initialize();
      float[] items = new float[BATCH * SHAPE.size()];
      paint(items, new Random(2));
      float[] terms = {};
      for (int step = 1; step <= STEPS; step++) {
        terms = session.step(items, step, step * RATE_A_STEP);
      }
      double constant = ofMeanPicture(items);
      assertTrue(terms[1] < constant, terms[1] + ", and one picture for all costs " + constant);
      assertTrue(terms[2] > 20, "KL " + terms[2]);
    }
  }

  /** Pictures of one colour with a bar of another. */
  private static void paint(float[] items, Random random) {
    int row = SHAPE.width() * SHAPE.channels();
    for (int i = 0; i < BATCH; i++) {
      int top = random.nextInt(SHAPE.height() - 16);
      float[] colours = new float[6];
      for (int c = 0; c < colours.length; c++) {
        colours[c] = random.nextFloat();
      }
      for (int k = 0; k < SHAPE.size(); k++) {
        boolean bar = k / row >= top && k / row < top + 16;
        items[i * SHAPE.size() + k] = colours[(bar ? 3 : 0) + k % 3];
      }
    }
  }

  /** What the mean of all pictures costs as the reconstruction of each, nats per image. */
  private static double ofMeanPicture(float[] items) {
    double squares = 0;
    for (int k = 0; k < SHAPE.size(); k++) {
      double mean = 0;
      for (int i = 0; i < BATCH; i++) {
        mean += items[i * SHAPE.size() + k] / (double) BATCH;
      }
      for (int i = 0; i < BATCH; i++) {
        double off = items[i * SHAPE.size() + k] - mean;
        squares += off * off;
      }
    }
    double normaliser = SHAPE.size() * (Math.log(SIGMA) + 0.5 * Math.log(2 * Math.PI));
    return squares / BATCH / (2 * SIGMA * SIGMA) + normaliser;
  }
}
