/**
 * Disentanglement metrics: how well the codes of a model match the factors that its data were made
 * from, and scores that need no factors.
 *
 * <p>The usual call:
 *
 * <pre>{@code
 * Codes codes = Codes.of(means, points, latents);
 * LabelledCodes all = new LabelledCodes(codes, FactorClasses.of(classes, points, factors));
 * double mig = Mig.PUBLISHED.measure(all.part(0, 10_000)).score();
 * }</pre>
 *
 * <p>Everywhere L is the number of codes (latents), K that of factors, N that of points; matrices
 * are codes by factors; logarithms are natural. Every metric is a record of its settings with a
 * constant for those of the published study, Locatello et al. 2019, "Challenging Common Assumptions
 * in the Unsupervised Learning of Disentangled Representations", arXiv:1811.12359, whose program
 * disentanglement_lib gives the same numbers. Everything here is immutable and safe for many
 * threads, and the same input and seed give the same result on every machine.
 */
package org.betavae.evaluate;
