/**
 * Our small ONNX graph with shapes and constants, its writer, and the reader of ONNX files. Not for
 * use by other projects.
 */
package org.betavae.export.onnx;
