package org.betavae.export.tf;

/**
 * One output of a node.
 *
 * @param node what makes it
 * @param index which of the node's outputs, from 0
 */
public record TfOutput(TfNode node, int index) {}
