package org.betavae.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelOptions;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An open model, and arrays and direct buffers of random images and latents for it. */
@State(Scope.Benchmark)
public class OpenModel {
  private static final long SEED = 0;

  /** A model folder, or {@code encoder.onnx+decoder.onnx}: JMH parts values at commas. */
  @Param("first/model")
  public String model;

  /** Processor threads of the model. */
  @Param("2")
  public int threads;

  /** Images of one call. */
  @Param({"1", "64", "256"})
  public int batch;

  BetaVaeModel open;
  float[] images;
  float[] mean;
  float[] logVar;
  FloatBuffer directImages;
  FloatBuffer directMean;
  FloatBuffer directLogVar;

  /** Opens the model and draws its inputs. */
  @Setup(Level.Trial)
  public void open() {
    ModelOptions options = ModelOptions.defaults().withThreads(threads);
    String[] files = model.split("\\+", 2);
    open =
        files.length == 2
            ? BetaVaeModel.open(Path.of(files[0]), Path.of(files[1]), options)
            : BetaVaeModel.open(Path.of(model), options);
    int latents = batch * open.info().latentSize();
    Random random = new Random(SEED);
    images = uniform(batch * open.info().imageSize(), random);
    mean = uniform(latents, random);
    logVar = new float[latents];
    directImages = direct(images);
    directMean = direct(mean);
    directLogVar = direct(logVar);
  }

  /** Closes the model. */
  @TearDown(Level.Trial)
  public void close() {
    open.close();
  }

  private static float[] uniform(int length, Random random) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static FloatBuffer direct(float[] values) {
    return ByteBuffer.allocateDirect(Float.BYTES * values.length)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer()
        .put(0, values);
  }
}
