package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.betavae.train.RunFolder;
import org.betavae.train.RunSummary;

/** What a run came to, as tables for people. */
final class RunReport {
  private RunReport() {}

  /** The figures of a run and its files. */
  static void say(RunFolder run, RunSummary summary, Console console) {
    figures(summary).lines().forEach(console::say);
    console.say("");
    files(run).lines().forEach(console::say);
  }

  /** The same as JSON. */
  static ObjectNode json(RunFolder run, RunSummary summary) {
    ObjectNode json = Json.object().put("run", run.root().toString());
    json.put("data", summary.datasetName()).put("steps", summary.steps());
    json.put("model_step", summary.modelStep())
        .put("end", summary.end().name().toLowerCase(Locale.ROOT));
    json.put("images", summary.images()).put("parameters", summary.parameters());
    json.put("loss", summary.loss()).put("negative_elbo", summary.negativeElbo());
    json.put("reconstruction", summary.reconstruction()).put("kl", summary.kl());
    json.set("kl_per_dimension", Json.numbers(summary.klPerDimension()));
    json.put("images_per_s", Numbers.rounded(summary.imagesPerSecond()));
    return json.put("seconds", Numbers.rounded(summary.seconds()));
  }

  /** Rows on what was measured on the held-out data. */
  static Table figures(RunSummary summary) {
    Table table = new Table();
    table.row("negative ELBO", nats(summary.negativeElbo()) + " per image, on held-out data");
    table.row("  reconstruction", nats(summary.reconstruction()));
    table.row("  KL", nats(summary.kl()));
    List<String> latents = klPerLatent(summary.klPerDimension());
    for (int i = 0; i < latents.size(); i++) {
      table.row(i == 0 ? "  KL per latent" : "", latents.get(i));
    }
    table.row(
        "training",
        Numbers.brief(summary.imagesPerSecond())
            + " images/s, "
            + Numbers.count(summary.steps())
            + " steps");
    if (summary.modelStep() != summary.steps()) {
      table.row(
          "weights", "of step " + Numbers.count(summary.modelStep()) + ", the best validation");
    }
    return table;
  }

  /** Rows on where the files of a run lie; those that are there. */
  static Table files(RunFolder run) {
    Table table = new Table();
    row(table, "settings", run.configFile());
    row(table, "history", run.historyFile());
    row(table, "checkpoints", run.checkpoints());
    row(table, "SavedModels", run.encoder().getParent());
    row(table, "ONNX model", run.model());
    row(table, "pictures", run.pictures());
    return table;
  }

  private static void row(Table table, String what, Path path) {
    if (Files.exists(path)) {
      table.row(what, path.toString());
    }
  }

  private static String nats(double value) {
    return Numbers.brief(value) + " nats";
  }

  /** Lines of five latents each, the one that carries most first. */
  private static List<String> klPerLatent(List<Double> kl) {
    List<String> entries =
        IntStream.range(0, kl.size())
            .boxed()
            .sorted(Comparator.comparing((Integer d) -> -kl.get(d)))
            .map(d -> String.format(Locale.ROOT, "z%-3d%6.2f", d, kl.get(d)))
            .toList();
    int perLine = 5;
    return IntStream.iterate(0, i -> i < entries.size(), i -> i + perLine)
        .mapToObj(
            i ->
                entries.subList(i, Math.min(entries.size(), i + perLine)).stream()
                    .collect(Collectors.joining("   ")))
        .toList();
  }
}
