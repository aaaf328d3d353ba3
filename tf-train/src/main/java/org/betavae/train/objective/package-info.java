/** Likelihoods and objectives, in nats per image. */
package org.betavae.train.objective;
