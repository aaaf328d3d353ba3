package org.betavae.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.data.AtomicOutput;

/** {@code history.jsonl}: one JSON object a line, appended as the run goes on. */
final class History {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The names of every line; others are further terms. */
  private static final Set<String> OWN =
      Set.of(
          "step",
          "images",
          "loss",
          "negative_elbo",
          "reconstruction",
          "kl",
          "learning_rate",
          "images_per_s",
          "split");

  private final Path file;

  /**
   * One logged step.
   *
   * @param step steps done
   * @param images images trained on
   * @param loss what is minimised, nats per image
   * @param negativeElbo nats per image
   * @param reconstruction nats per image
   * @param kl nats per image
   * @param further terms of the objective by name
   * @param learningRate of this step
   * @param imagesPerSecond since the line before
   * @param validation whether the terms are of held-out data
   */
  record Line(
      long step,
      long images,
      double loss,
      double negativeElbo,
      double reconstruction,
      double kl,
      Map<String, Double> further,
      double learningRate,
      double imagesPerSecond,
      boolean validation) {
    Line {
      further = Collections.unmodifiableMap(new LinkedHashMap<>(further));
    }
  }

  History(Path file) {
    this.file = file;
  }

  void append(Line line) {
    ObjectNode node = JSON.createObjectNode();
    node.put("step", line.step());
    node.put("images", line.images());
    node.put("loss", line.loss());
    node.put("negative_elbo", line.negativeElbo());
    node.put("reconstruction", line.reconstruction());
    node.put("kl", line.kl());
    line.further().forEach(node::put);
    node.put("learning_rate", line.learningRate());
    node.put("images_per_s", line.imagesPerSecond());
    if (line.validation()) {
      node.put("split", "validation");
    }
    try {
      Files.writeString(file, node + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Forces what was appended to the disk, before a checkpoint that relies on it. */
  void force() {
    if (!Files.exists(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Removes the lines after that step, which a resumed run will write again. */
  void truncateAfter(long step) {
    if (!Files.exists(file)) {
      return;
    }
    StringBuilder kept = new StringBuilder();
    for (JsonNode node : nodes()) {
      if (node.path("step").asLong() <= step) {
        kept.append(node).append('\n');
      }
    }
    AtomicOutput.write(file, out -> out.write(kept.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** All lines; none before the first. */
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (JsonNode n : nodes()) {
      lines.add(
          new Line(
              n.path("step").asLong(),
              n.path("images").asLong(),
              n.path("loss").asDouble(),
              n.path("negative_elbo").asDouble(),
              n.path("reconstruction").asDouble(),
              n.path("kl").asDouble(),
              further(n),
              n.path("learning_rate").asDouble(),
              n.path("images_per_s").asDouble(),
              n.has("split")));
    }
    return lines;
  }

  private static Map<String, Double> further(JsonNode line) {
    Map<String, Double> further = new LinkedHashMap<>();
    line.properties().stream()
        .filter(field -> !OWN.contains(field.getKey()))
        .forEach(field -> further.put(field.getKey(), field.getValue().asDouble()));
    return further;
  }

  private List<JsonNode> nodes() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      List<JsonNode> nodes = new ArrayList<>();
      for (String line : Files.readString(file).split("\n", -1)) {
        if (line.isBlank()) {
          continue;
        }
        try {
          nodes.add(JSON.readTree(line));
        } catch (JsonProcessingException e) {
          break; // the line that a killed process had begun
        }
      }
      return nodes;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
