package org.betavae.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * 1/(1 + exp(−x)) of each value by ONNX Runtime's vectorised kernel: some ten times as fast as a
 * loop over {@link Math#exp}. Safe for threads.
 */
final class Sigmoid implements AutoCloseable {
  /** Name of the input. */
  static final String IN = "logits";

  /** Name of the output. */
  static final String OUT = "x";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final int FLOAT = 1;

  private final NativeHandles handles = new NativeHandles();
  private final OrtSession session;

  Sigmoid() {
    try {
      OrtSession.SessionOptions options = handles.add(Ort.sessionOptions(1, Optimisation.ALL));
      this.session = handles.add(Ort.environment().createSession(model(), options));
    } catch (OrtException e) {
      handles.close();
      throw new IllegalStateException("ONNX Runtime cannot run Sigmoid: " + Ort.oneLine(e), e);
    } catch (RuntimeException | Error e) {
      handles.close();
      throw e;
    }
  }

  /**
   * Fills the tensor under {@link #OUT} from the one of the same shape under {@link #IN}. Maps, so
   * that those who call often keep them.
   */
  void run(Map<String, OnnxTensor> from, Map<String, OnnxTensor> to) throws OrtException {
    session.run(from, to).close();
  }

  @Override
  public void close() {
    handles.close();
  }

  /**
   * The ModelProto with the one node, written by hand since this module has no protobuf library;
   * the field numbers are those of onnx.proto. The values have no shape, so any fits.
   */
  private static byte[] model() {
    byte[] node = join(text(1, IN), text(2, OUT), text(4, "Sigmoid"));
    byte[] graph =
        join(field(1, node), text(2, "sigmoid"), field(11, value(IN)), field(12, value(OUT)));
    return join(
        number(1, IR_VERSION), field(7, graph), field(8, join(text(1, ""), number(2, OPSET))));
  }

  private static byte[] value(String name) {
    byte[] tensorType = number(1, FLOAT);
    return join(text(1, name), field(2, field(1, tensorType)));
  }

  private static byte[] number(int field, int value) {
    return new byte[] {(byte) (field << 3), (byte) value};
  }

  private static byte[] text(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A length-delimited field; all lengths here stay below 128, one byte of a varint. */
  private static byte[] field(int field, byte[] content) {
    return join(new byte[] {(byte) (field << 3 | 2), (byte) content.length}, content);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
