package org.betavae.bench;

import java.util.concurrent.TimeUnit;
import org.betavae.infer.Embeddings;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Latency of one call of {@code BetaVaeModel.embed}, by where its images lie and its results go.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EmbedBenchmark {
  /** From an array, into new arrays. */
  @Benchmark
  public Embeddings newArrays(OpenModel model) {
    return model.open.embed(model.images);
  }

  /** From an array, into the caller's arrays. */
  @Benchmark
  public void callersArrays(OpenModel model) {
    model.open.embed(model.images, model.mean, model.logVar);
  }

  /** From a direct buffer, in place, into the caller's direct buffers. */
  @Benchmark
  public void directBuffers(OpenModel model) {
    model.open.embed(model.directImages, model.directMean, model.directLogVar);
  }
}
