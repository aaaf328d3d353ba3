package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * FactorVAE: reconstruction + KL + γ TC, where a discriminator's logits estimate the total
 * correlation TC = mean(D(z)[0] − D(z)[1]), and the discriminator learns to tell samples of q(z)
 * from samples whose every latent is permuted over the batch.
 *
 * <p>Source: Kim and Mnih 2018, arXiv:1802.05983, equations 2 and 3 and algorithm 2; one batch
 * serves for both, as in disentanglement_lib.
 *
 * @param gamma γ, at least 0
 * @param discriminator the adversary's network
 */
public record FactorVae(double gamma, Discriminator discriminator) implements Objective {
  static final String NAME = "factor-vae";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("gamma", gamma);
  }

  @Override
  public List<Draw> draws() {
    return List.of(Draw.UNIFORM);
  }

  @Override
  public Loss loss(Pass pass, Terms terms) {
    Operand<TFloat32> permuted = permuted(pass.tf(), terms.z(), terms.draws().get(0));
    return loss(
        pass.tf(),
        terms,
        discriminator.logits(pass, terms.z()),
        discriminator.logits(pass, permuted));
  }

  /**
   * Every latent in an order of its own over the batch. No gradient flows through it.
   *
   * @param z {@code [batch, latent]}
   * @param uniform numbers to sort by, same shape
   */
  static Operand<TFloat32> permuted(Ops tf, Operand<TFloat32> z, Operand<TFloat32> uniform) {
    Operand<TInt32> turn = tf.constant(new int[] {1, 0});
    Operand<TInt32> order =
        tf.nn.topK(tf.linalg.transpose(uniform, turn), Reduce.count(tf, z), TInt32.class).indices();
    Operand<TFloat32> byLatent = tf.linalg.transpose(tf.stopGradient(z), turn);
    return tf.linalg.transpose(
        tf.gather(byLatent, order, tf.constant(1), Gather.batchDims(1L)), turn);
  }

  /**
   * The losses from the discriminator's logits, {@code [batch, 2]}. The adversary's holds z fixed,
   * since it changes the discriminator's weights alone, as the total changes all others alone.
   */
  Loss loss(Ops tf, Terms terms, Operand<TFloat32> logitsOfZ, Operand<TFloat32> logitsOfPermuted) {
    Operand<TFloat32> real = margin(tf, logitsOfZ);
    Operand<TFloat32> fake = margin(tf, logitsOfPermuted);
    Operand<TFloat32> tc = Reduce.batchMean(tf, real);
    Operand<TFloat32> total =
        tf.math.add(
            tf.math.add(terms.reconstruction(), terms.kl()),
            tf.math.mul(tf.constant((float) gamma), tc));
    // The cross-entropy of two logits is softplus of the wrong one minus the right one.
    Operand<TFloat32> adversary =
        mean(tf, tf.math.softplus(tf.math.neg(real)), tf.math.softplus(fake));
    Map<String, Operand<TFloat32>> parts = new LinkedHashMap<>();
    parts.put("total_correlation", tc);
    parts.put("discriminator_loss", adversary);
    parts.put("discriminator_accuracy", accuracy(tf, real, fake));
    return new Loss(total, parts, Optional.of(adversary));
  }

  private static Operand<TFloat32> accuracy(
      Ops tf, Operand<TFloat32> real, Operand<TFloat32> fake) {
    Operand<TFloat32> zero = tf.constant(0f);
    return mean(
        tf,
        tf.dtypes.cast(tf.math.greaterEqual(real, zero), TFloat32.class),
        tf.dtypes.cast(tf.math.less(fake, zero), TFloat32.class));
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    Operand<TFloat32> sum = tf.math.add(Reduce.batchMean(tf, a), Reduce.batchMean(tf, b));
    return tf.math.mul(sum, tf.constant(0.5f));
  }

  /** First logit minus second, {@code [batch]}. */
  private static Operand<TFloat32> margin(Ops tf, Operand<TFloat32> logits) {
    return Reduce.sum(tf, tf.math.mul(logits, tf.constant(new float[] {1, -1})), 1);
  }
}
