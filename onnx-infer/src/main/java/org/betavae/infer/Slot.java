package org.betavae.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Direct buffers for one chunk, and the tensors that wrap them: the input is read and the outputs
 * are written by ONNX Runtime in place. Used by one thread at a time.
 *
 * <p>A pinned tensor's shape must be the batch's exactly: the tensors of the last few batch sizes
 * are kept.
 */
final class Slot implements AutoCloseable {
  /** A cache line, and the widest vector register: no row of values straddles two for nothing. */
  static final int ALIGNMENT = 64;

  /** Batch sizes whose tensors are kept: a bulk call has two, its chunks and the rest. */
  private static final int KEPT = 4;

  private final int capacity;
  private final TensorSpec inputSpec;
  private final List<TensorSpec> outputSpecs;
  private final Optional<Sigmoid> sigmoid;
  private final FloatBuffer input;
  private final FloatBuffer[] outputs;
  private final FloatBuffer activated;
  private final Tensors[] kept = new Tensors[KEPT];

  // Kept, and filled anew for each run.
  private final Map<String, OnnxTensor> elsewhere = new NamedValues<>();
  private int oldest;

  /** The tensors of one batch size. */
  private static final class Tensors {
    final int batch;
    final long[] inputShape;
    final NativeHandles handles = new NativeHandles();
    final Map<String, OnnxValue> outputs = new NamedValues<>();
    final Map<String, OnnxTensor> inputs = new NamedValues<>();
    final Map<String, OnnxTensor> logits = new NamedValues<>();
    final Map<String, OnnxTensor> activated = new NamedValues<>();

    Tensors(int batch, long[] inputShape) {
      this.batch = batch;
      this.inputShape = inputShape;
    }
  }

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
    this.outputs = new FloatBuffer[outputs.size()];
    for (int i = 0; i < this.outputs.length; i++) {
      this.outputs[i] = buffer(capacity, outputs.get(i));
    }
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

  /** Runs the session on the first items of the input. */
  void run(OrtSession session, int batch) throws OrtException {
    Tensors tensors = tensors(batch);
    run(session, tensors, tensors.inputs);
  }

  /**
   * Runs the session on items that lie elsewhere.
   *
   * @param items direct, of native byte order, exactly {@code batch} items
   */
  void run(OrtSession session, int batch, FloatBuffer items) throws OrtException {
    Tensors tensors = tensors(batch);
    try (OnnxTensor tensor =
        OnnxTensor.createTensor(Ort.environment(), items, tensors.inputShape)) {
      elsewhere.put(inputSpec.name(), tensor);
      run(session, tensors, elsewhere);
    } finally {
      elsewhere.put(inputSpec.name(), null); // closed, and nothing of the caller's is kept
    }
  }

  private void run(OrtSession session, Tensors tensors, Map<String, OnnxTensor> inputs)
      throws OrtException {
    session.run(inputs, tensors.outputs).close();
    if (sigmoid.isPresent()) {
      sigmoid.get().run(tensors.logits, tensors.activated);
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < KEPT; i++) {
      if (kept[i] != null) {
        kept[i].handles.close();
        kept[i] = null;
      }
    }
  }

  private Tensors tensors(int batch) throws OrtException {
    for (Tensors tensors : kept) {
      if (tensors != null && tensors.batch == batch) {
        return tensors;
      }
    }
    if (kept[oldest] != null) {
      kept[oldest].handles.close();
      kept[oldest] = null;
    }
    Tensors made = wrap(batch);
    kept[oldest] = made;
    oldest = (oldest + 1) % KEPT;
    return made;
  }

  private Tensors wrap(int batch) throws OrtException {
    Tensors made = new Tensors(batch, inputSpec.shape(batch));
    try {
      made.inputs.put(inputSpec.name(), made.handles.add(tensor(input, inputSpec, batch)));
      for (int i = 0; i < outputs.length; i++) {
        TensorSpec spec = outputSpecs.get(i);
        OnnxTensor tensor = made.handles.add(tensor(outputs[i], spec, batch));
        made.outputs.put(spec.name(), tensor);
        if (i == 0 && sigmoid.isPresent()) {
          made.logits.put(Sigmoid.IN, tensor);
          made.activated.put(Sigmoid.OUT, made.handles.add(tensor(activated, spec, batch)));
        }
      }
      return made;
    } catch (OrtException | RuntimeException | Error e) {
      made.handles.close();
      throw e;
    }
  }

  private static OnnxTensor tensor(FloatBuffer data, TensorSpec spec, int items)
      throws OrtException {
    FloatBuffer part = data.duplicate().limit(items * spec.itemSize());
    return OnnxTensor.createTensor(Ort.environment(), part, spec.shape(items));
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
