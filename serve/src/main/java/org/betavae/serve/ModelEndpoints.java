package org.betavae.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.betavae.infer.Embeddings;
import org.betavae.infer.Images;
import org.betavae.infer.ModelInfo;

/** The endpoints that use a model; each leases it for the length of the call. */
final class ModelEndpoints {
  /** With so few requests under way their threads may as well wait, which spares a hand-over. */
  private static final int WAITING = 4;

  /**
   * Embeddings of so many latents are written and sent by who computed them: as text too they are
   * {@link AnswerSender#SMALL small}, so that no client holds up the next batch.
   */
  private static final int FEW_LATENTS = 256;

  /** An image is there as numbers and, as text or bytes of the answer, once more or twice. */
  private static final int COPIES = 4;

  private final Models models;
  private final Limits limits;
  private final Metrics metrics;
  private final ItemReader reader;
  private final IntSupplier pending;
  private final ImageMemory memory;
  private final Executor threads;

  /**
   * @param pending requests under way
   * @param memory for the images that are being made and the pictures that are being read
   * @param threads may wait for a client, other than those that compute batches
   */
  ModelEndpoints(
      Models models,
      Limits limits,
      Metrics metrics,
      IntSupplier pending,
      ImageMemory memory,
      Executor threads) {
    this.pending = pending;
    this.memory = memory;
    this.threads = threads;
    this.models = models;
    this.metrics = metrics;
    this.limits = limits;
    this.reader = new ItemReader(limits, memory);
  }

  private OpenModel lease(Call call) {
    return models.lease(call.query("model"));
  }

  /** {@code POST /v1/embed}; of many requests of one image, each is answered by who computed it. */
  void embed(Call call) {
    OpenModel model = lease(call);
    CompletableFuture<Embeddings> embeddings = null;
    try {
      encoder(model.info());
      String type = call.answerType(List.of(Call.JSON, Call.OCTETS));
      Items items = reader.read(call, model.info());
      metrics.items("embed", items.count());
      embeddings = model.embed(items);
      boolean here = embeddings.isDone() || model.info().latentSize() <= FEW_LATENTS;
      call.answerAfter(
          embeddings
              .thenAcceptAsync(
                  result -> answer(call, type, model.name(), result),
                  here ? Runnable::run : threads)
              .whenComplete((nothing, failure) -> model.close()),
          pending.getAsInt() <= WAITING);
    } finally {
      if (embeddings == null) {
        model.close();
      }
    }
  }

  private static void answer(Call call, String type, String model, Embeddings embeddings) {
    if (type.equals(Call.OCTETS)) {
      call.header(
          ImageAnswer.SHAPE,
          ImageAnswer.text(List.of(embeddings.count(), embeddings.latentSize())));
      call.answer(type, Floats.write(embeddings.mean()));
    } else {
      call.answer(type, json(model, embeddings));
    }
  }

  private static byte[] json(String model, Embeddings embeddings) {
    int latents = embeddings.latentSize();
    return JsonText.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("model", model);
          json.writeNumberField("count", embeddings.count());
          json.writeNumberField("latent_size", latents);
          json.writeFieldName("mean");
          JsonText.rows(json, embeddings.mean(), latents);
          json.writeFieldName("log_var");
          JsonText.rows(json, embeddings.logVar(), latents);
          json.writeEndObject();
        });
  }

  /** {@code POST /v1/generate}. */
  void generate(Call call) {
    try (OpenModel model = lease(call)) {
      decoder(model.info());
      ImageAnswer answer = new ImageAnswer(call, limits);
      String type = answer.type(ImageAnswer.isDrawable(model.info().inputShape()));
      GenerateRequest request = GenerateRequest.read(call, reader, model.info().latentSize());
      metrics.items("generate", request.count());
      makeImages(answer, type, request.count(), model, () -> request.run(model.model()));
    }
  }

  /** {@code POST /v1/reconstruct}. */
  void reconstruct(Call call) {
    try (OpenModel model = lease(call)) {
      encoder(model.info());
      decoder(model.info());
      ImageAnswer answer = new ImageAnswer(call, limits);
      String type = answer.type(ImageAnswer.isDrawable(model.info().inputShape()));
      Items items = reader.read(call, model.info());
      metrics.items("reconstruct", items.count());
      makeImages(
          answer, type, items.count(), model, () -> model.model().reconstruct(items.values()));
    }
  }

  /** Makes and sends images if there is memory for them, and for the picture of them. */
  private void makeImages(
      ImageAnswer answer, String type, int count, OpenModel model, Supplier<Images> images) {
    List<Integer> item = model.info().inputShape();
    long bytes = (long) count * Items.size(item) * Float.BYTES * COPIES;
    memory.hold(
        bytes + answer.pictureBytes(type, count, item),
        () -> {
          answer.send(model.name(), type, images.get());
          return null;
        });
  }

  /** {@code POST /v1/score}. */
  void score(Call call) {
    try (OpenModel model = lease(call)) {
      encoder(model.info());
      ScoreRequest request = ScoreRequest.read(call);
      Items items = reader.read(call, model.info());
      request.check(items.count(), limits);
      metrics.items("score", items.count());
      try {
        double[] values = model.model().score(items.values(), request.options());
        call.answer(Call.JSON, request.json(model.name(), values));
      } catch (IllegalStateException e) { // the model lacks what the score needs
        throw new Problem(ProblemType.NO_PART, e.getMessage());
      }
    }
  }

  /** {@code GET /v1/model}. */
  void describe(Call call) {
    try (OpenModel model = lease(call)) {
      call.answer(Call.JSON, ModelJson.of(model, models.names()));
    }
  }

  /** {@code GET /v1/model/FILE}, one of the files of a model folder. */
  void file(Call call, String name) {
    try (OpenModel model = lease(call)) {
      Path file = model.folder().folder().resolve(name);
      if (!Files.isRegularFile(file)) {
        throw new Problem(
            ProblemType.NO_MODEL,
            "The model '" + model.name() + "' has no " + name + ". Ask for its other files.");
      }
      call.answer(name.endsWith(".json") ? Call.JSON : Call.OCTETS, Files.newInputStream(file));
    } catch (IOException e) {
      throw new Problem(ProblemType.FAILED, "The file " + name + " cannot be read. Try again.");
    }
  }

  private static void encoder(ModelInfo info) {
    if (!info.hasEncoder()) {
      throw missing("encoder");
    }
  }

  private static void decoder(ModelInfo info) {
    if (!info.hasDecoder()) {
      throw missing("decoder");
    }
  }

  private static Problem missing(String role) {
    return new Problem(
        ProblemType.NO_PART,
        "The model has no "
            + role
            + ", expected one for this call. Serve a model folder with "
            + role
            + ".onnx.");
  }
}
