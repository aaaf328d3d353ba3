package org.betavae.export.toonnx;

import java.util.List;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * Where a TensorFlow operator has its channels; ONNX always has them second.
 *
 * @param channelsLast true for NHWC and NDHWC
 * @param spatial number of dimensions beside batch and channels
 */
record Layout(boolean channelsLast, int spatial) {
  /** The layout that a node's {@code data_format} names. */
  static Layout of(TfNode n, int spatial, Emitter out) {
    String format = n.text("data_format", "NHWC");
    return switch (format) {
      case "NHWC", "NDHWC", "NWC" -> new Layout(true, spatial);
      case "NCHW", "NCDHW", "NCW" -> new Layout(false, spatial);
      default -> throw out.fail("data_format is " + format, "expected channels first or last");
    };
  }

  /** The value with its channels second. */
  OnnxValue toOnnx(OnnxValue v, Emitter out) {
    return channelsLast ? out.transpose(v, Perms.toChannelsFirst(spatial + 2)) : v;
  }

  /** A result with its channels where TensorFlow has them. */
  OnnxValue toTf(OnnxValue v, Emitter out) {
    return channelsLast ? out.transpose(v, Perms.toChannelsLast(spatial + 2)) : v;
  }

  /**
   * The entries of the spatial dimensions in a list over all dimensions; as many of a default if
   * the list is empty.
   */
  long[] spatialOf(List<Long> all, long otherwise) {
    return Emitter.numbers(spatial, i -> all.isEmpty() ? otherwise : all.get(axis(i)));
  }

  /** The axis of a spatial dimension in TensorFlow's layout. */
  int axis(int spatialIndex) {
    return channelsLast ? spatialIndex + 1 : spatialIndex + 2;
  }

  /** The axis of the channels in TensorFlow's layout. */
  int channelAxis() {
    return channelsLast ? spatial + 1 : 1;
  }
}
