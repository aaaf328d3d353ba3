package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The first latents learn the data's factors, one each: γ_sup times the mean, over a batch's items
 * that have labels, of Σ_k (sigmoid(μ_k) − y_k)² ({@code l2}) or of the cross-entropy of logits μ_k
 * with y_k ({@code xent}), where y_k = class / number of classes.
 *
 * <p>Source: Locatello et al. 2020, arXiv:1905.01258, section 3; disentanglement_lib's {@code
 * semi_supervised_vae} ({@code l2} with its {@code learn_scale = False}), which sums over the batch
 * where this averages.
 *
 * @param name {@code l2} or {@code xent}
 * @param weight γ_sup
 */
public record SupervisedLoss(String name, double weight) {
  /** Name of the further term. */
  public static final String TERM = "supervised_loss";

  /** The name that stands for no term. */
  public static final String NONE = "none";

  private static final String L2 = "l2";

  /** Names for {@code --supervised}, in the order in which they are shown. */
  public static final List<String> NAMES = List.of(NONE, L2, "xent");

  /**
   * Adds the term to a loss, and as the further term {@code supervised_loss}, without its weight.
   *
   * @param mean posterior means, {@code [batch, latent]}
   * @param labels y and then 1, or 0 for an item without labels, {@code [batch, factors + 1]}; at
   *     most as many factors as latents
   */
  public Objective.Loss addTo(
      Ops tf, Objective.Loss loss, Operand<TFloat32> mean, Operand<TFloat32> labels) {
    int factors = Math.toIntExact(labels.shape().get(1)) - 1;
    Operand<TFloat32> y = columns(tf, labels, 0, factors);
    Operand<TFloat32> known = Reduce.sum(tf, columns(tf, labels, factors, 1), 1);
    Operand<TFloat32> perItem = Reduce.sum(tf, each(tf, columns(tf, mean, 0, factors), y), 1);
    Operand<TFloat32> count = tf.math.maximum(Reduce.sum(tf, known, 0), tf.constant(1f));
    Operand<TFloat32> value = tf.math.div(Reduce.sum(tf, tf.math.mul(known, perItem), 0), count);
    Map<String, Operand<TFloat32>> parts = new LinkedHashMap<>(loss.parts());
    parts.put(TERM, value);
    Operand<TFloat32> weighted = tf.math.mul(tf.constant((float) weight), value);
    return new Objective.Loss(tf.math.add(loss.total(), weighted), parts, loss.adversary());
  }

  private Operand<TFloat32> each(Ops tf, Operand<TFloat32> mean, Operand<TFloat32> y) {
    return name.equals(L2)
        ? tf.math.square(tf.math.sub(tf.math.sigmoid(mean), y))
        : tf.math.sub(tf.math.softplus(mean), tf.math.mul(y, mean));
  }

  private static Operand<TFloat32> columns(Ops tf, Operand<TFloat32> x, int from, int count) {
    return tf.slice(x, tf.constant(new int[] {0, from}), tf.constant(new int[] {-1, count}));
  }
}
