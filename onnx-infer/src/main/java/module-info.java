/** Embedding and generation with exported beta-VAE models on ONNX Runtime. */
module org.betavae.infer {
  requires com.microsoft.onnxruntime;

  exports org.betavae.infer;
}
