package org.betavae.export;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a converted model with ONNX Runtime. */
public final class Ort {
  private static final Map<ElementType, OnnxJavaType> TYPES =
      Map.of(
          ElementType.FLOAT32,
          OnnxJavaType.FLOAT,
          ElementType.FLOAT64,
          OnnxJavaType.DOUBLE,
          ElementType.INT32,
          OnnxJavaType.INT32,
          ElementType.INT64,
          OnnxJavaType.INT64,
          ElementType.BOOL,
          OnnxJavaType.BOOL,
          ElementType.UINT8,
          OnnxJavaType.UINT8,
          ElementType.FLOAT16,
          OnnxJavaType.FLOAT16,
          ElementType.INT8,
          OnnxJavaType.INT8);

  private Ort() {}

  /** All outputs by name. */
  public static Map<String, Tensor> run(OnnxModel model, Map<String, Tensor> inputs) {
    OrtEnvironment env = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = env.createSession(model.toBytes(), options)) {
        for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
          feeds.put(e.getKey(), tensor(env, e.getValue()));
        }
        try (OrtSession.Result result = session.run(feeds)) {
          Map<String, Tensor> out = new LinkedHashMap<>();
          result.forEach(e -> out.put(e.getKey(), copy((OnnxTensor) e.getValue())));
          return out;
        }
      } finally {
        feeds.values().forEach(OnnxTensor::close);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment env, Tensor t) throws OrtException {
    ByteBuffer direct =
        ByteBuffer.allocateDirect(t.data().remaining()).order(ByteOrder.nativeOrder());
    direct.put(t.data()).flip();
    return OnnxTensor.createTensor(env, direct, t.shape(), TYPES.get(t.type()));
  }

  private static Tensor copy(OnnxTensor t) {
    TensorInfo info = t.getInfo();
    ElementType type =
        TYPES.entrySet().stream()
            .filter(e -> e.getValue() == info.type)
            .findFirst()
            .orElseThrow()
            .getKey();
    return Tensor.of(type, info.getShape(), t.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }
}
