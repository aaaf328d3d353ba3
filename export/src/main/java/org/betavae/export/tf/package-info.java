/**
 * Reading TensorFlow's files into plain Java: SavedModels, frozen graphs, checkpoints. Not for use
 * by other projects.
 */
package org.betavae.export.tf;
