package org.betavae.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.betavae.data.AtomicOutput;
import org.betavae.data.Batch;
import org.betavae.data.Dataset;
import org.betavae.data.NpyWriter;
import org.betavae.data.NpzWriter;
import org.betavae.data.SequentialBatches;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Embeddings;

/**
 * Writes the embeddings of a whole data set, batch by batch.
 *
 * @param batchSize images in one call of the model
 */
record EmbeddingFile(BetaVaeModel model, Dataset data, int batchSize, Console console) {
  /** Endings of the files that can be written. */
  static final List<String> ENDINGS = List.of("npy", "npz", "csv");

  private static final int PREFETCHED_BATCHES = 2;

  /** No Java array is longer. */
  private static final long MOST_VALUES = Integer.MAX_VALUE - 8;

  private interface Sink {
    void accept(Embeddings part) throws IOException;
  }

  /**
   * Embeds everything.
   *
   * @param ending one of {@link #ENDINGS}
   * @return images per second, reading and writing included
   */
  double write(String ending, Path out) throws IOException {
    long start = System.nanoTime();
    switch (ending) {
      case "npy" -> writeNpy(out);
      case "npz" -> writeNpz(out);
      default -> writeCsv(out);
    }
    return data.size() / ((System.nanoTime() - start) / 1e9);
  }

  private int latents() {
    return model.info().latentSize();
  }

  private void writeNpy(Path out) throws IOException {
    try (NpyWriter writer = NpyWriter.create(out, data.size(), latents())) {
      forEach(e -> writer.write(e.mean(), 0, e.mean().length));
    }
  }

  private void writeNpz(Path out) throws IOException {
    requireRoom();
    float[] mean = new float[data.size() * latents()];
    float[] logVar = new float[mean.length];
    int[] done = {0};
    forEach(
        e -> {
          System.arraycopy(e.mean(), 0, mean, done[0], e.mean().length);
          System.arraycopy(e.logVar(), 0, logVar, done[0], e.logVar().length);
          done[0] += e.mean().length;
        });
    try (NpzWriter writer = NpzWriter.create(out)) {
      writer.add("mean", mean, data.size(), latents());
      writer.add("log_var", logVar, data.size(), latents());
      writer.finish();
    }
  }

  /** Both arrays lie in memory until the end, since one follows the other in the file. */
  private void requireRoom() {
    long values = (long) data.size() * latents();
    long most = Math.min(MOST_VALUES, Runtime.getRuntime().maxMemory() / 2 / (2 * Float.BYTES));
    if (values > most) {
      throw CommandException.unusable(
          "embeddings of "
              + data.size()
              + " items with "
              + latents()
              + " latents are "
              + values
              + " means and as many variances, expected at most "
              + most
              + " for a .npz file, which is made in memory. Write a .npy or .csv file, or allow"
              + " more memory with BETAVAE_JAVA_OPTS=-Xmx4g.");
    }
  }

  private void writeCsv(Path out) {
    AtomicOutput.write(
        out,
        stream -> {
          Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
          writer.write(
              IntStream.range(0, latents())
                  .mapToObj(i -> "z" + i)
                  .collect(Collectors.joining(",", "", "\n")));
          forEach(e -> writeRows(writer, e));
          writer.flush();
        });
  }

  private static void writeRows(Writer writer, Embeddings e) throws IOException {
    for (int i = 0; i < e.mean().length; i++) {
      writer.append(Float.toString(e.mean()[i]));
      writer.append((i + 1) % e.latentSize() == 0 ? '\n' : ',');
    }
  }

  private void forEach(Sink sink) throws IOException {
    try (SequentialBatches batches = new SequentialBatches(data, batchSize, PREFETCHED_BATCHES);
        Progress progress = console.progress("embed", data.size())) {
      long done = 0;
      while (batches.hasNext()) {
        Batch batch = batches.next();
        sink.accept(model.embed(ModelData.toModel(batch.values(), model.info())));
        done += batch.size();
        progress.at(done);
      }
    }
  }
}
