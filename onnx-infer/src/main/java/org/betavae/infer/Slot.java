package org.betavae.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Direct buffers for one chunk, and the tensors that wrap them: the input is read and the outputs
 * are written by ONNX Runtime in place. Used by one thread at a time.
 */
final class Slot implements AutoCloseable {
  /** A cache line, and the widest vector register: no row of values straddles two for nothing. */
  static final int ALIGNMENT = 64;

  private final int capacity;
  private final TensorSpec inputSpec;
  private final List<TensorSpec> outputSpecs;
  private final Optional<Sigmoid> sigmoid;
  private final FloatBuffer input;
  private final FloatBuffer[] outputs;
  private final FloatBuffer activated;

  private final NativeHandles tensors = new NativeHandles();
  private Map<String, OnnxTensor> inputTensors = Map.of();
  private Map<String, OnnxValue> outputTensors = Map.of();
  private OnnxTensor logits;
  private OnnxTensor activatedTensor;
  private int batch;

  /**
   * @param capacity largest batch
   * @param sigmoid applied to the first output if present
   */
  Slot(int capacity, TensorSpec input, List<TensorSpec> outputs, Optional<Sigmoid> sigmoid) {
    this.capacity = capacity;
    this.inputSpec = input;
    this.outputSpecs = outputs;
    this.sigmoid = sigmoid;
    this.input = buffer(capacity, input);
    this.outputs = outputs.stream().map(spec -> buffer(capacity, spec)).toArray(FloatBuffer[]::new);
    this.activated = sigmoid.isPresent() ? buffer(capacity, outputs.get(0)) : this.outputs[0];
  }

  int capacity() {
    return capacity;
  }

  /** The input of the next run, row-major in the file's own layout. */
  FloatBuffer input() {
    return input;
  }

  /** An output of the last run. */
  FloatBuffer output(int index) {
    return index == 0 ? activated : outputs[index];
  }

  /** Runs the session on the first {@code newBatch} items of the input. */
  void run(OrtSession session, int newBatch) throws OrtException {
    if (newBatch != batch) {
      wrap(newBatch);
    }
    session.run(inputTensors, outputTensors).close();
    if (sigmoid.isPresent()) {
      sigmoid.get().run(logits, activatedTensor);
    }
  }

  @Override
  public void close() {
    batch = 0;
    tensors.close();
  }

  /** A pinned tensor's shape must be the batch's exactly. */
  private void wrap(int newBatch) throws OrtException {
    close();
    inputTensors = Map.of(inputSpec.name(), tensor(input, inputSpec, newBatch));
    Map<String, OnnxValue> pinned = new LinkedHashMap<>();
    for (int i = 0; i < outputs.length; i++) {
      TensorSpec spec = outputSpecs.get(i);
      OnnxTensor tensor = tensor(outputs[i], spec, newBatch);
      pinned.put(spec.name(), tensor);
      if (i == 0 && sigmoid.isPresent()) {
        logits = tensor;
        activatedTensor = tensor(activated, spec, newBatch);
      }
    }
    outputTensors = pinned;
    batch = newBatch;
  }

  private OnnxTensor tensor(FloatBuffer data, TensorSpec spec, int items) throws OrtException {
    FloatBuffer part = data.duplicate().limit(items * spec.itemSize());
    return tensors.add(OnnxTensor.createTensor(Ort.environment(), part, spec.shape(items)));
  }

  private static FloatBuffer buffer(int capacity, TensorSpec spec) {
    int bytes = Math.multiplyExact(Float.BYTES, Math.multiplyExact(capacity, spec.itemSize()));
    // ONNX Runtime reads other byte orders as if they were the native one.
    return aligned(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** So many bytes of native memory from a multiple of {@link #ALIGNMENT} on; big-endian. */
  static ByteBuffer aligned(int bytes) {
    // A slice loses up to one unit at each end.
    return ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * ALIGNMENT))
        .alignedSlice(ALIGNMENT)
        .limit(bytes)
        .slice();
  }
}
