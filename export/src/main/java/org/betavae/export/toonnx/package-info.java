/**
 * Converters, one a TensorFlow operator, and rewrites of the ONNX graph they make. Not for use by
 * other projects.
 */
package org.betavae.export.toonnx;
