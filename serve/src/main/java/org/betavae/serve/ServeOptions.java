package org.betavae.serve;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.betavae.infer.BatchingOptions;
import org.betavae.infer.ModelOptions;

/**
 * What a {@link BetaVaeServer} serves and how. Start from {@link #of} and change what differs with
 * {@code withX}.
 *
 * @param models at least one; the first is what a request gets that names none
 * @param host the address to listen on
 * @param port the port to listen on; 0 picks a free one
 * @param tokenFile bearer tokens, one a line; empty for a service that asks for none
 * @param modelOptions how each model is opened
 * @param batching how requests of one image are gathered into batches; empty to run each alone
 * @param limits what clients may ask for
 * @param grace how long {@link BetaVaeServer#close} waits for requests under way
 * @param watch how often model folders are looked at for new files; zero for never
 * @param forwarded whether the client's address is taken from the headers {@code Forwarded} and
 *     {@code X-Forwarded-For}, as behind a proxy; anyone can write them otherwise
 */
public record ServeOptions(
    List<ModelFolder> models,
    String host,
    int port,
    Optional<Path> tokenFile,
    ModelOptions modelOptions,
    Optional<BatchingOptions> batching,
    Limits limits,
    Duration grace,
    Duration watch,
    boolean forwarded) {
  /** Only programs on the same machine reach it. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** The usual one for a service behind a proxy. */
  public static final int DEFAULT_PORT = 8080;

  private static final Duration GRACE = Duration.ofSeconds(20);

  /** Takes a copy of the list and checks the values. */
  public ServeOptions {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException(
          "models is empty, expected at least one model to serve. Give a model folder.");
    }
    Set<String> names = new HashSet<>();
    for (ModelFolder model : models) {
      if (!names.add(model.name())) {
        throw new IllegalArgumentException(
            "two models are called '"
                + model.name()
                + "', expected different names. Name them with NAME=FOLDER.");
      }
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "port is " + port + ", expected 0 to 65535. Use 0 for any free one.");
    }
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(tokenFile, "tokenFile");
    Objects.requireNonNull(modelOptions, "modelOptions");
    Objects.requireNonNull(batching, "batching");
    Objects.requireNonNull(limits, "limits");
    notNegative("grace", grace);
    notNegative("watch", watch);
  }

  /**
   * The models on 127.0.0.1:8080 without tokens, {@link BatchingOptions#defaults()}, {@link
   * Limits#defaults()}, 20 seconds of grace, no watch.
   */
  public static ServeOptions of(ModelFolder... models) {
    return new ServeOptions(
        List.of(models),
        DEFAULT_HOST,
        DEFAULT_PORT,
        Optional.empty(),
        ModelOptions.defaults(),
        Optional.of(BatchingOptions.defaults()),
        Limits.defaults(),
        GRACE,
        Duration.ZERO,
        false);
  }

  private static void notNegative(String what, Duration value) {
    if (Objects.requireNonNull(value, what).isNegative()) {
      throw new IllegalArgumentException(
          what + " is " + value + ", expected 0 or more. Use some seconds.");
    }
  }

  /** The same on another address. */
  public ServeOptions withHost(String value) {
    return new ServeOptions(
        models, value, port, tokenFile, modelOptions, batching, limits, grace, watch, forwarded);
  }

  /** The same on another port. */
  public ServeOptions withPort(int value) {
    return new ServeOptions(
        models, host, value, tokenFile, modelOptions, batching, limits, grace, watch, forwarded);
  }

  /** The same with the tokens of a file. */
  public ServeOptions withTokenFile(Path file) {
    return new ServeOptions(
        models,
        host,
        port,
        Optional.of(file),
        modelOptions,
        batching,
        limits,
        grace,
        watch,
        forwarded);
  }

  /** The same with models opened in another way. */
  public ServeOptions withModelOptions(ModelOptions value) {
    return new ServeOptions(
        models, host, port, tokenFile, value, batching, limits, grace, watch, forwarded);
  }

  /** The same with requests of one image gathered in another way, or not at all. */
  public ServeOptions withBatching(Optional<BatchingOptions> value) {
    return new ServeOptions(
        models, host, port, tokenFile, modelOptions, value, limits, grace, watch, forwarded);
  }

  /** The same with other limits. */
  public ServeOptions withLimits(Limits value) {
    return new ServeOptions(
        models, host, port, tokenFile, modelOptions, batching, value, grace, watch, forwarded);
  }

  /** The same with another wait for requests under way. */
  public ServeOptions withGrace(Duration value) {
    return new ServeOptions(
        models, host, port, tokenFile, modelOptions, batching, limits, value, watch, forwarded);
  }

  /** The same with folders looked at so often. */
  public ServeOptions withWatch(Duration value) {
    return new ServeOptions(
        models, host, port, tokenFile, modelOptions, batching, limits, grace, value, forwarded);
  }

  /** The same behind a proxy that says who the client is. */
  public ServeOptions withForwarded(boolean value) {
    return new ServeOptions(
        models, host, port, tokenFile, modelOptions, batching, limits, grace, watch, value);
  }
}
