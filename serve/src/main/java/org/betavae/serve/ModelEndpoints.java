package org.betavae.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.betavae.infer.Embeddings;
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

  /** What a number of an answer takes as bytes: by itself, from the model, and in the answer. */
  private static final int NUMBER_BYTES = 4 * Float.BYTES;

  /** The same as text, which is there twice for a moment. */
  private static final int TEXT_BYTES = 2 * NUMBER_BYTES;

  private final Models models;
  private final Limits limits;
  private final Metrics metrics;
  private final ItemReader reader;
  private final IntSupplier pending;
  private final ImageMemory memory;
  private final Executor threads;

  /**
   * @param pending requests under way
   * @param memory for the images that are being made and read
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
    this.reader = new ItemReader(limits);
  }

  /**
   * @param parameters what else the query may have
   */
  private OpenModel lease(Call call, String... parameters) {
    call.allowQuery(
        Stream.concat(Stream.of("model"), Stream.of(parameters)).toArray(String[]::new));
    return models.lease(call.query("model"));
  }

  /** {@code POST /v1/embed}; of many requests of one image, each is answered by who computed it. */
  void embed(Call call) {
    OpenModel model = lease(call);
    ImageMemory.Held held = memory.open();
    CompletableFuture<Embeddings> embeddings = null;
    try {
      encoder(model.info());
      String type = call.answerType(List.of(Call.JSON, Call.OCTETS));
      held.more(reader.bytes(call, model.info().inputShape()));
      Items items = reader.read(call, model.info(), held);
      metrics.items("embed", items.count());
      held.more(2L * items.count() * model.info().latentSize() * bytes(type));
      embeddings = model.embed(items);
      boolean here = embeddings.isDone() || model.info().latentSize() <= FEW_LATENTS;
      call.answerAfter(
          embeddings
              .thenAcceptAsync(
                  result -> answer(call, type, model.name(), result),
                  here ? Runnable::run : threads)
              .whenComplete((nothing, failure) -> end(model, held)),
          pending.getAsInt() <= WAITING);
    } finally {
      if (embeddings == null) {
        end(model, held);
      }
    }
  }

  private static void end(OpenModel model, ImageMemory.Held held) {
    held.close();
    model.close();
  }

  /** What a number of an answer takes. */
  private static int bytes(String type) {
    return type.equals(Call.JSON) ? TEXT_BYTES : NUMBER_BYTES;
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
    try (OpenModel model = lease(call, "scale", "columns");
        ImageMemory.Held held = memory.open()) {
      decoder(model.info());
      ImageAnswer answer = new ImageAnswer(call, limits);
      String type = answer.type(ImageAnswer.isDrawable(model.info().inputShape()));
      held.more(reader.bytes(call, List.of(model.info().latentSize())));
      GenerateRequest request = GenerateRequest.read(call, reader, model.info().latentSize());
      metrics.items("generate", request.count());
      held.more(imageBytes(answer, type, request.count(), model));
      answer.send(model.name(), type, request.run(model.model()));
    }
  }

  /** {@code POST /v1/reconstruct}. */
  void reconstruct(Call call) {
    try (OpenModel model = lease(call, "scale", "columns");
        ImageMemory.Held held = memory.open()) {
      encoder(model.info());
      decoder(model.info());
      ImageAnswer answer = new ImageAnswer(call, limits);
      String type = answer.type(ImageAnswer.isDrawable(model.info().inputShape()));
      held.more(reader.bytes(call, model.info().inputShape()));
      Items items = reader.read(call, model.info(), held);
      metrics.items("reconstruct", items.count());
      held.more(imageBytes(answer, type, items.count(), model));
      answer.send(model.name(), type, model.model().reconstruct(items.values()));
    }
  }

  /** What images of an answer take, and the picture of them. */
  private static long imageBytes(ImageAnswer answer, String type, int count, OpenModel model) {
    List<Integer> item = model.info().inputShape();
    return (long) count * Items.size(item) * bytes(type) + answer.pictureBytes(type, count, item);
  }

  /** {@code POST /v1/score}. */
  void score(Call call) {
    try (OpenModel model = lease(call, "score", "samples", "seed");
        ImageMemory.Held held = memory.open()) {
      encoder(model.info());
      ScoreRequest request = ScoreRequest.read(call);
      held.more(reader.bytes(call, model.info().inputShape()));
      Items items = reader.read(call, model.info(), held);
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
      throw missing("a decoder", "encoder");
    }
  }

  private static void decoder(ModelInfo info) {
    if (!info.hasDecoder()) {
      throw missing("an encoder", "decoder");
    }
  }

  private static Problem missing(String what, String role) {
    return new Problem(
        ProblemType.NO_PART,
        "The model is "
            + what
            + " alone and has no "
            + role
            + ", expected one for this call. Serve a model folder with "
            + role
            + ".onnx.");
  }
}
