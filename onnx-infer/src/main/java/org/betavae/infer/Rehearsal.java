package org.betavae.infer;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens a model that is not there, while another thread unpacks and starts ONNX Runtime: by the
 * time the real one is opened, the classes of that path are loaded and their lambdas linked, which
 * takes about as long as the unpacking. Without effect besides.
 */
final class Rehearsal {
  private static final int LATENTS = 2;
  private static final int SIDE = 8;
  private static final Map<String, String> FACTS =
      Map.of(
          "betavae.format_version", "1",
          "betavae.input_shape", "[1,8,8]",
          "betavae.latent_size", "2",
          "betavae.likelihood", "bernoulli",
          "betavae.objective_settings", "{\"beta\":4.0}",
          "betavae.steps", "1",
          "betavae.posterior_mean", "[0.1,1E-5]",
          "betavae.parity_inputs", "64");

  private Rehearsal() {}

  /** Begins the start of ONNX Runtime and rehearses beside it; does nothing if it was started. */
  static void whileOnnxRuntimeStarts(ModelOptions options) {
    if (OnnxRuntime.begin(NativeLibraries.Place.of(options))) {
      run();
    }
  }

  static void run() {
    ModelLoader.Loaded loaded =
        ModelLoader.load(
            Optional.of(OnnxSource.file(Path.of("encoder"))),
            Optional.of(OnnxSource.file(Path.of("decoder"))),
            ModelOptions.defaults(),
            (source, options, provider) -> new Script(source.path()));
    loaded.handles().close();
    // ONNX Runtime asks for a log, and names a folder by a secure random number.
    Ort.log().isLoggable(System.Logger.Level.DEBUG);
    new SecureRandom().nextInt();
  }

  /** An encoder or a decoder by what it says of itself. */
  private record Script(Path path) implements OnnxFile {
    private boolean isEncoder() {
      return path.endsWith("encoder");
    }

    private static TensorSpec images(String name, long batch) {
      return new TensorSpec(name, TensorSpec.FLOAT, List.of(batch, 1L, (long) SIDE, (long) SIDE));
    }

    private static TensorSpec latents(String name, long batch) {
      return new TensorSpec(name, TensorSpec.FLOAT, List.of(batch, (long) LATENTS));
    }

    @Override
    public OrtSession single() {
      throw new IllegalStateException("A rehearsal runs nothing.");
    }

    @Override
    public Optional<OrtSession> parallel() {
      return Optional.empty();
    }

    @Override
    public List<TensorSpec> inputs() {
      return List.of(isEncoder() ? images("x", -1) : latents("z", -1));
    }

    @Override
    public List<TensorSpec> outputs() {
      return probe(inputs().get(0), -1);
    }

    @Override
    public Map<String, String> properties() {
      return FACTS;
    }

    @Override
    public List<TensorSpec> probe(TensorSpec input, int batch) {
      return isEncoder()
          ? List.of(latents("mean", batch), latents("log_var", batch))
          : List.of(images("x", batch), images("logits", batch));
    }

    @Override
    public ModelException failed(int batch, OrtException e) {
      return new ModelException(path, "A rehearsal runs nothing.", e);
    }

    @Override
    public void close() {
      // nothing is open
    }
  }
}
