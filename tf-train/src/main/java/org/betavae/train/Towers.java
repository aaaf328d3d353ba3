package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.BatchNorm;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A batch that went through one or several towers, put together again.
 *
 * @param mean posterior means, {@code [batch, latent]}
 * @param logVar log-variances, same shape
 * @param z first samples, same shape
 * @param reconstruction −log p(x | z), nats, mean over the batch, scalar
 * @param kl KL to the prior, nats, mean over the batch, scalar
 * @param negativeBound −log (1/K) Σ w, nats, mean over the batch, scalar
 */
record Towers(
    Operand<TFloat32> mean,
    Operand<TFloat32> logVar,
    Operand<TFloat32> z,
    Operand<TFloat32> reconstruction,
    Operand<TFloat32> kl,
    Operand<TFloat32> negativeBound) {

  /**
   * How many there are: one a thread, but no more than items; with batch norm, whose statistics are
   * a tower's, so few that each has {@link BatchNorm#LEAST_ITEMS} items or there is one alone.
   */
  static int count(TrainConfig config, Model model) {
    int least = model.usesBatchStatistics() ? BatchNorm.LEAST_ITEMS : 1;
    return Math.max(1, Math.min(config.threads(), config.batch() / least));
  }

  /**
   * Splits a batch among towers with the same weights.
   *
   * @param items {@code [batch, ...]}
   * @param noise {@code [batch * samples, latent]}
   */
  static Towers of(
      Pass pass,
      Forward.Model model,
      Operand<TFloat32> items,
      Operand<TFloat32> noise,
      int count,
      int batch) {
    Ops tf = pass.tf();
    List<Operand<TFloat32>> xs = split(tf, items, batch, count, 1);
    List<Operand<TFloat32>> epsilons = split(tf, noise, batch, count, model.samples());
    Map<String, List<Operand<TFloat32>>> parts = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Pass tower = pass.in("tower" + i);
      Forward f = Forward.of(tower, model, xs.get(i), epsilons.get(i));
      add(parts, "mean", f.posterior().mean());
      add(parts, "logVar", f.posterior().logVar());
      add(parts, "z", f.z());
      add(parts, "reconstruction", sumAll(tower.tf(), f.reconstruction()));
      add(parts, "kl", sumAll(tower.tf(), f.kl()));
      add(parts, "negativeBound", sumAll(tower.tf(), f.negativeBound(tower.tf())));
    }
    Operand<TFloat32> perImage = tf.constant(1f / batch);
    return new Towers(
        join(tf, parts.get("mean")),
        join(tf, parts.get("logVar")),
        join(tf, parts.get("z")),
        tf.math.mul(sum(tf, parts.get("reconstruction")), perImage),
        tf.math.mul(sum(tf, parts.get("kl")), perImage),
        tf.math.mul(sum(tf, parts.get("negativeBound")), perImage));
  }

  /** Any number of items that went through as one. */
  static Towers single(Ops tf, Forward f) {
    return new Towers(
        f.posterior().mean(),
        f.posterior().logVar(),
        f.z(),
        tf.math.mean(f.reconstruction(), tf.constant(0)),
        tf.math.mean(f.kl(), tf.constant(0)),
        tf.math.mean(f.negativeBound(tf), tf.constant(0)));
  }

  /** Rows of {@code x} in {@code count} parts that differ by one item at most. */
  private static List<Operand<TFloat32>> split(
      Ops tf, Operand<TFloat32> x, int items, int count, int rowsPerItem) {
    if (count == 1) {
      return List.of(x);
    }
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = (items / count + (i < items % count ? 1 : 0)) * rowsPerItem;
    }
    return new ArrayList<>(tf.splitV(x, tf.constant(sizes), tf.constant(0), (long) count).output());
  }

  private static void add(
      Map<String, List<Operand<TFloat32>>> parts, String name, Operand<TFloat32> part) {
    parts.computeIfAbsent(name, n -> new ArrayList<>()).add(part);
  }

  private static Operand<TFloat32> join(Ops tf, List<Operand<TFloat32>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(0));
  }

  private static Operand<TFloat32> sum(Ops tf, List<Operand<TFloat32>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.math.addN(parts);
  }

  private static Operand<TFloat32> sumAll(Ops tf, Operand<TFloat32> x) {
    return tf.reduceSum(x, tf.constant(0));
  }
}
