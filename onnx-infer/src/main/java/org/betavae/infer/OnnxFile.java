package org.betavae.infer;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One ONNX file, opened twice: a session whose operators run on the caller's thread alone, for bulk
 * work and for concurrent callers, and one whose operators run on all threads, for the latency of a
 * single small call. Both give the same results but for the rounding of float32, since work that is
 * shared out may be summed in another order.
 *
 * <p>Safe for threads, as sessions are, but for {@link #close()}, which the owner calls when no
 * call is in flight.
 */
final class OnnxFile implements AutoCloseable {
  private final Path path;
  private final NativeHandles handles = new NativeHandles();
  private final OrtSession single;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final Map<String, String> properties;
  private Optional<OrtSession> parallel = Optional.empty();

  OnnxFile(OnnxSource source, ModelOptions options, Provider provider) {
    this.path = source.path();
    source.checkReadable();
    try {
      Sessions sessions = new Sessions(source, provider, options.optimisation(), options.cache());
      this.single = sessions.open(1, handles);
      // A GPU computes one call at a time anyway; a second session would double its memory.
      if (options.threads() > 1 && provider != Provider.CUDA) {
        this.parallel = Optional.of(sessions.open(options.threads(), handles));
      }
      this.inputs = specs(single.getInputInfo());
      this.outputs = specs(single.getOutputInfo());
      this.properties = Map.copyOf(single.getMetadata().getCustomMetadata());
    } catch (OrtException e) {
      handles.close();
      throw new ModelException(
          path,
          "ONNX Runtime cannot load it: "
              + Ort.oneLine(e)
              + ". Expected a whole ONNX file of a supported opset; export or copy it again.",
          e);
    } catch (RuntimeException | Error e) {
      handles.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /** Runs each call on the calling thread. */
  OrtSession single() {
    return single;
  }

  /** Runs each call on all threads; empty for a single thread. */
  Optional<OrtSession> parallel() {
    return parallel;
  }

  List<TensorSpec> inputs() {
    return inputs;
  }

  /** The outputs as the file declares them; sizes may be missing or wrong, see {@link #probe}. */
  List<TensorSpec> outputs() {
    return outputs;
  }

  /** The file's {@code metadata_props}. */
  Map<String, String> properties() {
    return properties;
  }

  /**
   * Runs the file once on zeros and returns its outputs with the sizes they really have. An output
   * is left out if it is no tensor.
   *
   * @param input the only input, sizes known but for the batch
   */
  List<TensorSpec> probe(TensorSpec input, int batch) {
    try (OnnxTensor tensor = zeros(input, batch);
        OrtSession.Result result = single.run(Map.of(input.name(), tensor))) {
      List<TensorSpec> found = new ArrayList<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        if (output.getValue().getInfo() instanceof TensorInfo info) {
          found.add(spec(output.getKey(), info));
        }
      }
      return found;
    } catch (OrtException e) {
      throw failed(batch, e);
    }
  }

  private static OnnxTensor zeros(TensorSpec input, int batch) throws OrtException {
    ByteBuffer zeros =
        Slot.aligned(Math.multiplyExact(4 * batch, input.itemSize()))
            .order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(Ort.environment(), zeros.asFloatBuffer(), input.shape(batch));
  }

  ModelException failed(int batch, OrtException e) {
    return new ModelException(
        path,
        "ONNX Runtime failed on a batch of "
            + batch
            + ": "
            + Ort.oneLine(e)
            + ". Check the file with a known input, or export it again.",
        e);
  }

  @Override
  public void close() {
    handles.close();
  }

  private static List<TensorSpec> specs(Map<String, NodeInfo> nodes) {
    return nodes.values().stream()
        .map(
            node ->
                node.getInfo() instanceof TensorInfo info
                    ? spec(node.getName(), info)
                    : new TensorSpec(node.getName(), "no tensor", List.of()))
        .toList();
  }

  private static TensorSpec spec(String name, TensorInfo info) {
    return new TensorSpec(
        name, info.type.toString(), Arrays.stream(info.getShape()).boxed().toList());
  }
}
