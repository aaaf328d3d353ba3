package org.betavae.infer;

/** How unusual an image is for a model: one number for each, the higher, the more unusual. */
public enum Score {
  /**
   * The negative evidence lower bound, E_q(z|x)[−log p(x|z)] + KL(q(z|x) ‖ N(0, I)), nats. The
   * expectation is the mean over samples, the divergence is exact.
   *
   * <p>Source: Kingma and Welling 2014, arXiv:1312.6114, equation 7, with the opposite sign.
   */
  NEGATIVE_ELBO,
  /**
   * −log p(x|z), nats: at the mean of q(z|x), or its mean over samples of q(z|x). Low for images
   * that the model can give back, even unlikely ones.
   */
  RECONSTRUCTION,
  /**
   * The negative importance weighted bound −log (1/K) Σ p(x|z_k) p(z_k) / q(z_k|x), nats, which
   * falls towards −log p(x) as the number of samples K grows.
   *
   * <p>Source: Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, equation 8.
   */
  NEGATIVE_IWAE,
  /**
   * How far an image's latents are from those of the training data: √Σ ((μ_j − m_j) / s_j)², where
   * m is each latent's mean over the training data and s its spread, the posteriors' own included:
   * √(Var[μ_j] + E[σ_j²]). No unit. For an image like the others at most about √L, the less the
   * more latents are off (their μ stays at m): compare with the scores of usual images. Needs no
   * decoder.
   */
  LATENT_DISTANCE
}
