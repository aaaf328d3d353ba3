package org.betavae.train;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.betavae.data.AtomicOutput;

/**
 * The files of one run and where they lie.
 *
 * @param root the folder
 */
public record RunFolder(Path root) {
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER))
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /** Newer releases may write more into a summary than this one knows. */
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private static final Pattern LEFTOVER =
      Pattern.compile("\\..+\\.([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp|partial)");

  /** Settings that every run's config.yaml holds; another program's hardly has them all. */
  private static final List<String> SIGNS = List.of("data", "objective", "steps", "seed");

  /**
   * What a run writes; nothing else is touched when a run is started over. The configuration goes
   * last: it tells that the rest is a run's.
   */
  private static final List<String> OWN =
      List.of(
          "history.jsonl",
          "summary.json",
          "checkpoints",
          "source",
          "saved_model",
          "model",
          "pictures",
          "config.yaml");

  private static final int NAMED_FILES = 5;

  /**
   * A folder for a new run.
   *
   * @param overwrite whether an earlier run in it may be removed
   * @throws IllegalArgumentException if it is a file, or is not empty and may not be overwritten,
   *     which only the folder of a run may
   * @throws TrainException if it may be overwritten, but a run in it is going on
   */
  public static RunFolder create(Path root, boolean overwrite) {
    try {
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new IllegalArgumentException(
            "Output folder " + root + " is a file, expected a folder. Name another one.");
      }
      if (Files.isDirectory(root) && !isEmpty(root)) {
        if (!overwrite) {
          throw new IllegalArgumentException(
              "Output folder "
                  + root
                  + " is not empty, expected a new or empty one. Use --resume to go on with the run"
                  + " in it, --overwrite to replace it, or name another one.");
        }
        requireReplaceable(root);
        try (Opened opened = new Opened()) {
          opened.add(RunLock.take(root, message -> {}), RunLock::close);
          deleteRun(root);
        }
      }
      Files.createDirectories(root);
      return new RunFolder(root);
    } catch (AccessDeniedException e) {
      throw new UncheckedIOException(
          "Cannot make the output folder " + root + ": permission denied. Name another one.", e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make the output folder " + root + ": " + e, e);
    }
  }

  private static void deleteRun(Path root) throws IOException {
    for (String own : OWN) {
      delete(root.resolve(own));
    }
    for (Path events : eventFiles(root)) {
      Files.delete(events);
    }
  }

  /**
   * Checks that {@link #create} may overwrite a folder, so that a caller learns it before the work:
   * it is new, empty, or a run's. One that only has names in common with a run's is kept.
   *
   * @throws IllegalArgumentException if it holds files and no configuration of a run
   */
  public static void requireReplaceable(Path root) {
    if (!Files.isDirectory(root) || isConfigOfRun(root.resolve("config.yaml"))) {
      return;
    }
    List<String> found;
    try (Stream<Path> entries = Files.list(root)) {
      found =
          entries
              .map(p -> p.getFileName().toString())
              .filter(name -> !LEFTOVER.matcher(name).matches() && !name.equals(RunLock.NAME))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list " + root + ": " + e, e);
    }
    if (!found.isEmpty()) {
      throw new IllegalArgumentException(
          "Output folder "
              + root
              + " holds "
              + String.join(", ", found.subList(0, Math.min(NAMED_FILES, found.size())))
              + (found.size() > NAMED_FILES ? " and " + (found.size() - NAMED_FILES) + " more" : "")
              + ", and no config.yaml of a run, expected a run to replace. Name another folder, or"
              + " move these files away.");
    }
  }

  private static boolean isConfigOfRun(Path file) {
    try {
      JsonNode tree = YAML.readTree(file.toFile());
      return tree != null && SIGNS.stream().allMatch(tree::has);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The folder of an earlier run.
   *
   * @throws IllegalArgumentException if there is no run in it
   */
  public static RunFolder open(Path root) {
    RunFolder run = new RunFolder(root);
    if (!Files.isRegularFile(run.configFile())) {
      throw new IllegalArgumentException(
          root + " holds no run: config.yaml is missing. Name the --out folder of a training run.");
    }
    return run;
  }

  /** {@code config.yaml}: every setting of the run. */
  public Path configFile() {
    return root.resolve("config.yaml");
  }

  /** {@code history.jsonl}: one line per logged step. */
  public Path historyFile() {
    return root.resolve("history.jsonl");
  }

  /** {@code summary.json}: what the run came to. */
  public Path summaryFile() {
    return root.resolve("summary.json");
  }

  /** {@code checkpoints/}. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** {@code saved_model/encoder}: a SavedModel. */
  public Path encoder() {
    return root.resolve("saved_model").resolve("encoder");
  }

  /** {@code saved_model/decoder}: a SavedModel. */
  public Path decoder() {
    return root.resolve("saved_model").resolve("decoder");
  }

  /** {@code model/}: the model folder that {@code export} writes. */
  public Path model() {
    return root.resolve("model");
  }

  /** {@code source/}: a copy of the model that a fine-tuning run began with. */
  Path source() {
    return root.resolve("source");
  }

  /** {@code pictures/}. */
  public Path pictures() {
    return root.resolve("pictures");
  }

  /** {@code events.out.tfevents.*}: what TensorBoard reads, one file a start. */
  List<Path> eventFiles() {
    try {
      return eventFiles(root);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list " + root + ": " + e, e);
    }
  }

  private static List<Path> eventFiles(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(p -> p.getFileName().toString().startsWith("events.out.tfevents."))
          .sorted()
          .toList();
    }
  }

  /** Writes {@code config.yaml}. */
  public void writeConfig(TrainConfig config) {
    AtomicOutput.write(
        configFile(), out -> out.write(YAML.writeValueAsBytes(ConfigTree.of(config))));
  }

  /** Reads {@code config.yaml}. */
  public TrainConfig readConfig() {
    return readConfig(configFile());
  }

  /**
   * Reads settings from a YAML file; what it leaves out has its default.
   *
   * @throws IllegalArgumentException if it cannot be read or a setting is unknown or wrong
   */
  public static TrainConfig readConfig(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "Cannot read " + file + ": no such file, expected settings in YAML. Check the path.", e);
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(
          "Cannot read " + file + ": it is no text in UTF-8, expected settings in YAML.", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot read " + file + ": " + e + ". Check that the file can be read.", e);
    }
    try {
      JsonNode tree = YAML.readTree(text);
      if (tree.isMissingNode() || tree.isNull()) {
        return TrainConfig.defaults();
      }
      if (!(tree instanceof ObjectNode settings)) {
        throw new IllegalArgumentException(
            "expected lines such as 'beta: 4', found no names. Write one setting a line.");
      }
      return ConfigTree.toConfig(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file + noYaml(e) + " Write one setting a line, such as 'beta: 4'.", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + line(text, e.getMessage()) + e.getMessage(), e);
    }
  }

  /**
   * The parser's message, which shows the text between its lines: what it was reading, then what it
   * found and where.
   */
  private static String noYaml(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    Matcher place = Pattern.compile("line (\\d+), column \\d+").matcher(message);
    String line = place.results().map(r -> " line " + r.group(1)).reduce("", (a, b) -> b);
    if (line.isEmpty() && e.getLocation() != null) {
      line = " line " + e.getLocation().getLineNr();
    }
    String words =
        message
            .lines()
            .filter(l -> !l.isBlank() && !l.startsWith(" "))
            .collect(Collectors.joining(", "));
    return line + ": no YAML: " + words + (words.endsWith(".") ? "" : ".");
  }

  /** " line N: " of the setting that a message is about, as far as it can be found. */
  private static String line(String text, String message) {
    String name = message.replaceFirst("^unknown setting ", "").split("[ ,.]", 2)[0];
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("[\"']?" + Pattern.quote(name) + "[\"']?\\s*:.*")) {
        return " line " + (i + 1) + ": ";
      }
    }
    return ": ";
  }

  /** Writes {@code summary.json}. */
  public void writeSummary(RunSummary summary) {
    AtomicOutput.write(
        summaryFile(),
        out -> out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(summary)));
  }

  /** Removes {@code summary.json}, so that the run counts as one that has not ended. */
  void deleteSummary() {
    try {
      Files.deleteIfExists(summaryFile());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove " + summaryFile() + ": " + e, e);
    }
  }

  /** Removes {@code model/}, which was made of weights that are no longer the run's. */
  void deleteModel() {
    try {
      delete(model());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove " + model() + ": " + e, e);
    }
  }

  /**
   * Removes what a killed process had begun to write: {@code .name.uuid.tmp} and {@code
   * .name.partial}. Nobody else may write into the run meanwhile.
   */
  void deleteLeftovers() {
    try {
      for (Path folder : List.of(root, checkpoints(), encoder().getParent(), pictures())) {
        if (Files.isDirectory(folder)) {
          try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
              if (LEFTOVER.matcher(entry.getFileName().toString()).matches()) {
                delete(entry);
              }
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot clear the run folder " + root + ": " + e, e);
    }
  }

  /**
   * Reads {@code summary.json}.
   *
   * @throws IllegalArgumentException if the run has not ended or the file cannot be read
   */
  public RunSummary readSummary() {
    if (!Files.isRegularFile(summaryFile())) {
      throw new IllegalArgumentException(
          "The run in " + root + " has no summary.json: it has not ended. Go on with --resume.");
    }
    try {
      return JSON.readValue(Files.readAllBytes(summaryFile()), RunSummary.class);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot read "
              + summaryFile()
              + ": "
              + e.getMessage().lines().findFirst().orElse("")
              + ". Go on with --resume, which writes it again.",
          e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      // What a killed process left of its lock is nothing.
      return entries.allMatch(p -> p.getFileName().toString().equals(RunLock.NAME));
    }
  }

  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path p : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }
}
