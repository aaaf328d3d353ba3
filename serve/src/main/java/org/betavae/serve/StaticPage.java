package org.betavae.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.betavae.data.AtomicOutput;
import org.betavae.infer.ModelInfo;

/**
 * The web page as a folder of files for any web server: the page, ONNX Runtime for browsers and the
 * model, which is computed in the browser alone.
 */
public final class StaticPage {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final String MODEL_FOLDER = "model/";
  private static final String README = "README.txt";
  private static final String FACTS = "model.json";

  /** What marks a folder as one that this class wrote. */
  private static final String FORMAT_KEY = "betavae_page";

  private static final int FORMAT = 1;

  /** All that lies at the top of such a folder. */
  private static final Set<String> TOP =
      Set.of("index.html", "style.css", "icon.svg", "js", "ort", "model", README, WebPage.SETTINGS);

  private static final int NAMED_FILES = 5;

  private StaticPage() {}

  /**
   * The model of a page.
   *
   * @param name what the page calls it
   * @param encoder an ONNX file; empty for a model that only decodes
   * @param decoder an ONNX file; empty for a model that only embeds
   * @param names inputs and outputs of files with unusual names, for which {@link Names#FOUND}
   *     leaves the page to find them
   */
  public record Model(String name, Optional<Path> encoder, Optional<Path> decoder, Names names) {
    /** Refuses a model without files. */
    public Model {
      if (encoder.isEmpty() && decoder.isEmpty()) {
        throw new IllegalArgumentException(
            "encoder and decoder are empty, expected at least one ONNX file. Pass its path.");
      }
    }
  }

  /**
   * Names of inputs and outputs; an empty one is found by shape and usual names.
   *
   * @param input the encoder's input
   * @param mean the encoder's output with the mean
   * @param logVar the encoder's output with the log-variance
   * @param latent the decoder's input
   * @param output the decoder's output with the images
   */
  public record Names(
      Optional<String> input,
      Optional<String> mean,
      Optional<String> logVar,
      Optional<String> latent,
      Optional<String> output) {
    /** No name is given. */
    public static final Names FOUND =
        new Names(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** Whether this build holds ONNX Runtime for browsers, without which no page can be written. */
  public static boolean isAvailable() {
    return WebPage.hasRuntime();
  }

  /**
   * Checks that {@link #write} may write here, so that a caller learns it before the work.
   *
   * @param overwrite whether an earlier page may be replaced
   * @throws IllegalArgumentException if the folder is not empty and {@code overwrite} is not given,
   *     or it holds anything but a page
   * @throws IllegalStateException if this build lacks ONNX Runtime for browsers
   */
  public static void checkTarget(Path folder, boolean overwrite) {
    if (!isAvailable()) {
      throw new IllegalStateException(
          "Cannot write the page: this build came without ONNX Runtime for browsers, expected its"
              + " files in the jar. Install npm and build again, online.");
    }
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<String> entries = entries(folder);
    if (entries.isEmpty()) {
      return;
    }
    if (!overwrite) {
      throw new IllegalArgumentException(
          folder
              + " is not empty, expected a new or empty folder. Name another one, or overwrite"
              + " it.");
    }
    List<String> foreign = entries.stream().filter(name -> !TOP.contains(name)).toList();
    if (!foreign.isEmpty() || !isPage(folder)) {
      List<String> shown = foreign.isEmpty() ? entries : foreign;
      throw new IllegalArgumentException(
          folder
              + " holds "
              + String.join(", ", shown.subList(0, Math.min(NAMED_FILES, shown.size())))
              + (shown.size() > NAMED_FILES ? " and " + (shown.size() - NAMED_FILES) + " more" : "")
              + ", expected nothing but an earlier page to replace. Name another folder, or move"
              + " these files away.");
    }
  }

  /**
   * Writes the folder, which appears whole or not at all.
   *
   * @param info what is known of the model, as the library that opened it says
   * @param overwrite whether an earlier page may be replaced
   * @throws IllegalArgumentException as {@link #checkTarget} does
   * @throws UncheckedIOException if writing fails; the folder is then as before
   */
  public static void write(Path folder, Model model, ModelInfo info, boolean overwrite) {
    checkTarget(folder, overwrite);
    AtomicOutput.writeFolder(
        folder,
        aside -> {
          for (String name : WebPage.files()) {
            Path file = aside.resolve(name);
            Files.createDirectories(file.getParent());
            try (InputStream in = WebPage.open(name).orElseThrow()) {
              Files.copy(in, file);
            }
          }
          ObjectNode entry = copyModel(model, info, aside.resolve(MODEL_FOLDER));
          ObjectNode settings = JSON.createObjectNode().put(FORMAT_KEY, FORMAT);
          settings.putArray("models").add(entry);
          settings.put("runtime", WebPage.RUNTIME_FOLDER);
          Files.writeString(aside.resolve(WebPage.SETTINGS), text(settings));
          Files.writeString(aside.resolve(README), readme(model.name()));
        });
  }

  private static ObjectNode copyModel(Model model, ModelInfo info, Path target) throws IOException {
    Files.createDirectories(target);
    ObjectNode entry = JSON.createObjectNode();
    entry.put("name", model.name()).put("folder", MODEL_FOLDER);
    entry.put("encoder", model.encoder().isPresent()).put("decoder", model.decoder().isPresent());
    copyWeights(entry, "encoder", model.encoder(), target);
    copyWeights(entry, "decoder", model.decoder(), target);
    ObjectNode names = JSON.createObjectNode();
    model.names().input().ifPresent(name -> names.put("input", name));
    model.names().mean().ifPresent(name -> names.put("mean", name));
    model.names().logVar().ifPresent(name -> names.put("log_var", name));
    model.names().latent().ifPresent(name -> names.put("latent", name));
    model.names().output().ifPresent(name -> names.put("output", name));
    if (!names.isEmpty()) {
      entry.set("names", names);
    }
    Path facts = model.encoder().or(model::decoder).orElseThrow().resolveSibling(FACTS);
    if (Files.isRegularFile(facts)) {
      Files.copy(facts, target.resolve(FACTS));
    } else {
      Files.writeString(target.resolve(FACTS), text(facts(info)));
    }
    return entry;
  }

  /** The file and, under the names by which it asks for them, the files of its larger weights. */
  private static void copyWeights(ObjectNode entry, String role, Optional<Path> file, Path target)
      throws IOException {
    if (file.isEmpty()) {
      return;
    }
    Files.copy(file.get(), target.resolve(role + ".onnx"));
    List<Path> beside = new ArrayList<>();
    String name = file.get().getFileName().toString();
    String stem = name.replaceFirst("\\.onnx$", "");
    for (String other : List.of(name + ".data", name + "_data", stem + ".data")) {
      Path data = file.get().resolveSibling(other);
      if (Files.isRegularFile(data)) {
        beside.add(data);
      }
    }
    for (Path data : beside) {
      Path copy = target.resolve(data.getFileName());
      if (!Files.exists(copy)) {
        Files.copy(data, copy);
      }
      entry.withArray("/" + role + "_data").add(data.getFileName().toString());
    }
  }

  /** What a model made elsewhere shows, by the names of a model folder's {@code model.json}. */
  private static ObjectNode facts(ModelInfo info) {
    ObjectNode facts = JSON.createObjectNode();
    facts.set("input_shape", JSON.valueToTree(info.inputShape()));
    facts.put("latent_size", info.latentSize());
    info.likelihood().ifPresent(value -> facts.put("likelihood", value));
    info.objective().ifPresent(value -> facts.put("objective", value));
    info.dataset().ifPresent(value -> facts.put("dataset", value));
    info.steps().ifPresent(value -> facts.put("steps", value));
    info.klPerDimension().ifPresent(list -> facts.set("kl_per_dimension", JSON.valueToTree(list)));
    info.posteriorMean().ifPresent(list -> facts.set("posterior_mean", JSON.valueToTree(list)));
    info.posteriorStd().ifPresent(list -> facts.set("posterior_std", JSON.valueToTree(list)));
    return facts;
  }

  private static String text(ObjectNode json) {
    try {
      return JSON.writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of plain values cannot be written: " + e, e);
    }
  }

  private static String readme(String name) {
    return """
        The model %s as a web page, which computes it in the browser.

        Put this folder as it is on any web server, or look at it on this machine, from within it:

          python3 -m http.server 8000 --bind 127.0.0.1

        and open http://127.0.0.1:8000/ . Opened as a file it does not work: browsers load no
        modules from files. The page asks no other address for anything. ort/ holds ONNX Runtime
        (MIT licence, copyright Microsoft Corporation).
        """
        .formatted(name);
  }

  private static boolean isPage(Path folder) {
    try {
      JsonNode settings =
          JSON.readTree(Files.readString(folder.resolve(WebPage.SETTINGS), StandardCharsets.UTF_8));
      return settings != null && settings.has(FORMAT_KEY);
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + folder + ": " + e + ". Check its rights.", e);
    }
  }
}
