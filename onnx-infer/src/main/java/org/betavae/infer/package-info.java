/**
 * Embedding and generation with exported beta-VAE models; start at {@link
 * org.betavae.infer.BetaVaeModel}.
 */
package org.betavae.infer;
