package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * DIP-VAE: reconstruction + KL + λ_od Σ_{k≠l} S_kl² + λ_d Σ_l (S_ll − 1)², where S is the
 * covariance of the means over the batch (I) or of the aggregate posterior, which adds diag(mean
 * σ²) (II). λ_d = factor · λ_od.
 *
 * <p>Source: Kumar, Sattigeri and Balakrishnan 2018, arXiv:1711.00848, equations 6 and 7. The
 * covariance divides by the size of the batch, as in disentanglement_lib.
 *
 * @param kind which S
 * @param lambdaOd λ_od, at least 0
 * @param lambdaDFactor λ_d / λ_od, at least 0
 */
public record DipVae(Kind kind, double lambdaOd, double lambdaDFactor) implements Objective {
  static final String NAME_I = "dip-vae-i";
  static final String NAME_II = "dip-vae-ii";

  /** What the covariance is of. */
  public enum Kind {
    /** The means. */
    I,
    /** The aggregate posterior. */
    II
  }

  @Override
  public String name() {
    return kind == Kind.I ? NAME_I : NAME_II;
  }

  @Override
  public Map<String, Object> settings() {
    return new TreeMap<>(Map.of("lambda-od", lambdaOd, "lambda-d-factor", lambdaDFactor));
  }

  @Override
  public boolean dependsOnBatch() {
    return true;
  }

  @Override
  public Loss loss(Pass pass, Terms terms) {
    Ops tf = pass.tf();
    Operand<TFloat32> s = covariance(tf, terms);
    Operand<TFloat32> diagonal = identity(tf, terms);
    Operand<TFloat32> others = tf.math.mul(s, tf.math.sub(tf.constant(1f), diagonal));
    Operand<TFloat32> excess = tf.math.sub(tf.math.mul(s, diagonal), diagonal);
    Operand<TFloat32> regulariser =
        tf.math.add(squares(tf, others, lambdaOd), squares(tf, excess, lambdaDFactor * lambdaOd));
    Map<String, Operand<TFloat32>> parts = new LinkedHashMap<>();
    parts.put("regulariser", regulariser);
    Operand<TFloat32> total =
        tf.math.add(tf.math.add(terms.reconstruction(), terms.kl()), regulariser);
    return new Loss(total, parts, Optional.empty());
  }

  /** S, {@code [latent, latent]}. */
  Operand<TFloat32> covariance(Ops tf, Terms terms) {
    Operand<TFloat32> centred = tf.math.sub(terms.mean(), Reduce.batchMean(tf, terms.mean()));
    Operand<TFloat32> ofMeans =
        tf.math.div(
            tf.linalg.matMul(centred, centred, MatMul.transposeA(true)),
            Reduce.rows(tf, terms.mean()));
    if (kind == Kind.I) {
      return ofMeans;
    }
    Operand<TFloat32> variance = Reduce.batchMean(tf, tf.math.exp(terms.logVar()));
    return tf.math.add(ofMeans, tf.math.mul(identity(tf, terms), variance));
  }

  private static Operand<TFloat32> squares(Ops tf, Operand<TFloat32> x, double weight) {
    return tf.math.mul(tf.constant((float) weight), Reduce.sum(tf, tf.math.square(x), 0, 1));
  }

  private static Operand<TFloat32> identity(Ops tf, Terms terms) {
    int latent = Math.toIntExact(terms.mean().shape().get(1));
    float[] values = new float[latent * latent];
    for (int i = 0; i < latent; i++) {
      values[i * latent + i] = 1;
    }
    return tf.reshape(tf.constant(values), tf.constant(new int[] {latent, latent}));
  }
}
