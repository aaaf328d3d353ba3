package org.betavae.train;

/**
 * How a classifier is trained on top of an encoder.
 *
 * @param labels how many labelled items are used, as many of each class as can be, chosen by the
 *     seed; 0 for all
 * @param hidden units of the head's hidden layer; 0 for a linear head
 * @param encoderRate factor of the learning rate for the encoder's weights; 0 leaves them as they
 *     are
 * @param steps optimiser steps, at least 1
 * @param batch items a step, at least 1; no more than there are labelled items
 * @param learningRate of Adam, above 0
 * @param seed of the chosen items, new weights and the order of the data
 * @param threads processor threads
 */
public record ClassifierSettings(
    int labels,
    int hidden,
    double encoderRate,
    long steps,
    int batch,
    double learningRate,
    long seed,
    int threads) {
  /** All labels, a hidden layer of 128 units on an encoder that stays as it is. */
  public static final ClassifierSettings DEFAULT =
      new ClassifierSettings(
          0, 128, 0, 500, 64, 1e-3, 0, Runtime.getRuntime().availableProcessors());

  public ClassifierSettings {
    Settings.require(labels >= 0, "labels", labels, "a whole number >= 0", "Use 0 for all labels.");
    Settings.require(
        hidden >= 0, "hidden", hidden, "a whole number >= 0", "Use 0 for a linear head.");
    Settings.require(
        encoderRate >= 0 && encoderRate < Double.POSITIVE_INFINITY,
        "encoder-rate",
        encoderRate,
        "a finite number >= 0",
        "Use 0 to leave the encoder as it is.");
    Settings.requirePositive("steps", steps);
    Settings.requirePositive("batch", batch);
    Settings.require(
        learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
        "learning-rate",
        learningRate,
        "a finite number > 0",
        "The default is 1e-3.");
    Settings.requirePositive("threads", threads);
  }

  /** The same with another number of labels. */
  public ClassifierSettings withLabels(int value) {
    return new ClassifierSettings(
        value, hidden, encoderRate, steps, batch, learningRate, seed, threads);
  }

  /** The same with another hidden layer. */
  public ClassifierSettings withHidden(int value) {
    return new ClassifierSettings(
        labels, value, encoderRate, steps, batch, learningRate, seed, threads);
  }

  /** The same with another factor for the encoder. */
  public ClassifierSettings withEncoderRate(double value) {
    return new ClassifierSettings(labels, hidden, value, steps, batch, learningRate, seed, threads);
  }

  /** The same with another number of steps. */
  public ClassifierSettings withSteps(long value) {
    return new ClassifierSettings(
        labels, hidden, encoderRate, value, batch, learningRate, seed, threads);
  }

  /** The same with another seed. */
  public ClassifierSettings withSeed(long value) {
    return new ClassifierSettings(
        labels, hidden, encoderRate, steps, batch, learningRate, value, threads);
  }
}
