package org.betavae.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import org.betavae.data.AtomicOutput;

/** {@code evaluate}: how well codes match the factors that the data were made from. */
final class EvaluateCommand extends Command {
  private static final Opt<String> METRICS =
      Opt.text("metrics", "NAMES", "all, or some of these names with commas between").or("all");
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE.json", "file to write: all values, matrices included");

  EvaluateCommand() {
    super("evaluate", CommandGroup.MEASURE, "measure how well codes match the data's factors");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(
            List.of(
                EvaluationInput.MODEL,
                EvaluationInput.DATA,
                EvaluationInput.CODES,
                EvaluationInput.FACTORS,
                EvaluationInput.AGAINST,
                METRICS,
                OUT,
                EvaluationRows.TRAIN,
                EvaluationRows.TEST,
                EvaluationInput.SHUFFLE,
                CommonOptions.SEED,
                EvaluationInput.BATCH));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return "Metrics: "
        + String.join(", ", EvaluationMetric.names())
        + ". docs/metrics.md tells what each is good for.\n"
        + "Rows of data are drawn at random, without any twice; of --codes with --factors the first"
        + " ones are training rows and those after them test rows. Factors that never change are"
        + " left out. factor_vae_sampled and beta_vae_sampled draw from every row there is: all of"
        + " the data are embedded for them. udr compares models with --against, without factors."
        + " With all, metrics that the data do not allow are left out and named.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "evaluate --model first/model --data sprites --out metrics.json",
        "evaluate --codes z.npy --factors f.npy --metrics mig,dci",
        "evaluate --model a/model --against b/model --against c/model --data sprites --metrics"
            + " udr");
  }

  @Override
  Outcome run(Arguments args, Console console) throws IOException {
    boolean all = args.get(METRICS).strip().equalsIgnoreCase("all");
    Set<EvaluationMetric> metrics = EvaluationMetric.parse(METRICS.dashed(), args.get(METRICS));
    if (all && !args.has(EvaluationInput.AGAINST)) {
      metrics.removeIf(m -> m.needs() == EvaluationMetric.Need.MODELS);
    }
    Optional<Path> out = args.find(OUT);
    out.ifPresent(file -> Targets.file(OUT, file, List.of("json")));
    EvaluationData data = new EvaluationInput(args, metrics, console).read();
    if (!data.leftOut().isEmpty() && data.factors().isPresent()) {
      console.note("Left out, since they never change: factors " + data.leftOut());
    }
    ObjectNode json = Json.object();
    data.describe(json);
    ObjectNode missing = Json.object();
    onThreads(
        ModelSource.threads(args),
        () -> {
          try (Progress progress = console.progress("evaluate", metrics.size())) {
            int done = 0;
            for (EvaluationMetric metric : metrics) {
              progress.at(done++, metric::key);
              measure(metric, data, all, json, missing);
            }
            progress.at(done);
          }
        });
    if (!missing.isEmpty()) {
      json.set("not_measured", missing);
      sayMissing(missing, console);
    }
    if (out.isPresent()) {
      byte[] text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
      AtomicOutput.write(out.get(), stream -> stream.write(text));
      json.put("out", out.get().toString());
    }
    say(metrics, data, json, console);
    return Outcome.done(json);
  }

  /** Runs work whose parallel streams take no more threads than given. */
  private static void onThreads(int threads, Runnable work) {
    // Streams run in the pool of the thread that starts them.
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      FutureTask<Boolean> task = new FutureTask<>(work, true);
      pool.execute(task);
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "evaluate was interrupted, expected to go on to the end. Run it again.", e);
    } finally {
      pool.shutdown();
    }
  }

  /** Of all metrics, those that the data do not allow are left out with the reason. */
  private static void measure(
      EvaluationMetric metric,
      EvaluationData data,
      boolean mayBeMissing,
      ObjectNode json,
      ObjectNode missing) {
    try {
      ObjectNode values = metric.measure(data);
      for (String key : List.of("modularity", "explicitness")) {
        JsonNode reason = values.remove(key + MetricJson.NOT_MEASURED);
        if (reason != null) {
          missing.set(key, reason);
        }
      }
      json.set(metric.key(), values);
    } catch (IllegalArgumentException | CommandException e) {
      if (!mayBeMissing) {
        throw e;
      }
      json.putNull(metric.key());
      String reason = e.getMessage();
      String name = metric.key() + ": ";
      missing.put(metric.key(), reason.startsWith(name) ? reason.substring(name.length()) : reason);
    }
  }

  /** One line for each reason, since several metrics often share one. */
  private static void sayMissing(ObjectNode missing, Console console) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    missing
        .properties()
        .forEach(
            m ->
                names
                    .computeIfAbsent(m.getValue().asText(), reason -> new ArrayList<>())
                    .add(m.getKey()));
    names.forEach(
        (reason, keys) -> console.note("Not measured: " + String.join(", ", keys) + ": " + reason));
  }

  private static void say(
      Set<EvaluationMetric> metrics, EvaluationData data, ObjectNode json, Console console) {
    console.say(
        data.name()
            + ": "
            + Numbers.count(data.trainCount())
            + " training and "
            + Numbers.count(data.testCount())
            + " test rows, "
            + data.codes().size()
            + " codes"
            + data.factors().map(f -> ", " + f.size() + " factors").orElse(""));
    Table table = new Table("metric", "value", "best", "");
    for (EvaluationMetric metric : metrics) {
      for (EvaluationMetric.Headline headline : metric.headlines()) {
        JsonNode value = json.at("/" + metric.key() + "/" + headline.key());
        if (value.isNumber()) {
          table.row(
              metric.key(),
              String.format(Locale.ROOT, "%.4f", value.asDouble()),
              headline.best(),
              headline.key());
        }
      }
    }
    table.lines().forEach(console::say);
    if (json.has("out")) {
      console.say("All values: " + json.get("out").asText());
    }
  }
}
