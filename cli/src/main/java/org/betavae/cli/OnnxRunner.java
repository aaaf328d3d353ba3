package org.betavae.cli;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.train.SavedModelRunner.Array;

/**
 * Runs any ONNX model with float32 inputs and outputs, to compare it with what it was made from.
 * For one thread; {@code close()} may be called twice.
 */
final class OnnxRunner implements AutoCloseable {
  private final String what;
  private final OrtEnvironment environment;
  private final OrtSession.SessionOptions options;
  private final OrtSession session;
  private boolean closed;

  /**
   * Opens a model.
   *
   * @param what where the bytes come from, for messages
   * @throws CommandException if ONNX Runtime refuses the model
   */
  OnnxRunner(byte[] model, String what) {
    this.what = what;
    environment = OrtEnvironment.getEnvironment();
    options = new OrtSession.SessionOptions();
    try {
      session = environment.createSession(model, options);
    } catch (OrtException e) {
      options.close();
      throw CommandException.unusable(
          "ONNX Runtime refuses "
              + what
              + ": "
              + reason(e)
              + ", expected a model of operators that it has. Export or convert it again.");
    }
  }

  /** ONNX Runtime's message on one line, without its error code. */
  private static String reason(OrtException e) {
    return e.getMessage()
        .replaceFirst("^Error code - \\w+ - message: ", "")
        .replaceAll("\\s+", " ")
        .replaceFirst("\\.? *$", "");
  }

  /** Shapes of the inputs by name, -1 where a dimension is free. */
  Map<String, long[]> inputs() {
    try {
      return shapes(session.getInputInfo());
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /** Shapes of the outputs by name, -1 where a dimension is free. */
  Map<String, long[]> outputs() {
    try {
      return shapes(session.getOutputInfo());
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  Map<String, Array> run(Map<String, Array> inputs) {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (String name : session.getInputNames()) {
        Array array = inputs.get(name);
        feed.put(
            name,
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(array.values()), array.shape()));
      }
      try (OrtSession.Result result = session.run(feed)) {
        Map<String, Array> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          outputs.put(entry.getKey(), array(entry.getKey(), entry.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw failed(e);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private Array array(String name, OnnxValue value) {
    if (!(value instanceof OnnxTensor tensor) || tensor.getInfo().type != OnnxJavaType.FLOAT) {
      throw CommandException.unusable(
          "output " + name + " of " + what + ": " + value.getType() + ", expected float32.");
    }
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return new Array(tensor.getInfo().getShape(), values);
  }

  private static Map<String, long[]> shapes(Map<String, NodeInfo> infos) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    infos.forEach(
        (name, info) -> {
          if (info.getInfo() instanceof TensorInfo tensor) {
            shapes.put(name, tensor.getShape());
          }
        });
    return shapes;
  }

  private CommandException failed(OrtException e) {
    return CommandException.failed(
        "ONNX Runtime cannot run " + what + ": " + reason(e) + ". Run again with --debug.", e);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      session.close();
    } catch (OrtException e) {
      throw failed(e);
    } finally {
      options.close();
    }
  }
}
