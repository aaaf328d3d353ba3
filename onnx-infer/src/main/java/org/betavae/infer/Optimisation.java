package org.betavae.infer;

/** How far ONNX Runtime rewrites a graph when a model is opened. */
public enum Optimisation {
  /** Not at all: the fastest opening, the slowest calls. */
  NONE,
  /** What keeps to ONNX's own operators: constants folded, what is redundant removed. */
  BASIC,
  /** Operators joined as well. */
  EXTENDED,
  /** Layouts for this processor as well: the fastest calls. */
  ALL
}
