/** Embedding and generation with exported beta-VAE models on ONNX Runtime. */
module org.betavae.infer {
  requires com.microsoft.onnxruntime;
  requires static transitive java.desktop; // only PictureInput needs it

  exports org.betavae.infer;
}
