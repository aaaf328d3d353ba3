package org.betavae.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** {@code embed}: data to latent means. */
final class EmbedCommand extends Command {
  private static final Opt<String> DATA = CommonOptions.DATA.needed();
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE", "file to write: .npy, .npz or .csv").needed();
  private static final Opt<Integer> BATCH =
      Opt.integer("batch", "images in one call of the model", 1, 65_536).or(256);
  private static final int PREFETCHED_BATCHES = 2;

  EmbedCommand() {
    super("embed", CommandGroup.USE, "turn data into latent vectors");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options = new ArrayList<>(List.of(ModelSource.MODEL, DATA, OUT, BATCH));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return """
        .npy holds the means, float32 [N, latents]; .npz the arrays mean and log_var; .csv the
        means under a header z0,z1,...""";
  }

  @Override
  List<String> examples() {
    return List.of("embed --model first/model --data sprites:small --out z.npy");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    Path out = args.get(OUT);
    String ending = Targets.file(OUT, out, List.of("npy", "npz", "csv"));
    try (BetaVaeModel model = ModelSource.open(args, ModelSource.Need.ENCODER);
        Dataset data = ModelData.open(args.get(DATA), model.info())) {
      long start = System.nanoTime();
      Source source = new Source(model, data, args.get(BATCH), console);
      switch (ending) {
        case "npy" -> writeNpy(out, source);
        case "npz" -> writeNpz(out, source);
        default -> writeCsv(out, source);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return report(out, source, seconds, console);
    }
  }

  private static Outcome report(Path out, Source source, double seconds, Console console) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    double rate = source.data.size() / seconds;
    json.put("images", source.data.size()).put("latent_size", source.latents());
    json.put("data", source.data.name()).put("out", out.toString());
    json.put("seconds", Numbers.rounded(seconds)).put("images_per_s", Numbers.rounded(rate));
    console.say(
        "Embedded "
            + Numbers.count(source.data.size())
            + " images as "
            + source.latents()
            + " latents each, "
            + Numbers.brief(rate)
            + " images/s: "
            + out);
    return Outcome.done(json);
  }

  private static void writeNpy(Path out, Source source) throws IOException {
    try (NpyWriter writer = NpyWriter.create(out, source.data.size(), source.latents())) {
      source.forEach(e -> writer.write(e.mean(), 0, e.mean().length));
    }
  }

  private static void writeNpz(Path out, Source source) throws IOException {
    int n = source.data.size();
    float[] mean = new float[Math.multiplyExact(n, source.latents())];
    float[] logVar = new float[mean.length];
    int[] done = {0};
    source.forEach(
        e -> {
          System.arraycopy(e.mean(), 0, mean, done[0], e.mean().length);
          System.arraycopy(e.logVar(), 0, logVar, done[0], e.logVar().length);
          done[0] += e.mean().length;
        });
    try (NpzWriter writer = NpzWriter.create(out)) {
      writer.add("mean", mean, n, source.latents());
      writer.add("log_var", logVar, n, source.latents());
      writer.finish();
    }
  }

  private static void writeCsv(Path out, Source source) {
    AtomicOutput.write(
        out,
        stream -> {
          Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
          writer.write(
              IntStream.range(0, source.latents())
                  .mapToObj(i -> "z" + i)
                  .collect(Collectors.joining(",", "", "\n")));
          source.forEach(e -> writeRows(writer, e));
          writer.flush();
        });
  }

  private static void writeRows(Writer writer, Embeddings e) throws IOException {
    for (int i = 0; i < e.mean().length; i++) {
      writer.append(Float.toString(e.mean()[i]));
      writer.append((i + 1) % e.latentSize() == 0 ? '\n' : ',');
    }
  }

  private interface Sink {
    void accept(Embeddings part) throws IOException;
  }

  /** The embeddings of a whole data set, batch by batch. */
  private record Source(BetaVaeModel model, Dataset data, int batchSize, Console console) {
    int latents() {
      return model.info().latentSize();
    }

    void forEach(Sink sink) throws IOException {
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
}
