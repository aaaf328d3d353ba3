package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.export.Producer;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.InferenceBenchmark;

/** {@code bench infer}: throughput and latency of a model. */
final class BenchInferCommand extends Command {
  private static final String ENCODER = "encoder";
  private static final String DECODER = "decoder";
  private static final Opt<List<Integer>> BATCH =
      new Opt<List<Integer>>(
              "batch",
              "N,N,...",
              "images in one call",
              "whole numbers from 1 to 65536 with commas between",
              null,
              false,
              List.of(),
              BenchInferCommand::readBatches)
          .or(List.of(1, 64, 256));
  private static final Opt<String> PART =
      Opt.choice("part", "what to measure", List.of("both", ENCODER, DECODER)).or("both");
  private static final Opt<Double> SECONDS =
      Opt.positive("seconds", "time for each model and batch").or(3.0);
  private static final Opt<Double> WARM_UP =
      Opt.number("warm-up", "seconds before it that do not count", 0, 3600).or(0.7);

  BenchInferCommand() {
    super("bench infer", CommandGroup.MEASURE, "measure speed of embedding and generation");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(
            List.of(ModelSource.MODEL, BATCH, PART, SECONDS, WARM_UP, CommonOptions.SEED));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return "Inputs are random. With --json the object holds the first measurement, and all of them"
        + " in \"results\".";
  }

  @Override
  List<String> examples() {
    return List.of("bench infer --model first/model --batch 1,64,256 --threads 2");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    ArrayNode results = Json.array();
    Table table = new Table("model", "batch", "images/s", "median ms", "99 % ms", "runs");
    String part = args.get(PART);
    ModelSource.Need need =
        switch (part) {
          case ENCODER -> ModelSource.Need.ENCODER;
          case DECODER -> ModelSource.Need.DECODER;
          default -> ModelSource.Need.BOTH;
        };
    List<String> parts = part.equals("both") ? List.of(ENCODER, DECODER) : List.of(part);
    try (BetaVaeModel model = ModelSource.open(args, need)) {
      for (String name : parts) {
        for (int batch : args.get(BATCH)) {
          InferenceBenchmark.Result result = measure(model, name, batch, args);
          results.add(json(name, batch, ModelSource.threads(args), result));
          table.row(
              name,
              Integer.toString(batch),
              Numbers.brief(result.imagesPerS()),
              Numbers.brief(result.p50Ms()),
              Numbers.brief(result.p99Ms()),
              Numbers.count(result.runs()));
        }
      }
    }
    table.lines().forEach(console::say);
    ObjectNode first = (ObjectNode) results.get(0).deepCopy();
    first.set("results", results);
    return Outcome.done(first);
  }

  private static InferenceBenchmark.Result measure(
      BetaVaeModel model, String part, int batch, Arguments args) {
    double warmUp = args.get(WARM_UP);
    double seconds = args.get(SECONDS);
    long seed = args.get(CommonOptions.SEED);
    return part.equals(ENCODER)
        ? InferenceBenchmark.encoder(model, batch, warmUp, seconds, seed)
        : InferenceBenchmark.decoder(model, batch, warmUp, seconds, seed);
  }

  private static ObjectNode json(
      String part, int batch, int threads, InferenceBenchmark.Result result) {
    ObjectNode json = Json.object().put("peer", "betavae").put("version", Producer.version());
    json.put("model", part).put("batch", batch).put("threads", threads);
    json.put("images_per_s", Numbers.rounded(result.imagesPerS()));
    json.put("images_per_s_mean", Numbers.rounded(result.imagesPerSMean()));
    json.put("p50_ms", Numbers.rounded(result.p50Ms()));
    json.put("p99_ms", Numbers.rounded(result.p99Ms()));
    return json.put("runs", result.runs());
  }

  private static Optional<List<Integer>> readBatches(String text) {
    try {
      List<Integer> batches =
          Stream.of(text.split(",", -1)).map(String::strip).map(Integer::valueOf).toList();
      return batches.isEmpty() || batches.stream().anyMatch(b -> b < 1 || b > 65_536)
          ? Optional.empty()
          : Optional.of(batches);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
