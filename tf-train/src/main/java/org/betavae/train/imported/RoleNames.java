package org.betavae.train.imported;

/**
 * What the inputs and outputs of a model are called, as far as somebody said it; null where it is
 * to be found out.
 *
 * @param input encoder's input
 * @param mean encoder's output: the mean
 * @param logVar encoder's output: the log-variance
 * @param latentInput decoder's input
 * @param output decoder's output: the images
 */
public record RoleNames(
    String input, String mean, String logVar, String latentInput, String output) {
  /** Nothing said. */
  public static final RoleNames UNKNOWN = new RoleNames(null, null, null, null, null);
}
