package org.betavae.bench;

import java.util.concurrent.TimeUnit;
import org.betavae.infer.Images;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** Latency of one call of {@code BetaVaeModel.decode}, by where its latents lie and images go. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {
  /** From an array, into a new array. */
  @Benchmark
  public Images newArray(OpenModel model) {
    return model.open.decode(model.mean);
  }

  /** From an array, into the caller's array. */
  @Benchmark
  public void callersArray(OpenModel model) {
    model.open.decode(model.mean, model.images);
  }

  /** From a direct buffer, in place, into the caller's direct buffer. */
  @Benchmark
  public void directBuffers(OpenModel model) {
    model.open.decode(model.directMean, model.directImages);
  }
}
