package org.betavae.infer;

import static org.betavae.infer.OnnxModelBuilder.FREE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Linear models that a reader can work out: the encoder's mean is the first L values of a flattened
 * image, times 2, and its log-variance the same values, times −1; the decoder's image is 0.5
 * everywhere but for its first L values, which are z + 0.5.
 */
final class TestModels {
  static final int LATENTS = 2;

  private TestModels() {}

  /**
   * A folder with both files as {@code export} writes them, images {@code [C, H, W]} or vectors.
   */
  static Path folder(Path folder, long... itemDims) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String shape = Arrays.toString(itemDims);
    encoder(itemDims)
        .property("betavae.format_version", "1")
        .property("betavae.role", "encoder")
        .property("betavae.input_shape", shape)
        .property("betavae.latent_size", "2")
        .property("betavae.likelihood", "bernoulli")
        .property("betavae.objective", "beta-vae")
        .property("betavae.objective_settings", "{\"beta\":4.0}")
        .property("betavae.dataset", "sprites")
        .property("betavae.steps", "3000")
        .property("betavae.seed", "-7")
        .property("betavae.kl_per_dimension", "[1.5, 0]")
        .property("betavae.posterior_mean", "[0.25,-1e-3]")
        .property("betavae.posterior_std", "[ 1 , 0.5 ]")
        .property("betavae.producer_version", "0.1.0")
        .property("betavae.parity_max_abs_difference", "3.5e-7")
        .property("betavae.parity_inputs", "64")
        .write(folder.resolve("encoder.onnx"));
    decoder(itemDims)
        .property("betavae.role", "decoder")
        .property("betavae.input_shape", shape)
        .property("betavae.latent_size", "2")
        .property("betavae.likelihood", "bernoulli")
        .write(folder.resolve("decoder.onnx"));
    return folder;
  }

  /** Input {@code x}, outputs {@code mean} and {@code log_var}, without properties. */
  static OnnxModelBuilder encoder(long... itemDims) {
    return encoder("x", "mean", "log_var", itemDims);
  }

  static OnnxModelBuilder encoder(String input, String mean, String logVar, long... itemDims) {
    return encoderNodes(
            new OnnxModelBuilder().input(input, batch(itemDims)), input, mean, logVar, itemDims)
        .output(mean, FREE, LATENTS)
        .output(logVar, FREE, LATENTS);
  }

  /** The encoder's nodes and weights, for a model whose inputs and outputs are declared apart. */
  static OnnxModelBuilder encoderNodes(
      OnnxModelBuilder model, String input, String mean, String logVar, long... itemDims) {
    int size = size(itemDims);
    return model
        .weight("mean_weight", diagonal(size, LATENTS, 2), size, LATENTS)
        .weight("log_var_weight", diagonal(size, LATENTS, -1), size, LATENTS)
        .node("Flatten", List.of(input), "flat", "axis", 1)
        .node("MatMul", List.of("flat", "mean_weight"), mean)
        .node("MatMul", List.of("flat", "log_var_weight"), logVar);
  }

  /** Input {@code z}, output {@code x}, without properties. */
  static OnnxModelBuilder decoder(long... itemDims) {
    return decoder("z", "x", 0.5f, itemDims);
  }

  /** A decoder whose values are {@code offset}, or z + offset. */
  static OnnxModelBuilder decoder(String input, String output, float offset, long... itemDims) {
    int size = size(itemDims);
    float[] offsets = new float[size];
    Arrays.fill(offsets, offset);
    return new OnnxModelBuilder()
        .input(input, FREE, LATENTS)
        .output(output, batch(itemDims))
        .weight("weight", diagonal(LATENTS, size, 1), LATENTS, size)
        .weight("offset", offsets, size)
        .sizes("shape", batch(itemDims))
        .node("Gemm", List.of(input, "weight", "offset"), "flat")
        .node("Reshape", List.of("flat", "shape"), output);
  }

  /** {@code [rows, columns]} with the value where row and column are the same. */
  static float[] diagonal(int rows, int columns, float value) {
    float[] matrix = new float[rows * columns];
    for (int i = 0; i < Math.min(rows, columns); i++) {
      matrix[i * columns + i] = value;
    }
    return matrix;
  }

  static long[] batch(long... itemDims) {
    return LongStream.concat(LongStream.of(FREE), LongStream.of(itemDims)).toArray();
  }

  private static int size(long... itemDims) {
    return (int) LongStream.of(itemDims).reduce(1, (a, b) -> a * b);
  }
}
