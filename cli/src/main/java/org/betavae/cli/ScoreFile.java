package org.betavae.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.betavae.data.AtomicOutput;
import org.betavae.data.Batch;
import org.betavae.data.Dataset;
import org.betavae.data.NpyWriter;
import org.betavae.data.SequentialBatches;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ScoreOptions;

/**
 * Writes the scores of a whole data set, batch by batch.
 *
 * @param batchSize items in one call of the model
 */
record ScoreFile(
    BetaVaeModel model, Dataset data, int batchSize, ScoreOptions options, Console console) {
  /** Endings of the files that can be written. */
  static final List<String> ENDINGS = List.of("csv", "npy");

  private static final int PREFETCHED_BATCHES = 2;

  /** What was written, in sum. */
  record Result(double mean, double min, double max, double imagesPerSecond) {}

  private interface Sink {
    void accept(double score) throws IOException;
  }

  /**
   * Scores everything.
   *
   * @param ending one of {@link #ENDINGS}
   */
  Result write(String ending, Path out) throws IOException {
    long start = System.nanoTime();
    DoubleSummaryStatistics all = ending.equals("npy") ? writeNpy(out) : writeCsv(out);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Result(all.getAverage(), all.getMin(), all.getMax(), data.size() / seconds);
  }

  private DoubleSummaryStatistics writeNpy(Path out) throws IOException {
    try (NpyWriter writer = NpyWriter.create(out, data.size())) {
      float[] one = new float[1];
      return forEach(
          score -> {
            one[0] = (float) score;
            writer.write(one, 0, 1);
          });
    }
  }

  private DoubleSummaryStatistics writeCsv(Path out) {
    DoubleSummaryStatistics[] all = new DoubleSummaryStatistics[1];
    AtomicOutput.write(
        out,
        stream -> {
          Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
          writer.write("score\n");
          all[0] = forEach(score -> writer.write((float) score + "\n"));
          writer.flush();
        });
    return all[0];
  }

  private DoubleSummaryStatistics forEach(Sink sink) throws IOException {
    DoubleSummaryStatistics all = new DoubleSummaryStatistics();
    try (SequentialBatches batches = new SequentialBatches(data, batchSize, PREFETCHED_BATCHES);
        Progress progress = console.progress("score", data.size())) {
      long done = 0;
      while (batches.hasNext()) {
        Batch batch = batches.next();
        float[] images = ModelData.toModel(batch.values(), model.info());
        for (double score : model.score(images, options)) {
          all.accept(score);
          sink.accept(score);
        }
        done += batch.size();
        progress.at(done);
      }
    }
    return all;
  }
}
