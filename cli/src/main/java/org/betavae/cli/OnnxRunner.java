package org.betavae.cli;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.infer.OnnxRuntime;

/**
 * Runs any ONNX model of tensors of numbers, to compare it with what it was made from. For one
 * thread; {@code close()} may be called twice.
 */
final class OnnxRunner implements AutoCloseable {
  private static final Map<OnnxJavaType, ElementType> TYPES =
      Map.of(
          OnnxJavaType.FLOAT, ElementType.FLOAT32,
          OnnxJavaType.DOUBLE, ElementType.FLOAT64,
          OnnxJavaType.FLOAT16, ElementType.FLOAT16,
          OnnxJavaType.INT8, ElementType.INT8,
          OnnxJavaType.INT16, ElementType.INT16,
          OnnxJavaType.INT32, ElementType.INT32,
          OnnxJavaType.INT64, ElementType.INT64,
          OnnxJavaType.UINT8, ElementType.UINT8,
          OnnxJavaType.BOOL, ElementType.BOOL);

  private final String what;
  private final OrtEnvironment environment = environment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;
  private boolean closed;

  /** How a session comes about. */
  private interface Opening {
    OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  /**
   * Opens a model.
   *
   * @param what where the bytes come from, for messages
   * @throws CommandException if ONNX Runtime refuses the model
   */
  OnnxRunner(byte[] model, String what) {
    this(what, (env, options) -> env.createSession(model, options));
  }

  /**
   * Opens a file, with the weights that it may keep beside itself.
   *
   * @throws CommandException if ONNX Runtime refuses the model
   */
  OnnxRunner(Path file) {
    this(file.toString(), (env, options) -> env.createSession(file.toString(), options));
  }

  private static OrtEnvironment environment() {
    OnnxRuntime.start();
    return OrtEnvironment.getEnvironment();
  }

  private OnnxRunner(String what, Opening opening) {
    this.what = what;
    try {
      // What goes wrong is thrown; ONNX Runtime would also print it, on lines of its own.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      session = opening.open(environment, options);
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

  /** The inputs, -1 where a dimension is free. */
  List<TensorSpec> inputs() {
    try {
      return specs(session.getInputInfo());
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /** The outputs, -1 where a dimension is free. */
  List<TensorSpec> outputs() {
    try {
      return specs(session.getOutputInfo());
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  Map<String, Tensor> run(Map<String, Tensor> inputs) {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (String name : session.getInputNames()) {
        feed.put(name, open(inputs.get(name)));
      }
      try (OrtSession.Result result = session.run(feed)) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          outputs.put(entry.getKey(), copy(entry.getKey(), entry.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw failed(e);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor open(Tensor t) throws OrtException {
    ByteBuffer direct = ByteBuffer.allocateDirect(t.data().remaining());
    direct.order(ByteOrder.nativeOrder()).put(t.data()).flip();
    OnnxJavaType type =
        TYPES.entrySet().stream()
            .filter(e -> e.getValue() == t.type())
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(
                () ->
                    CommandException.unusable(
                        "an input of "
                            + what
                            + " is "
                            + t.type().numpyName()
                            + ", expected a type that ONNX Runtime takes. Cast it in the model."));
    return OnnxTensor.createTensor(environment, direct, t.shape(), type);
  }

  private Tensor copy(String name, OnnxValue value) {
    ElementType type = value instanceof OnnxTensor tensor ? TYPES.get(tensor.getInfo().type) : null;
    if (type == null) {
      throw CommandException.unusable(
          "output " + name + " of " + what + ": " + value.getType() + ", expected numbers.");
    }
    OnnxTensor tensor = (OnnxTensor) value;
    return Tensor.of(type, tensor.getInfo().getShape(), tensor.getByteBuffer());
  }

  private static List<TensorSpec> specs(Map<String, NodeInfo> infos) {
    List<TensorSpec> specs = new ArrayList<>();
    infos.forEach(
        (name, info) -> {
          if (info.getInfo() instanceof TensorInfo tensor) {
            ElementType type = TYPES.get(tensor.type);
            specs.add(
                new TensorSpec(
                    name,
                    type == null ? tensor.type.toString() : type.numpyName(),
                    Arrays.stream(tensor.getShape()).boxed().toList()));
          }
        });
    return specs;
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
