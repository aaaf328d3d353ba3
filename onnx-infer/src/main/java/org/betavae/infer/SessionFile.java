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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ONNX file, opened twice: a session whose operators run on the caller's thread alone, for bulk
 * work and for concurrent callers, and one whose operators run on all threads, for the latency of a
 * single small call. Both give the same results but for the rounding of float32, since work that is
 * shared out may be summed in another order.
 *
 * <p>Safe for threads, as sessions are, but for {@link #close()}, which the owner calls when no
 * call is in flight.
 */
final class SessionFile implements OnnxFile {
  private final Path path;
  private final NativeHandles handles = new NativeHandles();
  private final OrtSession single;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final Map<String, String> properties;
  private Optional<OrtSession> parallel = Optional.empty();

  SessionFile(OnnxSource source, ModelOptions options, Provider provider) {
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

  @Override
  public Path path() {
    return path;
  }

  @Override
  public OrtSession single() {
    return single;
  }

  @Override
  public Optional<OrtSession> parallel() {
    return parallel;
  }

  @Override
  public List<TensorSpec> inputs() {
    return inputs;
  }

  @Override
  public List<TensorSpec> outputs() {
    return outputs;
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  @Override
  public List<TensorSpec> probe(TensorSpec input, int batch) {
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

  @Override
  public ModelException failed(int batch, OrtException e) {
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
    List<TensorSpec> specs = new ArrayList<>();
    for (NodeInfo node : nodes.values()) {
      specs.add(
          node.getInfo() instanceof TensorInfo info
              ? spec(node.getName(), info)
              : new TensorSpec(node.getName(), "no tensor", List.of()));
    }
    return specs;
  }

  private static TensorSpec spec(String name, TensorInfo info) {
    List<Long> dims = new ArrayList<>();
    for (long dim : info.getShape()) {
      dims.add(dim);
    }
    return new TensorSpec(name, info.type.toString(), dims);
  }
}
