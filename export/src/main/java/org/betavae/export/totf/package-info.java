/**
 * From ONNX to TensorFlow: one importer per operator, with the order of dimensions that TensorFlow
 * likes carried along instead of transposed back after every layer.
 */
package org.betavae.export.totf;
