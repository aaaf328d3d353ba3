package org.betavae.infer;

/** Where a model is computed. */
public enum Provider {
  /** ONNX Runtime's own kernels for the processor. */
  CPU,
  /**
   * The first CUDA device. Needs ONNX Runtime's GPU jar ({@code onnxruntime_gpu}) and CUDA; where
   * either is missing, the model is computed on the CPU and one warning is logged.
   */
  CUDA
}
