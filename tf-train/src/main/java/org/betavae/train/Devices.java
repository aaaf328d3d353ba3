package org.betavae.train;

import java.util.Optional;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Chooses the device and configures TensorFlow's session for it. */
final class Devices {
  /** The precision whose products are bfloat16. */
  static final String BF16 = "bf16";

  private Devices() {}

  /** What a person should know about the precision on that device, if there is anything. */
  static Optional<String> precisionNotice(TrainConfig config, String device) {
    return config.run().precision().equals(BF16) && !device.equals("cpu")
        ? Optional.of(
            "precision bf16 has no effect on a GPU: it rewrites the graph for the processor alone."
                + " Leave it out, or use --device cpu")
        : Optional.empty();
  }

  /**
   * A session configuration for models in use: on the processor, one operator a thread. Operators
   * are not fused: with oneDNN, TensorFlow fuses sums that are outputs of the model too, and then
   * cannot find them, and ends the process on depthwise convolutions with explicit padding.
   */
  static ConfigProto inferenceConfig() {
    RewriterConfig.Builder rewriter =
        RewriterConfig.newBuilder().setRemapping(RewriterConfig.Toggle.OFF);
    return threads(Runtime.getRuntime().availableProcessors())
        .setAllowSoftPlacement(true)
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .putDeviceCount("GPU", 0)
        .build();
  }

  /** A session configuration for a small training on the processor. */
  static ConfigProto classifierConfig(int threads) {
    return threads(threads).setAllowSoftPlacement(true).putDeviceCount("GPU", 0).build();
  }

  /**
   * {@code cpu} or {@code gpu} for a wish of {@code auto}, {@code cpu} or {@code gpu}.
   *
   * @throws TrainException if {@code gpu} is wished for and there is none
   */
  static String resolve(String wish) {
    if (wish.equals("cpu")) {
      return "cpu";
    }
    if (hasGpu()) {
      return "gpu";
    }
    if (wish.equals("gpu")) {
      throw TrainException.unusable(
          "No GPU: device is gpu, and TensorFlow finds none. It needs Linux x86-64, CUDA 12.5,"
              + " cuDNN 9.3 and TensorFlow's libraries for it (BETAVAE_GPU=1 ./betavae, or Maven's"
              + " profile gpu). Use device auto or cpu to train on the processor.");
    }
    return "cpu";
  }

  /** A session configuration for that device and those settings. */
  static ConfigProto sessionConfig(TrainConfig config, String device) {
    int towers = Math.min(config.threads(), config.batch());
    RewriterConfig.Builder rewriter = RewriterConfig.newBuilder();
    if (config.run().precision().equals(BF16) && device.equals("cpu")) {
      rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    ConfigProto.Builder proto =
        threads(towers)
            .setAllowSoftPlacement(true)
            .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter));
    if (device.equals("cpu")) {
      proto.putDeviceCount("GPU", 0);
    } else {
      proto.setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true));
    }
    return proto.build();
  }

  /**
   * One tower a thread: operators run side by side, each on one thread. The pool within operators
   * is the process's and takes its size from the first session that there is, so every session says
   * the same; the pool for operators side by side would be too, unless it is asked for otherwise.
   */
  private static ConfigProto.Builder threads(int towers) {
    return ConfigProto.newBuilder()
        .setIntraOpParallelismThreads(1)
        .setInterOpParallelismThreads(towers)
        .setUsePerSessionThreads(true);
  }

  private static boolean hasGpu() {
    ConfigProto config =
        threads(1)
            .setAllowSoftPlacement(false)
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .build();
    try (Graph graph = new Graph();
        Session session = new Session(graph, config)) {
      DeviceSpec gpu =
          DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.GPU).deviceIndex(0).build();
      Ops tf = Ops.create(graph).withDevice(gpu);
      session.runner().fetch(tf.math.neg(tf.constant(1f))).run().close();
      return true;
    } catch (TensorFlowException | IllegalArgumentException e) {
      return false; // the probe asks for nothing but a GPU, so this is its absence
    }
  }
}
