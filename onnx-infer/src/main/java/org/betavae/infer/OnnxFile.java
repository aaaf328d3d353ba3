package org.betavae.infer;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One open ONNX file: what it says of itself, and the sessions that run it. */
interface OnnxFile extends AutoCloseable {
  Path path();

  /** Runs each call on the calling thread. */
  OrtSession single();

  /** Runs each call on all threads; empty for a single thread. */
  Optional<OrtSession> parallel();

  List<TensorSpec> inputs();

  /** The outputs as the file declares them; sizes may be missing or wrong, see {@link #probe}. */
  List<TensorSpec> outputs();

  /** The file's {@code metadata_props}. */
  Map<String, String> properties();

  /**
   * Runs the file once on zeros and returns its outputs with the sizes they really have. An output
   * is left out if it is no tensor.
   *
   * @param input the only input, sizes known but for the batch
   */
  List<TensorSpec> probe(TensorSpec input, int batch);

  /** What a failure of ONNX Runtime in running a batch is thrown as. */
  ModelException failed(int batch, OrtException e);

  @Override
  void close();
}
